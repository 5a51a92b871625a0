/** What the store says of itself. */
import { describeCommand, documentCommand } from "../../../protocol/redis/command_description.ts";
import type { Command } from "../../../protocol/redis/command.ts";
import { lookupCommand } from "../../../protocol/redis/command_lookup.ts";
import { encodeReply, ReplyMap, type ReplyValue } from "../../../protocol/redis/reply_value.ts";
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

function answer({ reply }: Call, value: ReplyValue): void {
  reply.buffer.bytes(Buffer.from(encodeReply(value, reply.version)));
}

/** COMMAND and its like, for the commands that `servedCommands` gives. */
export function commandCommands(servedCommands: () => readonly Command[]): Handlers {
  /** The commands that the arguments from `from` on name; all that are served when there are none. */
  const named = (args: readonly Buffer[], from: number): (Command | null)[] => {
    const served = servedCommands();
    if (args.length === from) return [...served];
    return args.slice(from).map((name) => {
      const command = lookupCommand(name, 0, name.length);
      return command !== null && served.includes(command) ? command : null;
    });
  };
  const info = (from: number): Handler => (call) =>
    answer(call, named(call.args, from).map((command) => command === null ? null : describeCommand(command)));
  const docs: Handler = (call) => {
    const commands = named(call.args, 2).filter((command) => command !== null);
    answer(call, new ReplyMap(commands.flatMap((command) => [command.name, documentCommand(command)])));
  };
  return {
    command: info(1),
    "command|count": ({ reply }) => reply.integer(servedCommands().length),
    "command|info": info(2),
    "command|docs": docs,
    "command|list": (call) => answer(call, servedCommands().map(({ name }) => name)),
  };
}

/** What the store says of itself. */
export const SERVER_COMMANDS: Handlers = { time, info, lolwut };
