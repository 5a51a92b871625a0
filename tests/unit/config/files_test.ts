import { expect, test } from "bun:test";
import { type Config, fileFault, filesOf, formatFault, loadConfig } from "../../../src/config/mod.ts";
import { readMarks } from "./bad_file.ts";

const { text, places } = readMarks(`admin:
  token_file: ^/etc/token
  read_token_file: ^read
log: { file: /var/log/s }
pid_file: /run/s.pid
store: file:/var/lib/s
pools:
  main:
    listen: a:1
    redis: true
    tls: { cert: ^"c.pem", key: ^k.pem, client_ca: ^ca.pem }
    server_tls: &server
      ca: ^ca.pem
      cert: ^c2.pem
      key: ^k2.pem
    servers: [ "a:1:1" ]
  b:
    listen: a:2
    servers: [ "a:1:1" ]
    server_tls: *server
  c:
    listen: a:3
    servers: [ "a:1:1" ]
    server_tls: true
`);

const CONFIG: Config = loadConfig(text, "n.yml").config!;

test("filesOf lists the files that are read with the configuration, each with its place and purpose", () => {
  const [token, read, cert, key, clientCa, ca, serverCert, serverKey] = places;
  expect(
    filesOf(CONFIG).map(({ path, option, at, what }) => [path, option, `${at.line}:${at.column}`, what]),
  ).toEqual([
    ["/etc/token", "admin: token_file", token!, "admin token"],
    ["read", "admin: read_token_file", read!, "read-only admin token"],
    ["ca.pem", 'pool "b": server_tls: ca', ca!, "CA certificates"],
    ["c2.pem", 'pool "b": server_tls: cert', serverCert!, "certificate chain"],
    ["k2.pem", 'pool "b": server_tls: key', serverKey!, "private key"],
    ["c.pem", 'pool "main": tls: cert', cert!, "certificate chain"],
    ["k.pem", 'pool "main": tls: key', key!, "private key"],
    ["ca.pem", 'pool "main": tls: client_ca', clientCa!, "CA certificates"],
    ["ca.pem", 'pool "main": server_tls: ca', ca!, "CA certificates"],
    ["c2.pem", 'pool "main": server_tls: cert', serverCert!, "certificate chain"],
    ["k2.pem", 'pool "main": server_tls: key', serverKey!, "private key"],
  ]);
});

test("filesOf lists nothing when no file is named", () => {
  const { config } = loadConfig("p: {listen: 'a:1', servers: ['a:1:1']}\n", "n.yml");
  expect(filesOf(config!)).toEqual([]);
});

test("filesOf gives the same of a configuration that was sent to another process", () => {
  expect(filesOf(structuredClone(CONFIG))).toEqual(filesOf(CONFIG));
});

test("fileFault says where the configuration names the file, and what is wrong with it", () => {
  const file = filesOf(CONFIG).find(({ path }) => path === "k.pem")!;
  expect(formatFault(fileFault(CONFIG, file, "can't be read: there is no such file"))).toBe(
    `n.yml:${places[3]}: pool "main": tls: key: "k.pem" can't be read: there is no such file`,
  );
});
