/** The scripts of `writer.ts`, and how they are run by their names. */
import { type Answer, asText, Refusal } from "./answer.ts";
import type { Command, ServerConnection } from "./connection.ts";

/** A script that servers keep. */
export class Script {
  readonly #text: string;
  readonly #sha: string;

  constructor(text: string) {
    this.#text = text;
    this.#sha = new Bun.CryptoHasher("sha1").update(text).digest("hex");
  }

  /** Runs it; a server that doesn't know it yet learns it. Errors: as `ServerConnection.call`. */
  async run(connection: ServerConnection, keys: Command, args: Command): Promise<Answer> {
    const behind = [keys.length, ...keys, ...args];
    try {
      return await connection.call("EVALSHA", this.#sha, ...behind);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "NOSCRIPT") throw error;
      asText(await connection.call("SCRIPT", "LOAD", this.#text));
      return await connection.call("EVALSHA", this.#sha, ...behind);
    }
  }
}

/**
 * KEYS: the fence. ARGV: what it must be, a database, and commands, each as the number of its words and the words.
 * Answers nothing, or the error of the first command that was refused; those behind it are not run.
 */
export const FENCED_BATCH: Script = new Script(`
redis.call('select', 0)
local fence = redis.call('get', KEYS[1])
if fence ~= ARGV[1] then
  return redis.error_reply('FENCED the fence is ' .. tostring(fence) .. ', not ' .. ARGV[1])
end
redis.call('select', ARGV[2])
local i = 3
while i <= #ARGV do
  local words = tonumber(ARGV[i])
  local reply = redis.pcall(unpack(ARGV, i + 1, i + words))
  if type(reply) == 'table' and reply.err then
    return { reply.err }
  end
  i = i + words + 1
end
return {}
`);

/** KEYS: the fence. ARGV: the new one as text, as generation and as epoch. Answers 1, or 0 when a later one stands there. */
export const RAISE_FENCE: Script = new Script(`
local fence = redis.call('get', KEYS[1])
if fence then
  local generation, epoch = string.match(fence, '^(%d+)%.(%d+)$')
  generation, epoch = tonumber(generation), tonumber(epoch)
  local newer, than = tonumber(ARGV[2]), tonumber(ARGV[3])
  if generation and (generation > newer or (generation == newer and epoch > than)) then
    return 0
  end
end
redis.call('set', KEYS[1], ARGV[1])
return 1
`);
