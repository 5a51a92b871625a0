/** Rules of a configuration file about pools that are a Redis Cluster, by files that break them. */
import type { BadFile } from "./bad_file.ts";

const P = 'pool "p"';

/** A pool of these lines beside where it listens. */
function clustered(...lines: string[]): string {
  return ["p:", "  listen: a:1", "  redis: true", ...lines.map((line) => `  ${line}`), ""].join("\n");
}

/** Files with something wrong about a cluster. */
export const BAD_CLUSTER_FILES: readonly BadFile[] = [
  ["has a cluster without seeds", clustered("^cluster: {}"), [
    `${P}: cluster`,
    'the option "seeds" is missing',
  ]],
  ["has an empty list of seeds", clustered("cluster: {seeds: ^[]}"), [
    `${P}: cluster: seeds`,
    "the list of addresses is empty",
  ]],
  ["has a seed without a port", clustered("cluster: {seeds: [^a]}"), [
    `${P}: cluster: seeds[0]`,
    '"a" has no port; write host:port',
  ]],
  ["has a seed with a weight", clustered("cluster: {seeds: ['a:1', ^'a:1:1']}"), [
    `${P}: cluster: seeds[1]`,
    'host "a:1" is neither a host name nor an IP address',
  ]],
  ["has a cluster and servers", clustered("cluster: {seeds: ['a:1']}", "servers: ^['a:1:1']"), [
    `${P}: servers`,
    "a cluster has its own servers; leave one out",
  ]],
  ["has a memcached cluster", "p:\n  listen: a:1\n  cluster: ^{seeds: ['a:1']}\n", [
    `${P}: cluster`,
    "only a Redis pool can be a cluster",
  ]],
  ["chooses a cluster's hash", clustered("hash: ^md5", "cluster: {seeds: ['a:1']}"), [
    `${P}: hash`,
    "a cluster decides that itself; leave it out",
  ]],
  ["maps an address to a host", clustered("cluster: {seeds: ['a:1'], address_map: {'b:1': ^c}}"), [
    `${P}: cluster: address_map: b`,
    '"b:1" and "c": write a port in both, or in neither',
  ]],
  ["refreshes all the time", clustered("cluster: {seeds: ['a:1'], refresh: ^0}"), [
    `${P}: cluster: refresh`,
    "0 is not in 100..",
  ]],
];
