/** Rules of a configuration file about replicas, by files that break them. */
import { type BadFile, inPool } from "./bad_file.ts";

const P = 'pool "p"';

/** The server of these pools is called by its address. */
const NAME = '"127.0.0.1:6379"';

/** Files with replicas that can't be. */
export const BAD_REPLICA_FILES: readonly BadFile[] = [
  ["has replicas without a server", inPool("replicas: ^[a:1]"), [
    `${P}: replicas`,
    "expected a map of servers, found a list",
  ]],
  ["has an empty map of replicas", inPool("replicas: ^{}"), [
    `${P}: replicas`,
    "the map of servers is empty",
  ]],
  ["has an empty list of replicas", inPool(`replicas: { ${NAME}: ^[] }`), [
    `${P}: replicas: 127.0.0.1`,
    "the list of replicas is empty",
  ]],
  ["has one replica that is no list", inPool(`replicas: { ${NAME}: ^a:1 }`), [
    `${P}: replicas: 127.0.0.1`,
    "expected a list of replicas, found a text",
  ]],
  [
    "has replicas that are none",
    inPool(`replicas: { ${NAME}: [a:1, ^a, ^"b:1:2", ^"c:1 near"] }`),
    [
      `${P}: replicas: 127.0.0.1[1]`,
      '"a" is not host:port',
    ],
    [`${P}: replicas: 127.0.0.1[2]`, "a weight is written as weight=N"],
    [
      `${P}: replicas: 127.0.0.1[3]`,
      '"near" is neither zone=NAME nor weight=N',
    ],
  ],
  ["has replicas of a server that isn't there", inPool("replicas: { ^127.0.0.1:6378: [a:1] }"), [
    `${P}: replicas`,
    'there is no server "127.0.0.1:6378"; did you mean "127.0.0.1:6379"?',
  ]],
  ["has a replica twice", inPool(`replicas: { ${NAME}: [a:1, ^a:1] }`), [
    `${P}: replicas: 127.0.0.1:6379[1]`,
    '"a:1" is already a replica of "127.0.0.1:6379"',
  ]],
  ["has a server that is its own replica", inPool(`replicas: { ${NAME}: [^127.0.0.1:6379] }`), [
    `${P}: replicas: 127.0.0.1:6379[0]`,
    `${NAME} is already the server ${NAME}`,
  ]],
  ["has zones of what isn't there", inPool("zones: { ^b: x }"), [`${P}: zones`, 'there is no server "b"']],
  ["has a zone with a space", inPool("zone: ^a b"), [`${P}: zone`, "the name of a zone has no spaces in it"]],
  ["reads from nobody", inPool("read_from: ^replicas"), [
    `${P}: read_from`,
    '"replicas" is not a preference; did you mean "replica"?',
  ]],
  ["lags less than can be measured", inPool("max_lag: ^1999"), [`${P}: max_lag`, "1999 is not in 2000.."]],
  ["hedges more than everything", inPool("hedge: { share: ^101 }"), [
    `${P}: hedge: share`,
    "101 is not in 1..100",
  ]],
  [
    "has replicas of a cluster",
    "p: { listen: a:1, redis: true, cluster: { seeds: [a:1] }, replicas: ^{ a: [a:2] } }",
    [
      `${P}: replicas`,
      "a cluster has its own replicas; leave it out",
    ],
  ],
  ["has replicas of memcached", inPool("protocol: ^memcached", `replicas: ^{ ${NAME}: [a:1] }`), [
    `${P}: protocol`,
    "contradicts redis: true",
  ], [`${P}: replicas`, "memcached servers have no replicas"]],
];
