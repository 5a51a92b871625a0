/**
 * How copied keys, purges and removals get into a server: as they are, or in scripts each of which first compares the
 * fence that stands on that server with the fence of the controller who orders it. A lease doesn't keep a controller
 * that was stopped from writing when it wakes up; a fence does, since the next controller raises it before he begins.
 */
import { type Fence, formatFence } from "../coordination/mod.ts";
import { asArray, asNumber, asText, Refusal } from "./answer.ts";
import type { Command, ServerConnection } from "./connection.ts";
import { FENCED_BATCH, RAISE_FENCE } from "./fence_scripts.ts";
import { FENCE_KEY } from "./own_keys.ts";

/** The server has another fence than ours: somebody else is the controller, or the server was emptied. */
export class Fenced extends Error {}

/** Writes into one server. */
export interface Writer {
  readonly connection: ServerConnection;
  /** Runs commands in a database, in order. Errors: a Refusal for the first that was refused; Fenced; ConnectionLost. */
  write(database: number, commands: readonly Command[]): Promise<void>;
}

/** Writes without asking who orders it, for targets that nobody else writes to. */
export class PlainWriter implements Writer {
  constructor(readonly connection: ServerConnection) {}

  async write(database: number, commands: readonly Command[]): Promise<void> {
    await this.connection.select(database);
    const refusal = (await this.connection.pipeline(commands)).find((answer) => answer instanceof Refusal);
    if (refusal !== undefined) throw refusal;
  }
}

/** Writes in the name of one controller. */
export class FencedWriter implements Writer {
  readonly #fence: Fence;

  constructor(readonly connection: ServerConnection, fence: Fence) {
    this.#fence = fence;
  }

  async write(database: number, commands: readonly Command[]): Promise<void> {
    if (commands.length === 0) return;
    const words = commands.flatMap((command) => [command.length, ...command]);
    const order = [formatFence(this.#fence), database, ...words];
    const [failure] = asArray(await FENCED_BATCH.run(this.connection, [FENCE_KEY], order).catch(asFenced));
    if (failure !== undefined) throw new Refusal(asText(failure));
  }
}

/**
 * Writes in the name of one controller through the connection of a follower, which is not told of what it writes so: a
 * server tells of what scripts write, whoever runs them, so that here a transaction watches the fence.
 */
export class WatchingWriter implements Writer {
  readonly #fence: string;

  constructor(readonly connection: ServerConnection, fence: Fence) {
    this.#fence = formatFence(fence);
  }

  async write(database: number, commands: readonly Command[]): Promise<void> {
    if (commands.length === 0) return;
    await this.connection.select(0);
    const [watched, fence] = await this.connection.pipeline([["WATCH", FENCE_KEY], ["GET", FENCE_KEY]]);
    if (watched instanceof Refusal) throw watched;
    if (fence === null || asText(fence) !== this.#fence) {
      await this.connection.call("UNWATCH");
      throw this.#fenced();
    }
    await this.connection.select(database);
    const answers = await this.connection.pipeline([["MULTI"], ...commands, ["EXEC"]]);
    const results = answers.at(-1)!;
    if (results === null) throw this.#fenced();
    const refusal = [...answers, ...asArray(results instanceof Refusal ? [results] : results)]
      .find((answer) => answer instanceof Refusal);
    if (refusal !== undefined) throw refusal;
  }

  #fenced(): Fenced {
    return new Fenced(`${this.connection.server} has another fence than ${this.#fence}, or none`);
  }
}

/**
 * Puts a fence on a server, unless a later one stands there. Errors: Fenced when one does; then nothing has changed.
 */
export async function raiseFence(connection: ServerConnection, fence: Fence): Promise<void> {
  await connection.select(0);
  const { generation, epoch } = fence;
  const raised = await RAISE_FENCE.run(connection, [FENCE_KEY], [formatFence(fence), generation, epoch]);
  if (asNumber(raised) === 0) {
    throw new Fenced(`${connection.server} has a later fence than ${formatFence(fence)}`);
  }
}

function asFenced(error: Error): never {
  throw error instanceof Refusal && error.code === "FENCED" ? new Fenced(error.message) : error;
}
