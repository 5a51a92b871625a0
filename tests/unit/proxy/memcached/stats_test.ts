import { expect, test } from "bun:test";
import { foldStats, SERVER_STATS } from "../../../../src/proxy/memcached/stats.ts";
import { inChunk, inParts } from "../redis/fragments.ts";

/** The reply of servers that say these figures. */
function fold(what: string, ...servers: readonly Record<string, string | number>[]): string {
  const replies = servers.map((figures) => {
    const lines = Object.entries(figures).map(([name, value]) => `STAT ${name} ${value}\r\n`);
    return Buffer.from(`${lines.join("")}END\r\n`);
  });
  const fragments = replies.map((reply, i) => i % 2 === 0 ? inChunk(reply) : inParts(reply, 7));
  return Buffer.from(foldStats(SERVER_STATS[what]!).merge(fragments) as Uint8Array).toString();
}

test("foldStats adds up what counts, and takes the largest of what ages", () => {
  const one = { "items:1:number": 2, "items:1:age": 50, "items:2:number": 1 };
  const other = { "items:1:number": 3, "items:1:age": 70, "items:3:number": "18446744073709551615" };
  expect(fold("items", one, other)).toBe(
    "STAT items:1:number 5\r\nSTAT items:1:age 70\r\nSTAT items:2:number 1\r\n" +
      "STAT items:3:number 18446744073709551615\r\nEND\r\n",
  );
  expect(fold("slabs", { "1:chunk_size": 96, total_malloced: 5 }, { "1:chunk_size": 96, total_malloced: 6 }))
    .toBe(
      "STAT 1:chunk_size 96\r\nSTAT total_malloced 11\r\nEND\r\n",
    );
});

test("foldStats lists settings that differ", () => {
  expect(fold("settings", { maxbytes: 5, inter: "NULL" }, { maxbytes: 6, inter: "NULL" }, { maxbytes: 5 }))
    .toBe(
      "STAT maxbytes 5,6\r\nSTAT inter NULL\r\nEND\r\n",
    );
});

test("foldStats says what a server says instead", () => {
  const failed = inChunk(Buffer.from("SERVER_ERROR Connection refused\r\n"));
  const good = inChunk(Buffer.from("STAT a 1\r\nEND\r\n"));
  const merged = foldStats(SERVER_STATS.items!).merge([good, failed]) as Uint8Array;
  expect(Buffer.from(merged).toString()).toBe("SERVER_ERROR Connection refused\r\n");
});
