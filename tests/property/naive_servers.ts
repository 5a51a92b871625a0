/** Servers as simple as can be, behind lanes without connections. */
import type { Request } from "../../src/proxy/request.ts";
import type { Shared } from "../../src/proxy/shared.ts";
import { Outbox } from "../../src/transport/outbox.ts";
import { parseAllResp } from "../support/resp.ts";
import { array, bulk, error, integer, nullBulk, simple } from "../support/resp_encoder.ts";
import { drain, inChunk } from "../unit/proxy/redis/fragments.ts";

/** What a lane says when its server is down. */
export const DOWN = error("ERR Connection refused");

/** A server that knows MGET, MSET, DEL and EXISTS. */
export class NaiveServer {
  readonly #values = new Map<string, string>();

  run([name, ...args]: readonly string[]): Buffer {
    switch (name) {
      case "MGET":
        return array(args.map((key) => this.#values.has(key) ? bulk(this.#values.get(key)!) : nullBulk()));
      case "MSET":
        for (let i = 0; i < args.length; i += 2) this.#values.set(args[i]!, args[i + 1]!);
        return simple("OK");
      case "DEL":
        return integer(args.filter((key) => this.#values.delete(key)).length);
      case "EXISTS":
        return integer(args.filter((key) => this.#values.has(key)).length);
      default:
        throw new Error(`unknown command ${name}`);
    }
  }
}

/** A lane: what a Splitter uses of one, and a server behind it that answers when it is told to. */
export class NaiveLane {
  /** What a backend has of a server. */
  readonly counters = { mark: 1 };
  isDown = false;
  readonly full = false;
  readonly outbox: Outbox;
  readonly #server = new NaiveServer();
  readonly #sent: Request[] = [];

  constructor(shared: Shared) {
    this.outbox = new Outbox(shared.budget);
  }

  begin(request: Request): boolean {
    if (this.isDown) answer(request, inChunk(DOWN));
    else this.#sent.push(request);
    return !this.isDown;
  }

  push(): void {}

  laneOf(): NaiveLane {
    return this;
  }

  /** What was sent since the last call, with the server's replies. */
  run(): { request: Request; reply: Buffer }[] {
    const commands = parseAllResp(Buffer.from(drain(this.outbox), "latin1"), "latin1") as string[][];
    const requests = this.#sent.splice(0);
    if (commands.length !== requests.length) {
      throw new Error(`${commands.length} of ${requests.length} were sent`);
    }
    return requests.map((request, i) => ({ request, reply: this.#server.run(commands[i]!) }));
  }
}

/** Gives a request the reply of another, wherever that is. */
export function answer(request: Request, { bytes, start, end, body, state }: Request): void {
  Object.assign(request, { bytes, start, end, body, state });
  request.taker!.take(request);
}
