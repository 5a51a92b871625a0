/**
 * What the request scanner accepts and refuses, against the redis-server that is installed: malformed requests, their
 * error texts, the words of inline requests, and pipelines with random damage.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { RequestScanner } from "../../src/protocol/redis/request_scanner.ts";
import { cutAt } from "../support/cuts.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { parseAllResp, RespError, type RespValue } from "../support/resp.ts";
import { command, pipeline } from "../support/resp_encoder.ts";
import { Random, SEED } from "../support/seed.ts";
import { MALFORMED, MALFORMED_FOR_STRANGERS } from "../unit/protocol/redis/malformed_requests.ts";
import { scanRequests, WIDE } from "../unit/protocol/redis/scan_requests.ts";

const PING = command("PING").toString();
const PROTOCOL_ERROR = "ERR Protocol error: ";
const INT_MAX = 2 ** 31 - 1;

/** Where the scanner means not to do as Redis does: the fault, what Redis says to it, and why. */
const DIFFERENT = [
  [
    "a count without an end",
    "*" + "1".repeat(65600),
    "too big mbulk count string",
    "the eleventh digit is enough",
  ],
  [
    "a length without an end",
    "*1\r\n$" + "1".repeat(65600),
    "too big bulk count string",
    "the eleventh digit is enough",
  ],
  ["a NUL in a count", "*1\0\r\n", "", "Redis looks for the line's end up to a NUL and waits"],
  ["a count without CR", "*1x", "", "no byte to come can mend it"],
  ["a length without CR", "*1\r\n$1x", "", "no byte to come can mend it"],
  ["more arguments than max_arguments", `*${WIDE.maxArguments + 1}\r\n`, "", "Redis has no such option"],
  ["a count of eleven digits", "*-99999999999\r\n", "", "negative counts mean nothing, the longest neither"],
] as const;

let server: RedisServer;
let strict: RedisServer;

/** Sends the bytes and the end of the stream; reads what redis-server says until it closes. */
async function tell(to: RedisServer, sent: Uint8Array): Promise<RespValue[]> {
  using client = await RawClient.connect(to.endpoint);
  client.write(sent);
  client.halfClose();
  return parseAllResp(await client.readUntilClose(), "latin1");
}

/** How many requests were served before the protocol error, and the error's text. */
function verdict(replies: readonly RespValue[]): { served: number; fault: string } {
  const last = replies.at(-1);
  if (!(last instanceof RespError) || !last.message.startsWith(PROTOCOL_ERROR)) {
    return { served: replies.length, fault: "" };
  }
  return { served: replies.length - 1, fault: last.message.slice("ERR ".length) };
}

function ourVerdict(sent: Uint8Array, scanner?: RequestScanner): { served: number; fault: string } {
  const { requests, fault } = scanRequests(cutAt(sent, []), scanner);
  return { served: requests.length, fault: fault.replace(/[\r\n]/g, " ") };
}

describe.skipIf(reasonToSkip("redis-server") !== null)("redis-server and RequestScanner", () => {
  beforeAll(async () => {
    [server, strict] = await Promise.all([RedisServer.start(), RedisServer.start({ password: "secret" })]);
  });
  afterAll(() => Promise.all([server?.stop(), strict?.stop()]));

  describe.each(Object.entries(MALFORMED))(
    "refuse a malformed %s with the same text:",
    (_, cases) => {
      test.each(cases.map(({ sent, fault }) => [JSON.stringify(sent.slice(0, 40)), sent, fault]))(
        "%s",
        async (_title, sent, fault) => {
          const expected = { served: 1, fault: `Protocol error: ${fault}` };
          expect(verdict(await tell(server, Buffer.from(PING + sent)))).toEqual(expected);
        },
      );
    },
  );

  test.each(MALFORMED_FOR_STRANGERS)(
    "refuse strangers with the same text: $fault",
    async (each) => {
      const replies = await tell(strict, Buffer.from(each.sent));
      expect(verdict(replies)).toEqual({ served: 0, fault: `Protocol error: ${each.fault}` });
    },
  );

  test.each(DIFFERENT)(
    "differ, as they should, about %s",
    async (_, sent, fault) => {
      const expected = fault === "" ? "" : `Protocol error: ${fault}`;
      expect(verdict(await tell(server, Buffer.from(sent)))).toEqual({ served: 0, fault: expected });
      expect(ourVerdict(Buffer.from(sent)).fault).toStartWith("Protocol error: invalid ");
    },
  );

  test("refuse a line that is too long with the same text", async () => {
    const sent = Buffer.from(PING + "x".repeat(WIDE.maxInlineBytes + 1));
    expect(verdict(await tell(server, sent))).toEqual(ourVerdict(sent));
    expect(ourVerdict(sent).fault).toBe("Protocol error: too big inline request");
  });

  describe("find the same requests in", () => {
    test.each([
      ["arrays of nothing", "*0\r\n*-1\r\n*-7\r\n" + PING],
      ["lines of nothing", "\r\n\n  \t\r\n" + PING],
      ["arrays whose line ends are other bytes", "*1\rX$4\rXPINGab" + PING],
      ["lines that end with LF", "PING\nPING\n"],
      ["lines among arrays", PING + "PING a\r\n" + PING],
    ])("%s", async (_, sent) => {
      expect(verdict(await tell(server, Buffer.from(sent)))).toEqual(ourVerdict(Buffer.from(sent)));
    });
  });

  test("find the same words in random inline requests", async () => {
    const random = new Random("inline words");
    const pieces = [
      '"',
      "'",
      "\\",
      " ",
      "\t",
      "\v",
      "\f",
      "\r",
      "x",
      "4a",
      "n",
      "a",
      "\xff",
      "\\x41",
      '\\"',
      "\\'",
    ];
    for (let round = 0; round < 400; round++) {
      const words = Array.from({ length: random.integer(0, 12) }, () => random.pick(pieces)).join("");
      const sent = Buffer.from(`EVAL "return ARGV" 0 ${words}\n`, "latin1");
      const replies = await tell(server, sent);
      const { requests, fault } = scanRequests(cutAt(sent, []));
      const ours = fault === "" ? [requests[0]!.args.slice(3)] : [new RespError(`ERR ${fault}`)];
      expect({ SEED, words, replies }).toEqual({ SEED, words, replies: ours });
    }
  });

  test("find the same requests and faults in randomly damaged pipelines", async () => {
    const random = new Random("damage");
    const limits = { ...WIDE, maxArguments: INT_MAX };
    const requests = [["PING"], ["ECHO", "two words"], ["GET", "k"], ["ECHO", ""], [
      "MGET",
      ...Array(11).fill("k"),
    ]];
    const bytes = ["\r", "\n", "\r\n", "*", "$", "-", "+", "0", "1", "9", " ", '"', "'", "x", "\xff"];
    for (let round = 0; round < 400; round++) {
      const whole = pipeline(Array.from({ length: random.integer(1, 5) }, () => random.pick(requests)));
      const at = random.integer(0, whole.length);
      const behind = at + random.integer(0, 2);
      const damage = Buffer.from(random.pick(bytes), "latin1");
      const sent = Buffer.concat([whole.subarray(0, at), damage, whole.subarray(behind)]);
      const text = sent.toString("latin1");
      const ours = ourVerdict(sent, new RequestScanner(limits));
      // Redis judges a line when its end has come; the scanner may know before.
      const rest = Buffer.from(ours.fault === "" ? "" : "\r\n");
      const theirs = verdict(await tell(server, Buffer.concat([sent, rest])));
      expect({ SEED, text, ...theirs }).toEqual({ SEED, text, ...ours });
    }
  });
});
