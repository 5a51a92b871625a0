/** What the store says of itself. */
import type { Arguments } from "../../../protocol/arguments.ts";
import type { Catalogue } from "../../../protocol/redis/catalogue.ts";
import { commandReply } from "../../../protocol/redis/command_reply.ts";
import { VERSION } from "../../../version.ts";
import type { Call, Handler, Handlers } from "../call.ts";
import { REDIS_VERSION } from "../redis_version.ts";

const startedAt = performance.now();

const time: Handler = ({ reply }) => {
  const micros = Math.floor((performance.timeOrigin + performance.now()) * 1000);
  reply.array(2);
  reply.bulkText(String(Math.floor(micros / 1e6)));
  reply.bulkText(String(micros % 1e6));
};

/** Sections of INFO. */
const SECTIONS: Record<string, (call: Call) => Record<string, string | number>> = {
  Server: ({ keyspace }) => ({
    redis_version: REDIS_VERSION,
    redis_mode: "standalone",
    sennit_version: VERSION,
    sennit_store: keyspace.engine.name,
    process_id: process.pid,
    uptime_in_seconds: Math.floor((performance.now() - startedAt) / 1000),
  }),
  Memory: () => ({ used_memory_rss: process.memoryUsage.rss() }),
  Replication: () => ({ role: "master", connected_slaves: 0 }),
  Keyspace: ({ keyspace: { totals: { keyCount } } }): Record<string, string> =>
    keyCount === 0 ? {} : { db0: `keys=${keyCount}` },
};

const info: Handler = (call) => {
  const wanted = new Set(call.args.slice(1).map((word) => word.toString("latin1").toLowerCase()));
  const isAll = ["default", "all", "everything"].some((word) => wanted.has(word)) || wanted.size === 0;
  const texts = Object.entries(SECTIONS)
    .filter(([name]) => isAll || wanted.has(name.toLowerCase()))
    .map(([name, facts]) => {
      const lines = Object.entries(facts(call)).map(([fact, value]) => `${fact}:${value}\r\n`);
      return `# ${name}\r\n${lines.join("")}`;
    });
  call.reply.bulkText(texts.join("\r\n"));
};

const lolwut: Handler = ({ reply }) => reply.bulkText(`Sennit store ${VERSION}\n`);

/** COMMAND and its subcommands, from what `catalogue` gives. */
export function commandCommands(catalogue: () => Catalogue): Handlers {
  const answer: Handler = ({ command, args, reply }) => {
    reply.buffer.bytes(Buffer.from(commandReply(command, argumentsOf(args), reply.version, catalogue())));
  };
  const names = ["count", "info", "docs", "list", "getkeys", "getkeysandflags"];
  return { command: answer, ...Object.fromEntries(names.map((name) => [`command|${name}`, answer])) };
}

function argumentsOf(args: readonly Buffer[]): Arguments {
  return { count: args.length, bytesOf: (i) => args[i]!, start: () => 0, end: (i) => args[i]!.length };
}

/** What the store says of itself. */
export const SERVER_COMMANDS: Handlers = { time, info, lolwut };
