/** A bare redis-server and a proxy over others, asked the same: whatever differs in the replies is the proxy's doing. */
import { expect } from "bun:test";
import type { RespVersion } from "../../src/protocol/redis/resp_version.ts";
import type { OptionTexts } from "../support/pool_config.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { type Argument, pipeline } from "../support/resp_encoder.ts";
import type { Random } from "../support/seed.ts";
import { Fleet } from "./fleet.ts";

const MOST_CUTS = 12;
const OPTIONS = { hash_tag: "{}", admin_commands: true, databases: 16 };

/** In which they are told to be alike. */
export interface TwinOptions {
  /** Further options of the pool. */
  readonly options?: OptionTexts;
  /** Arguments of the server alone. */
  readonly args?: readonly string[];
}

/** One server alone, and one or more behind a proxy. */
export class RedisTwin implements AsyncDisposable {
  private constructor(readonly alone: RedisServer, readonly fleet: Fleet<RedisServer>) {}

  /** Starts all of them. */
  static async start(shards: number, { options, args }: TwinOptions = {}): Promise<RedisTwin> {
    const alone = await RedisServer.start({ args });
    const servers = await RedisServer.startMany(shards);
    return new RedisTwin(alone, await Fleet.start(servers, { options: { ...OPTIONS, ...options } }));
  }

  /** Forgets all keys. */
  async clear(): Promise<void> {
    for (const server of [this.alone, ...this.fleet.servers]) await server.command("FLUSHALL");
  }

  /** Sends the commands to both, to the proxy in pieces, and expects the same bytes until the end of each connection. */
  async same(
    commands: readonly (readonly Argument[])[],
    random?: Random,
    version: RespVersion = 2,
  ): Promise<void> {
    const bytes = pipeline([...commands, ["QUIT"]]);
    const cuts = random === undefined ? [] : Array.from(
      { length: random.integer(0, MOST_CUTS) },
      () => random.integer(0, bytes.length),
    );
    using direct = await RawClient.connect(this.alone.endpoint);
    using proxied = await this.fleet.connect();
    if (version === 3) { for (const client of [direct, proxied]) await client.command("HELLO", "3"); }
    direct.write(bytes);
    let sent = 0;
    for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
      proxied.write(bytes.subarray(sent, cut));
      sent = cut;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const expected = await direct.readUntilClose();
    const actual = await proxied.readUntilClose();
    if (!actual.equals(expected)) expect(lines(actual, commands)).toEqual(lines(expected, commands));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
    await this.alone.stop();
  }
}

function lines(bytes: Buffer, commands: readonly (readonly Argument[])[]): unknown {
  return {
    commands: commands.map((words) => words.join(" ").slice(0, 60)),
    replies: bytes.toString("latin1").split("\r\n"),
  };
}
