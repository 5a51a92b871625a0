/** What tests of copying share: connections to real servers, and what all their keys are. */
import { expect } from "bun:test";
import {
  databasesOf,
  FENCE_KEY,
  type KeyState,
  keyState,
  scanKeys,
  type ServerAddress,
  ServerConnection,
} from "../../src/copying/mod.ts";
import type { RedisServer } from "../support/redis_server.ts";

/** Ends with its block. */
export class Ending implements Disposable {
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#controller.abort(new Error("the test is over"));
  }
}

/** Where a server is, for the control plane. */
export function addressOf({ port }: { readonly port: number }): ServerAddress {
  return { address: { kind: "tcp", host: "127.0.0.1", port }, tls: null, user: null, password: null };
}

/** A connection that lasts as long as the signal. */
export function connectTo(redis: { readonly port: number }, signal: AbortSignal): Promise<ServerConnection> {
  return ServerConnection.open(addressOf(redis), { resp: 2, name: "test", signal });
}

/** The states of all keys in all databases, by `DATABASE KEY`; our own keys left out. */
export async function statesOf(connection: ServerConnection): Promise<Map<string, KeyState>> {
  const states = new Map<string, KeyState>();
  for (const database of await databasesOf(connection)) {
    for await (const keys of scanKeys(connection, database, (key) => key.toString() !== FENCE_KEY)) {
      for (const key of keys) {
        const state = await keyState(connection, key);
        if (state !== null) states.set(`${database} ${key.toString("latin1")}`, state);
      }
    }
  }
  return states;
}

/** That two servers have the same keys; those that ended between the two looks are looked at again. */
export async function expectSame(
  source: RedisServer,
  target: RedisServer,
  signal: AbortSignal,
): Promise<number> {
  const [a, b] = await Promise.all([connectTo(source, signal), connectTo(target, signal)]);
  const [left, right] = [await statesOf(a), await statesOf(b)];
  const now = Date.now();
  for (const states of [left, right]) {
    for (const [name, { expiresAtMs }] of states) {
      if (expiresAtMs !== null && expiresAtMs <= now) states.delete(name);
    }
  }
  const different = [...new Set([...left.keys(), ...right.keys()])].filter((name) =>
    !Bun.deepEquals(left.get(name), right.get(name))
  );
  expect(different.map((name) => ({ name, source: left.get(name), target: right.get(name) }))).toEqual([]);
  a.close();
  b.close();
  return left.size;
}
