/** Clients that come, get into some state, and die there in some way. */
import type { RawClient } from "../support/raw_client.ts";
import { pipeline } from "../support/resp_encoder.ts";
import type { Random } from "../support/seed.ts";

/** So many come together. */
const AT_ONCE = 50;
/** Dying sessions that are there together at most, and with them the lanes that may be kept clean. */
export const MOST_LEAVING = 500;

const VALUE = "x".repeat(20_000);
const STATES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  idle: [],
  "in MULTI": [["MULTI"], ["SET", "{a}1", VALUE], ["GET", "{a}1"]],
  watching: [["WATCH", "{a}1", "{a}2"], ["GET", "{b}1"]],
  "watching, in MULTI": [["WATCH", "{a}1"], ["MULTI"], ["SET", "{a}1", VALUE]],
  blocked: [["PING"], ["BLPOP", "{a}none", "{a}nothing", "0"], ["SET", "{a}never", VALUE]],
  "blocked and watching": [["WATCH", "{a}1"], ["XREAD", "BLOCK", "0", "STREAMS", "{a}none", "$"]],
  "waiting for replicas": [["SET", "{a}1", "v"], ["SET", "{b}1", "v"], ["WAIT", "3", "0"]],
  "in the middle of a block": [["MULTI"], ["SET", "{a}1", VALUE], ["GET", "{a}1"], ["EXEC"], ["GET", "{a}1"]],
  "in the middle of a watched block": [["WATCH", "{a}1"], ["MULTI"], ["GET", "{a}1"], ["EXEC"], [
    "GET",
    "{a}1",
  ]],
  "that end while the proxy cleans up": [["WATCH", "{a}1"], ["UNWATCH"], ["QUIT"]],
  "that end while the proxy cleans up a block": [["WATCH", "{a}1"], ["MULTI"], ["DISCARD"], ["QUIT"]],
  "subscribed": [["SUBSCRIBE", "a", "b"], ["PSUBSCRIBE", "c*"], ["SSUBSCRIBE", "d"]],
  "monitoring": [["MONITOR"], ["PING"]],
  "tracking": [["HELLO", "3"], ["CLIENT", "TRACKING", "ON"], ["GET", "{a}1"], ["MGET", "{a}1", "{b}1"]],
  "tracking, blocked": [
    ["HELLO", "3"],
    ["CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "{a}"],
    ["BLPOP", "{a}none", "0"],
  ],
  "in another database": [["SELECT", "1"], ["WATCH", "{a}1"], ["BLPOP", "{a}none", "0"]],
  "silent": [["CLIENT", "REPLY", "OFF"], ["GET", "{a}1"], ["BLPOP", "{a}none", "0"]],
};
const ENDS: readonly ((client: RawClient) => void)[] = [
  (client) => client.close(),
  (client) => client.reset(),
  (client) => client.halfClose(),
];

/** Has so many sessions of a pool with two databases and hash tags `{}` come and die. */
export async function letSessionsDie(
  connect: () => Promise<RawClient>,
  deaths: number,
  random: Random,
): Promise<void> {
  const leaving: RawClient[] = [];
  const states = Object.values(STATES);
  const cut = () => random.pick([0, 0, 0, random.next()]);
  for (let died = 0; died < deaths; died += AT_ONCE) {
    const clients = await Promise.all(Array.from({ length: AT_ONCE }, connect));
    for (const client of clients) {
      const bytes = pipeline(random.pick(states));
      client.write(bytes.subarray(0, Math.ceil(bytes.length * (1 - cut()))));
    }
    // Some die before they have been looked at, others once they are where they should be.
    if (random.next() < 0.7) {
      await Promise.race(clients.map((client) => client.command("PING").catch(() => null)));
    }
    for (const client of clients) random.pick(ENDS)(client);
    leaving.push(...clients);
    if (leaving.length >= MOST_LEAVING) { for (const client of leaving.splice(0)) client.close(); }
  }
  for (const client of leaving) client.close();
}
