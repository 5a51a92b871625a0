/**
 * Writers that do to a server what clients do: every type, deletions, expiry, renames, transactions, scripts, groups of
 * streams, in several databases. They report the keys that tracking doesn't tell, as workers would.
 */
import {
  type Command,
  OPAQUE_COMMANDS,
  ServerConnection,
  UNTRACKED_COMMANDS,
} from "../../src/copying/mod.ts";
import { Random } from "../support/seed.ts";
import type { RedisServer } from "../support/redis_server.ts";
import { connectTo } from "./copying.ts";

const KEYS_PER_TYPE = 25;
const DATABASES = [0, 3];
const SCRIPT = `redis.call('append', KEYS[1], ARGV[1])
redis.call('hset', 'script:' .. ARGV[2], ARGV[1], ARGV[2])
return redis.call('incr', 'scripted:' .. ARGV[2])`;

/** Writers that are at work until they are stopped. */
export class Workload {
  /** Commands that were answered. */
  done = 0;
  /** Of each name, how many. */
  readonly counts = new Map<string, number>();
  readonly #writers: Promise<void>[];
  #isStopped = false;
  #resume: (() => void) | null = null;
  #paused: Promise<void> | null = null;
  #busy = 0;

  private constructor(connections: readonly ServerConnection[], report: (key: Buffer) => void) {
    this.#writers = connections.map((connection, i) =>
      this.#write(connection, new Random(`writer ${i}`), report)
    );
  }

  /** Begins. `report` gets the keys that a worker would report. */
  static async start(
    redis: RedisServer,
    writers: number,
    signal: AbortSignal,
    report: (key: Buffer) => void,
  ): Promise<Workload> {
    const connections = await Promise.all(Array.from({ length: writers }, () => connectTo(redis, signal)));
    await Promise.all(
      connections.map((connection, i) => connection.select(DATABASES[i % DATABASES.length]!)),
    );
    return new Workload(connections, report);
  }

  /** Settles when nothing is on its way; nothing is begun until `resume`. */
  async hold(): Promise<void> {
    this.#paused ??= new Promise((resolve) => (this.#resume = resolve));
    while (this.#busy > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  resume(): void {
    this.#paused = null;
    this.#resume?.();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.resume();
    await Promise.all(this.#writers);
  }

  async #write(connection: ServerConnection, random: Random, report: (key: Buffer) => void): Promise<void> {
    while (!this.#isStopped) {
      if (this.#paused !== null) await this.#paused;
      if (this.#isStopped) return;
      this.#busy++;
      const commands = random.next() < 0.1 ? transaction(random) : [commandOf(random)];
      await connection.pipeline(commands);
      // Behind the reply, as late as a worker's report may come.
      for (const key of reportsOf(commands)) report(Buffer.from(key));
      for (const [name] of commands) this.counts.set(String(name), (this.counts.get(String(name)) ?? 0) + 1);
      this.done += commands.length;
      this.#busy--;
    }
    connection.close();
  }
}

/** The keys of a request that a worker reports. */
function reportsOf(commands: readonly Command[]): string[] {
  const names = commands.map(([name]) => String(name));
  if (!names.some((name) => UNTRACKED_COMMANDS.includes(name) || OPAQUE_COMMANDS.includes(name))) return [];
  return commands.flatMap((command) => keysOf(command).map(String));
}

function keysOf(command: Command): Command {
  switch (command[0]) {
    case "MULTI":
    case "EXEC":
      return [];
    case "EVAL":
      return command.slice(3, 3 + Number(command[2]));
    case "XREADGROUP":
      return [command[command.indexOf("STREAMS") + 1]!];
    case "XGROUP":
      return [command[2]!];
    case "RENAME":
    case "COPY":
    case "LMOVE":
      return command.slice(1, 3);
    default:
      return [command[1]!];
  }
}

function transaction(random: Random): Command[] {
  const inner = Array.from({ length: random.integer(1, 4) }, () => commandOf(random)).filter(([name]) =>
    name !== "EVAL"
  );
  return [["MULTI"], ...inner, ["EXEC"]];
}

function commandOf(random: Random): Command {
  const n = () => random.integer(0, KEYS_PER_TYPE - 1);
  const element = () =>
    random.pick(["a", "b", "c", String(random.integer(0, 400)), "x".repeat(random.integer(1, 90))]);
  const key = (type: string) => `${type}:{${n()}}`;
  const types = ["counter", "text", "list", "hash", "set", "zset", "stream", "hll"];
  const any = () => key(random.pick(types));
  const make: (() => Command)[] = [
    () => ["INCR", key("counter")],
    () => ["INCRBYFLOAT", key("counter"), String(random.integer(-100, 100) / 8)],
    () => ["APPEND", key("text"), element()],
    () => ["SETRANGE", key("text"), random.integer(0, 200), element()],
    () => ["SET", key("text"), element(), "PX", random.integer(1, 3000)],
    () => ["GETEX", key("text"), "PX", random.integer(500, 5000)],
    () => ["LPUSH", key("list"), element(), element()],
    () => ["RPOP", key("list")],
    () => ["LMOVE", key("list"), key("list"), "LEFT", "RIGHT"],
    () => ["LTRIM", key("list"), 0, 60],
    () => ["HSET", key("hash"), element(), element()],
    () => ["HINCRBY", key("hash"), "n", 3],
    () => ["HDEL", key("hash"), element()],
    () => ["SADD", key("set"), element(), element()],
    () => ["SPOP", key("set")],
    () => ["ZADD", key("zset"), String(random.integer(-1000, 1000) / 7), element()],
    () => ["ZINCRBY", key("zset"), "0.1", element()],
    () => ["ZPOPMIN", key("zset")],
    () => ["PFADD", key("hll"), element()],
    () => ["PFCOUNT", key("hll")],
    () => ["XADD", key("stream"), "MAXLEN", "~", 100, "*", element(), element()],
    () => ["XGROUP", "CREATE", key("stream"), "g", "0", "MKSTREAM"],
    () => [
      "XREADGROUP",
      "GROUP",
      "g",
      random.pick(["alice", "bob"]),
      "COUNT",
      2,
      "STREAMS",
      key("stream"),
      ">",
    ],
    () => ["XAUTOCLAIM", key("stream"), "g", "carol", 0, "0", "COUNT", 2],
    () => ["XDEL", key("stream"), "0-1"],
    () => ["PEXPIRE", any(), random.integer(1, 4000)],
    () => ["PERSIST", any()],
    () => ["DEL", any()],
    () => ["RENAME", key("text"), key("text")],
    () => ["COPY", key("hash"), key("hash"), "REPLACE"],
    () => ["EVAL", SCRIPT, 1, key("text"), element(), n()],
    () => ["SETEX", `session:${random.integer(0, 100_000)}`, 1, element()],
  ];
  return random.pick(make)();
}
