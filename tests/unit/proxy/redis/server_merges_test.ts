import { describe, expect, test } from "bun:test";
import type { ServersMerge } from "../../../../src/protocol/redis/command.ts";
import type { RespVersion } from "../../../../src/protocol/redis/resp_version.ts";
import { MergeOfServers } from "../../../../src/proxy/redis/server_merges.ts";
import {
  array,
  bulk,
  error,
  integer,
  map,
  nullArray,
  nullBulk,
  scalar,
  simple,
} from "../../../support/resp_encoder.ts";
import { LOADING, PLACES, UNEXPECTED, written } from "./fragments.ts";

const OK = simple("OK");
const NOTBUSY = error("NOTBUSY No scripts in execution right now.");
const IDLE = array([bulk("running_script"), nullBulk(), bulk("engines"), array([])]);

describe.each(PLACES)("With replies %s", (_, place) => {
  /** The merged reply of as many servers, called a, b, c …, as text. */
  function merged(
    kind: ServersMerge,
    replies: readonly Uint8Array[],
    each = 1,
    version: RespVersion = 2,
  ): string {
    const names = Array.from({ length: replies.length / each }, (_, i) => String.fromCharCode(97 + i));
    const result = new MergeOfServers(kind, names, version).merge(replies.map(place));
    if (result instanceof Uint8Array) return Buffer.from(result).toString("latin1");
    return written((outbox) => result.writeTo(outbox));
  }

  test.each<[ServersMerge, Uint8Array[], Uint8Array]>([
    ["ok", [OK, OK, OK], OK],
    ["first", [bulk("sha"), bulk("sha")], bulk("sha")],
    ["alike", [bulk("abc"), bulk("cab")], bulk("abc")],
    ["sum", [integer(3), integer(0), integer(12)], integer(15)],
    ["lowest", [integer(1700000003), integer(1700000001)], integer(1700000001)],
    [
      "all-have",
      [array([1, 0, 1, 0].map(integer)), array([1, 1, 0, 0].map(integer))],
      array([1, 0, 0, 0].map(integer)),
    ],
    [
      "concatenation",
      [array([bulk("a"), bulk("b")]), array([]), array([bulk("c".repeat(99))])],
      array([bulk("a"), bulk("b"), bulk("c".repeat(99))]),
    ],
    ["concatenation", [array([]), array([])], array([])],
    ["by-server", [OK, array([bulk("x")])], array([bulk("a"), OK, bulk("b"), array([bulk("x")])])],
    ["stopped", [NOTBUSY, OK, NOTBUSY], OK],
    ["running", [IDLE, IDLE], IDLE],
  ])("%s makes one reply of all", (kind, replies, expected) => {
    expect(merged(kind, replies)).toBe(expected.toString());
  });

  test("running takes the reply of the server where a script runs", () => {
    const busy = array([
      bulk("running_script"),
      array([bulk("name"), bulk("f")]),
      bulk("engines"),
      array([]),
    ]);
    expect(merged("running", [IDLE, busy, IDLE])).toBe(busy.toString());
  });

  test("settings are those of one server where all agree, and say who has which where not", () => {
    const of = (...pairs: string[]) => array(pairs.map((text) => bulk(text)));
    const replies = [of("save", "", "maxmemory", "0"), of("maxmemory", "5", "save", ""), of("save", "")];
    expect(merged("settings", replies)).toBe(of("save", "", "maxmemory", "a: 0, b: 5").toString());
  });

  test("settings, running and by-server are maps in RESP3, whatever by-server has from each", () => {
    const of = (save: string) => map([[bulk("save"), bulk(save)], [bulk("dir"), bulk("/")]]);
    expect(merged("settings", [of(""), of("1 2")], 1, 3))
      .toBe(map([[bulk("save"), bulk("a: , b: 1 2")], [bulk("dir"), bulk("/")]]).toString());
    const idle = map([[bulk("running_script"), scalar("_")]]);
    const busy = map([[bulk("running_script"), map([[bulk("name"), bulk("f")]])]]);
    expect(merged("running", [idle, busy], 1, 3)).toBe(busy.toString());
    for (const said of [of(""), bulk("fine"), array([])]) {
      expect(merged("by-server", [said, said], 1, 3)).toBe(
        map([[bulk("a"), said], [bulk("b"), said]]).toString(),
      );
    }
  });

  test("common-libraries are those of every server", () => {
    const library = (name: string, engine = "LUA") =>
      array([bulk("library_name"), bulk(name), bulk("engine"), bulk(engine), bulk("functions"), array([])]);
    const replies = [
      array([library("x"), library("y"), library("z")]),
      array([library("z", "OTHER"), library("x")]),
    ];
    expect(merged("common-libraries", replies)).toBe(array([library("x"), library("z")]).toString());
  });

  test("draw takes the key of a server that has some", () => {
    const replies = [integer(0), nullBulk(), integer(7), bulk("key"), integer(0), nullBulk()];
    for (let i = 0; i < 20; i++) expect(merged("draw", replies, 2)).toBe(bulk("key").toString());
    const gone = [integer(3), nullBulk(), integer(1), bulk("key")];
    for (let i = 0; i < 20; i++) expect(merged("draw", gone, 2)).toBe(bulk("key").toString());
    const empty = [integer(0), nullBulk(), integer(0), nullBulk()];
    expect(merged("draw", empty, 2)).toBe(nullBulk().toString());
  });

  test("draw draws in proportion to how many keys servers have", () => {
    const replies = [integer(10), bulk("few"), integer(990), bulk("many")];
    const drawn = Array.from({ length: 300 }, () => merged("draw", replies, 2));
    expect(drawn.filter((key) => key.includes("many")).length).toBeGreaterThan(250);
  });

  test.each<[ServersMerge, Uint8Array[]]>([
    ["ok", [OK, simple("QUEUED")]],
    ["sum", [integer(1), bulk("2")]],
    ["sum", [integer(2 ** 53 - 1), integer(2 ** 53 - 1)]],
    ["lowest", [integer(1), nullBulk()]],
    ["all-have", [array([integer(1)]), array([integer(1), integer(1)])]],
    ["all-have", [array([]), OK]],
    ["concatenation", [array([]), OK]],
    ["settings", [array([bulk("a"), bulk("b")]), OK]],
    ["settings", [array([bulk("a"), integer(1)]), array([])]],
    ["common-libraries", [array([array([integer(1), integer(2)])]), array([])]],
  ])("%s takes no reply of another form", (kind, replies) => {
    expect(merged(kind, replies)).toMatch(UNEXPECTED);
  });

  test("alike is an error when servers have something else each", () => {
    expect(merged("alike", [bulk("abc"), bulk("abcd")])).toStartWith(
      "-ERR the servers of this pool do not all",
    );
  });

  test("one server that fails makes an error that names it", () => {
    const replies = [OK, LOADING, OK];
    const expected = "-LOADING Redis is loading the dataset in memory (server 'b')\r\n";
    for (const kind of ["ok", "sum", "concatenation", "by-server", "stopped", "settings"] as const) {
      expect(merged(kind, replies)).toBe(expected);
    }
    expect(merged("draw", [LOADING, LOADING, integer(1), bulk("key")], 2)).toBe(
      expected.replace("'b'", "'a'"),
    );
  });

  test("several servers that fail are all named, a few of many", () => {
    expect(merged("ok", [LOADING, OK, NOTBUSY])).toBe(
      "-LOADING Redis is loading the dataset in memory (servers 'a', 'c')\r\n",
    );
    const many = [...Array(7).fill(LOADING), OK];
    expect(merged("ok", many)).toEndWith("(servers 'a', 'b', 'c', 'd', 'e' and 2 more)\r\n");
  });

  test("what all servers say alike is passed on as one would say it", () => {
    const syntax = error("ERR syntax error");
    expect(merged("ok", [syntax, syntax])).toBe(syntax.toString());
    expect(merged("stopped", [NOTBUSY, NOTBUSY])).toBe(NOTBUSY.toString());
  });

  test("the reply of the only server is passed on, whatever it is", () => {
    for (const reply of [integer(5), LOADING, nullArray(), array([bulk("a")])]) {
      for (const kind of ["ok", "sum", "concatenation", "stopped"] as const) {
        expect(merged(kind, [reply])).toBe(reply.toString());
      }
    }
  });
});
