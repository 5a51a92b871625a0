/**
 * The command table against the redis-server that is installed: every entry of COMMAND and COMMAND DOCS, and the keys
 * that COMMAND GETKEYS finds in made-up requests.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "../../src/protocol/redis/command.ts";
import { describeCommand } from "../../src/protocol/redis/command_description.ts";
import { commandReply } from "../../src/protocol/redis/command_reply.ts";
import { ALL_COMMANDS } from "../../src/protocol/redis/command_table.ts";
import { encodeReply, Failure, type ReplyValue, Status } from "../../src/protocol/redis/reply_value.ts";
import { decodeReply, decodeWhole } from "../unit/protocol/redis/decode_reply.ts";
import { textArguments } from "../unit/protocol/redis/text_arguments.ts";
import { compareVersions } from "../unit/protocol/redis/versions.ts";

const executable = Bun.which("redis-server");
const folder = mkdtempSync(join(tmpdir(), "command-table-"));
const socketPath = join(folder, "redis.sock");
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

let server: Bun.Subprocess | undefined;
let version = "";
const entries = new Map<string, ReplyValue[]>();
const docs = new Map<string, Map<string, ReplyValue>>();

/** Sends one command on a connection of its own and reads the reply. */
async function ask(...words: string[]): Promise<ReplyValue> {
  const request = `*${words.length}\r\n` +
    words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("");
  const { promise, resolve, reject } = Promise.withResolvers<ReplyValue>();
  let received = Buffer.alloc(0);
  const socket = await Bun.connect({
    unix: socketPath,
    socket: {
      data(_socket, chunk) {
        received = Buffer.concat([received, chunk]);
        const reply = decodeReply(received);
        if (reply !== null) resolve(reply.value);
      },
      close: () => reject(new Error("redis-server closed the connection")),
      error: (_socket, error) => reject(error),
    },
  });
  socket.write(request);
  return await promise.finally(() => socket.end());
}

async function untilReady(): Promise<void> {
  const deadline = performance.now() + 5000;
  for (;;) {
    const ready = await ask("PING").catch(() => null);
    if (ready instanceof Status) return;
    if (performance.now() > deadline) throw new Error("redis-server did not answer in time");
    await Bun.sleep(10);
  }
}

function gather(commands: readonly ReplyValue[]): void {
  for (const entry of commands as ReplyValue[][]) {
    entries.set(entry[0] as string, entry);
    gather(entry[9] as ReplyValue[]);
  }
}

function gatherDocs(pairs: readonly ReplyValue[]): void {
  for (const [name, facts] of pairsOf(pairs)) {
    const fields = new Map(pairsOf(facts as ReplyValue[]));
    docs.set(name, fields);
    gatherDocs((fields.get("subcommands") ?? []) as ReplyValue[]);
  }
}

function pairsOf(list: readonly ReplyValue[]): [string, ReplyValue][] {
  return Array.from({ length: list.length / 2 }, (_, i) => [list[i * 2] as string, list[i * 2 + 1]!]);
}

/** An entry without what the table leaves out (prose, tips, subcommands, which are compared on their own). */
function comparable(entry: readonly ReplyValue[]): unknown {
  const [name, arity, flags, first, last, step, categories, , keys] = entry;
  const specs = (keys as ReplyValue[][]).map((spec) => pairsOf(spec).filter(([field]) => field !== "notes"));
  return { name, arity, flags: sorted(flags!), first, last, step, categories: sorted(categories!), specs };
}

function sorted(list: ReplyValue): Status[] {
  return [...list as Status[]].sort((a, b) => a.text < b.text ? -1 : 1);
}

/** Requests for one command: plausible ones, with the keywords and numbers its key specifications look for. */
function* requestsFor(command: Command, random: () => number): Generator<string[]> {
  const name = command.name.split("|");
  const keywords = command.keys.map((spec) => spec.keyword.toLowerCase()).filter((keyword) => keyword !== "");
  const extra = command.name.startsWith("sort") ? ["by", "get", "limit", "GET"] : [];
  const fillers = ["0", "1", "2", "3", ...keywords, ...extra];
  for (let round = 0; round < 40; round++) {
    const count = command.arity > 0 ? command.arity : -command.arity + Math.floor(random() * 6);
    const words = Array.from({ length: count - name.length }, (_, i) => {
      return random() < 0.5 ? `key${i}` : fillers[Math.floor(random() * fillers.length)]!;
    });
    yield [...name, ...words];
  }
}

function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

beforeAll(async () => {
  if (executable === null) return;
  const options = ["--port", "0", "--unixsocket", socketPath, "--save", "", "--dir", folder];
  server = Bun.spawn([executable, ...options], { stdout: "ignore", stderr: "ignore" });
  await untilReady();
  gather(await ask("COMMAND") as ReplyValue[]);
  gatherDocs(await ask("COMMAND", "DOCS") as ReplyValue[]);
  version = /redis_version:(\S+)/.exec(await ask("INFO", "server") as string)![1]!;
});

afterAll(async () => {
  server?.kill();
  await server?.exited;
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(executable === null)(
  "command table and redis-server (skipped when it is not installed)",
  () => {
    test("ALL_COMMANDS has every command and subcommand that the server has", () => {
      const known = new Set(ALL_COMMANDS.map(({ name }) => name));
      expect(entries.size).toBeGreaterThan(300);
      expect([...entries.keys()].filter((name) => !known.has(name))).toEqual([]);
    });

    test("ALL_COMMANDS says what COMMAND says when the server knows the command", () => {
      for (const command of ALL_COMMANDS) {
        const entry = entries.get(command.name);
        if (entry !== undefined) {
          const ours = decodeWhole(encodeReply(describeCommand(command), 2)) as ReplyValue[];
          expect(comparable(ours)).toEqual(
            comparable(entry) as object,
          );
        }
      }
    });

    test("ALL_COMMANDS gives group and first version of COMMAND DOCS when the server knows the command", () => {
      for (const { name, group, since } of ALL_COMMANDS) {
        const fields = docs.get(name);
        if (fields === undefined) continue;
        expect({ name, group, since }).toEqual({
          name,
          group: fields.get("group") as string,
          since: fields.get("since") as string,
        });
      }
    });

    test("ALL_COMMANDS says that a command came later when the server doesn't have it", () => {
      const early = ALL_COMMANDS.filter(({ name, since }) =>
        !entries.has(name) && compareVersions(since, version) <= 0
      );
      expect(early.map(({ name }) => name)).toEqual([]);
    });

    test("commandReply has the shape of the server's COMMAND INFO when asked for commands and unknown names", async () => {
      const names = ["get", "mget", "MSET", "nosuch", "xread", "zunionstore", "sort", "object|encoding"];
      const ours = decodeWhole(
        commandReply(named("command|info"), textArguments("COMMAND", "INFO", ...names), 2),
      );
      const theirs = await ask("COMMAND", "INFO", ...names);
      const plain = (reply: ReplyValue) =>
        (reply as (ReplyValue[] | null)[]).map((it) => it && comparable(it));
      expect(plain(ours)).toEqual(plain(theirs) as object[]);
    });

    test("commandReply finds the server's keys when asked for GETKEYS of made-up requests", async () => {
      const random = randomFrom(seed);
      let found = 0;
      for (const command of ALL_COMMANDS) {
        if (!entries.has(command.name) || command.keys.length === 0) continue;
        for (const request of requestsFor(command, random)) {
          const words = ["COMMAND", "GETKEYS", ...request];
          if (words.length < 4 || isReadOtherwise(request)) continue;
          const ours = decodeWhole(
            commandReply(named("command|getkeys"), textArguments(...words), 2),
          );
          const theirs = await ask(...words);
          if (!(theirs instanceof Failure)) found++;
          expect({ seed, request, keys: ours }).toEqual({ seed, request, keys: theirs as ReplyValue });
        }
      }
      expect(found).toBeGreaterThan(1000);
    });
  },
);

/**
 * Requests in which COMMAND GETKEYS sees other keys than the table does. None of them matters: the server itself
 * rejects a consumer group read without GROUP, and runs SORT as the table reads it; MIGRATE is refused.
 */
function isReadOtherwise([name, ...words]: readonly string[]): boolean {
  if (name === "sort") return words.some((word, i) => word === "store" && words[i + 1] === "store");
  return name === "migrate" || (name === "xreadgroup" && words.indexOf("streams") < 3);
}

function named(name: string): Command {
  return ALL_COMMANDS.find((command) => command.name === name)!;
}
