/**
 * A client that keeps what it has read until it is told that it has changed, as libraries with a client-side cache do.
 * It believes the order in which things come: what it gets behind an invalidation is of after it.
 */
import type { RawClient } from "../support/raw_client.ts";
import { RespError, RespPush, type RespValue } from "../support/resp.ts";
import type { Random } from "../support/seed.ts";

/** How it tracks. */
export type CachingMode = "all" | "optin" | "optout" | "broadcast" | "prefixes";

const MODES: Readonly<Record<CachingMode, readonly string[]>> = {
  all: [],
  optin: ["OPTIN"],
  optout: ["OPTOUT"],
  broadcast: ["BCAST"],
  prefixes: ["BCAST", "PREFIX", "{a}", "PREFIX", "{c"],
};

/** What becomes of a reply. */
type Take = (reply: RespValue) => void;

/** One caching client. */
export class CachingClient {
  /** Null: the key isn't there. */
  readonly cache = new Map<string, string | null>();
  /** Keys that it was told had changed. */
  told = 0;
  /** Times that it was told that anything may have changed. */
  doubts = 0;
  readonly #client: RawClient;
  readonly #random: Random;
  readonly #mode: CachingMode;
  readonly #expected: Take[] = [];
  #isOver = false;

  private constructor(client: RawClient, random: Random, mode: CachingMode) {
    this.#client = client;
    this.#random = random;
    this.#mode = mode;
  }

  /** Has the client speak RESP3 and track. */
  static async start(client: RawClient, random: Random, mode: CachingMode): Promise<CachingClient> {
    await client.command("HELLO", "3");
    const reply = await client.command("CLIENT", "TRACKING", "ON", ...MODES[mode]);
    if (reply !== "OK") throw new Error(`CLIENT TRACKING ON: ${JSON.stringify(reply)}`);
    const caching = new CachingClient(client, random, mode);
    void caching.#read();
    return caching;
  }

  /** Replies that have not come. */
  get pending(): number {
    return this.#expected.length;
  }

  /** Asks for some of the keys, in one of the ways there are. */
  ask(keys: readonly string[]): void {
    const some = () => this.#random.pick(keys);
    const [one, other] = [some(), some()];
    const chance = this.#random.next();
    const isRemembered = this.#announce();
    const keep = (key: string): Take => (reply) => this.#keep(key, reply, isRemembered);
    if (chance < 0.5) {
      this.#send(["GET", one], keep(one));
    } else if (chance < 0.7) {
      this.#send(["MGET", one, other], (reply) => {
        if (!Array.isArray(reply)) return;
        this.#keep(one, reply[0]!, isRemembered);
        this.#keep(other, reply[1]!, isRemembered);
      });
    } else if (chance < 0.85) {
      this.#send(["EVAL", "return redis.call('GET', KEYS[1])", "1", one], keep(one));
    } else {
      this.#send(["MULTI"]);
      this.#send(["SET", `${one}:other`, "x"]);
      this.#send(["GET", one]);
      this.#send(["EXEC"], (reply) => Array.isArray(reply) && this.#keep(one, reply[1]!, isRemembered));
    }
  }

  /** Writes, as any other client. */
  write(words: readonly string[]): void {
    this.#send(words);
  }

  /** Ends it. */
  close(): void {
    this.#isOver = true;
    this.#client.close();
  }

  /** Whether what is asked next is remembered, said beforehand where that has to be said. */
  #announce(): boolean {
    const isRemembered = this.#random.next() < 0.7;
    if (this.#mode === "optin" && isRemembered) this.#send(["CLIENT", "CACHING", "YES"]);
    if (this.#mode === "optout" && !isRemembered) this.#send(["CLIENT", "CACHING", "NO"]);
    return isRemembered || (this.#mode !== "optin" && this.#mode !== "optout");
  }

  #keep(key: string, reply: RespValue, isRemembered: boolean): void {
    const isTold = this.#mode !== "prefixes" || key.startsWith("{a}") || key.startsWith("{c");
    if (isRemembered && isTold && !(reply instanceof RespError)) this.cache.set(key, reply as string | null);
  }

  #send(words: readonly string[], take: Take = () => {}): void {
    this.#expected.push(take);
    this.#client.send(...words);
  }

  async #read(): Promise<void> {
    this.#client.deadlineMs = 60_000;
    while (!this.#isOver) {
      const reply = await this.#client.readReply().catch(() => undefined);
      // Whoever waits for an answer finds out.
      if (reply === undefined) return;
      if (reply instanceof RespPush) this.#forget(reply.items[1] as string[] | null);
      else this.#expected.shift()?.(reply);
    }
  }

  #forget(keys: readonly string[] | null): void {
    if (keys === null) {
      this.doubts++;
      this.cache.clear();
      return;
    }
    this.told += keys.length;
    for (const key of keys) this.cache.delete(key);
  }
}
