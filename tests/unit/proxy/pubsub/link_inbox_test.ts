/** What servers say on connections that subscribe: found whole in any chunks, and known by its first two elements. */
import { describe, expect, test } from "bun:test";
import { ReplyScanner } from "../../../../src/protocol/redis/reply_scanner.ts";
import { LinkInbox } from "../../../../src/proxy/pubsub/link_inbox.ts";
import { PushFrame } from "../../../../src/proxy/pubsub/push_frame.ts";
import { MessageCopies } from "../../../../src/proxy/pubsub/message_copies.ts";
import type { Session } from "../../../../src/proxy/session.ts";
import { variantOf } from "../../../../src/proxy/variant.ts";

const SAID = [
  "*3\r\n$9\r\nsubscribe\r\n$5\r\nnews1\r\n:1\r\n",
  "*3\r\n$7\r\nmessage\r\n$5\r\nnews1\r\n$4\r\n\r\n*9\r\n",
  "*4\r\n$8\r\npmessage\r\n$3\r\nn*1\r\n$5\r\nnews1\r\n$0\r\n\r\n",
  "*3\r\n$7\r\nmessage\r\n$0\r\n\r\n$1\r\nx\r\n",
  "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n",
  "*2\r\n+ok\r\n:1\r\n",
  "*2\r\n$4\r\npong\r\n$0\r\n\r\n",
  "-NOPERM no\r\n",
  "+PONG\r\n",
  "*0\r\n",
];
const FRAMES = [
  ["subscribe", "news1"],
  ["message", "news1"],
  ["pmessage", "n*1"],
  ["message", ""],
  ["unsubscribe", ""],
  ["", ""],
  ["pong", ""],
  ["", ""],
  ["", ""],
  ["", ""],
];

/** Reads `SAID` in chunks of this size. */
function read(size: number): { said: string[]; frames: string[][]; held: number } {
  const [said, frames]: [string[], string[][]] = [[], []];
  const frame = new PushFrame();
  let held = 0;
  const account = { change: (delta: number) => void (held += delta) };
  const inbox = new LinkInbox(new ReplyScanner(), account, (bytes, start, end) => {
    frame.read(bytes, start);
    const name = Buffer.from(bytes.subarray(frame.nameStart, frame.nameEnd)).toString();
    said.push(Buffer.from(bytes.subarray(start, end)).toString());
    frames.push([frame.word, name]);
    return "";
  });
  const all = Buffer.from(SAID.join(""));
  for (let at = 0; at < all.length; at += size) {
    expect(inbox.read(Buffer.from(all.subarray(at, at + size)), 0)).toBe("");
  }
  expect(inbox.replies).toBe(SAID.length);
  return { said, frames, held };
}

describe("LinkInbox", () => {
  test("takes every reply whole, whatever chunks it comes in", () => {
    for (let size = 1; size <= 60; size++) {
      expect(read(size)).toEqual({ said: SAID, frames: FRAMES, held: 0 });
    }
    expect(read(10_000)).toEqual({ said: SAID, frames: FRAMES, held: 0 });
  });

  test("says why when the stream is none, or whoever takes replies trusts it no longer", () => {
    const account = { change: () => {} };
    const inbox = new LinkInbox(new ReplyScanner(), account, () => "no");
    expect(inbox.read(Buffer.from("+OK\r\n+OK\r\n"), 0)).toBe("no");
    inbox.reset();
    expect(inbox.read(Buffer.from("hello"), 0)).toContain("no valid reply");
  });
});

test("MessageCopies gives each client the form of its version, and makes each once", () => {
  const given: [version: number, bytes: Uint8Array, text: string][] = [];
  const session = (version: number) => ({
    variant: version === 3 ? variantOf(3, 0) : 0,
    replies: {
      interject: (bytes: Uint8Array, start: number, end: number) =>
        given.push([version, bytes, Buffer.from(bytes.subarray(start, end)).toString()]),
    },
  } as unknown as Session);
  const chunk = Buffer.from(`..${SAID[1]}..`);
  const copies = new MessageCopies(chunk, 2, chunk.length - 2);
  for (const version of [2, 3, 2, 3]) copies.giveTo(session(version));
  expect(given.map(([version, , text]) => [version, text])).toEqual(
    [2, 3, 2, 3].map((version) => [version, (version === 2 ? "*" : ">") + SAID[1]!.slice(1)]),
  );
  expect(new Set(given.map(([, bytes]) => bytes)).size).toBe(2);
});
