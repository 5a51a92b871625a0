import { describe, expect, test } from "bun:test";
import { FragmentReply } from "../../../../src/proxy/redis/fragment_reply.ts";
import {
  array,
  bulk,
  integer,
  map,
  nullArray,
  nullBulk,
  scalar,
  simple,
} from "../../../support/resp_encoder.ts";
import { PLACES, written } from "./fragments.ts";

/** Larger than what is joined, so that pieces stay pieces. */
const LONG = "v".repeat(70 * 1024);

describe.each(PLACES)("FragmentReply %s", (_, place) => {
  test.each([[integer(0), 0], [integer(7), 7], [integer(-12), -12], [integer(4294967296), 4294967296]])(
    "reads a number and moves behind its line",
    (reply, value) => {
      const cursor = new FragmentReply(place(Buffer.concat([reply, simple("next")])));
      expect([String.fromCharCode(cursor.type), cursor.takeNumber(), String.fromCharCode(cursor.type)])
        .toEqual([":", value, "+"]);
    },
  );

  test("begins behind attributes", () => {
    const attribute = map([[simple("ttl"), array([integer(5)])]], "|");
    expect(new FragmentReply(place(Buffer.concat([attribute, attribute, integer(7)]))).takeNumber()).toBe(7);
  });

  test("knows the size and type of the whole and copies it", () => {
    for (const reply of [simple("OK"), bulk(LONG)]) {
      const cursor = new FragmentReply(place(reply));
      expect([cursor.size, cursor.type]).toEqual([reply.length, reply[0]!]);
      expect(reply.equals(cursor.copy())).toBeTrue();
    }
  });

  test("moves over elements of every kind and appends what it moved over", () => {
    const elements = [
      bulk("a"),
      nullBulk(),
      bulk(""),
      integer(-5),
      simple("s"),
      simple("a\rb"),
      scalar("_"),
      array([integer(1), array([bulk("x"), nullArray(), array([])]), simple("y")]),
      array([bulk("a"), integer(2)], "~"),
      array([bulk("a")], ">"),
      map([[bulk("k"), array([integer(1)])]]),
      Buffer.concat([map([[simple("ttl"), integer(5)]], "|"), bulk("v")]),
      bulk("ERR broken", "!"),
      Buffer.from("$?\r\n;3\r\na\r\n\r\n;2\r\nbc\r\n;0\r\n"),
      Buffer.from("*?\r\n:1\r\n%?\r\n+a\r\n~1\r\n_\r\n.\r\n.\r\n"),
      bulk("txt:some\r\ntext", "="),
      nullArray(),
      bulk(LONG),
      bulk("z"),
    ];
    const cursor = new FragmentReply(place(array(elements)));
    expect(cursor.takeNumber()).toBe(elements.length);
    for (const element of elements) {
      const from = cursor.at;
      cursor.skipElement();
      expect(written((outbox) => cursor.appendFrom(from, outbox)) === element.toString("latin1")).toBeTrue();
    }
  });
});
