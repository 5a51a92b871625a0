/** The subscriptions of a session that asks for much before it is answered, against a model that does one at a time. */
import { expect, test } from "bun:test";
import { type Kind, KINDS } from "../../src/proxy/pubsub/kind.ts";
import { Subscriptions } from "../../src/proxy/pubsub/subscriptions.ts";
import { Topic } from "../../src/proxy/pubsub/topic.ts";
import type { Session } from "../../src/proxy/session.ts";
import { Random, SEED } from "../support/seed.ts";

const RUNS = 300;
const STEPS = 100;
const NAMES = ["a", "b", "c"].map((name) => Buffer.from(name));

/** As much of a hub as sessions see. */
class Hub {
  readonly topics = new Map<string, Topic>();

  want(kind: Kind, name: Buffer): Topic {
    const key = kind.subscribe + name;
    const topic = this.topics.get(key) ?? new Topic(kind, name);
    this.topics.set(key, topic);
    topic.wanted++;
    return topic;
  }

  unwant(topic: Topic): void {
    if (--topic.wanted === 0) this.topics.delete(topic.kind.subscribe + topic.text);
  }
}

test("Subscriptions are what they would be when each command is answered before the next is asked", () => {
  const random = new Random("subscriptions");
  for (let run = 0; run < RUNS; run++) {
    const hub = new Hub();
    let changes = 0;
    const client = { redis: { changed: () => void changes++ } };
    const session = { pool: { subscribers: hub }, client } as unknown as Session;
    const mine = new Subscriptions(session);
    const model = KINDS.map(() => new Set<string>());
    /** What is asked and not answered, in order. */
    const pending: (() => void)[] = [];
    /** What is subscribed once all of it is, if none fails. */
    let isClean = true;
    const asked = KINDS.map(() => new Set<string>());
    const settle = () => {
      pending.shift()!();
      for (const kind of KINDS) {
        const names = mine.names(kind).map(String);
        expect({ seed: SEED, run, names: names.sort() }).toEqual({
          seed: SEED,
          run,
          names: [...model[kind.index]!].sort(),
        });
        const count = kind.isSharded ? model[2]!.size : model[0]!.size + model[1]!.size;
        expect(mine.count(kind)).toBe(count);
      }
      const listening = [...hub.topics.values()].filter(({ listeners }) => listeners.has(session));
      expect(listening.length).toBe(mine.size);
    };
    for (let step = 0; step < STEPS; step++) {
      const kind = random.pick(KINDS);
      const name = random.pick(NAMES);
      const chance = random.next();
      if (chance < 0.4) {
        const topic = mine.ask(kind, name);
        const fails = random.next() < 0.2;
        if (fails) isClean = false;
        asked[kind.index]!.add(String(name));
        pending.push(() => {
          if (fails) mine.fail(topic);
          else mine.begin(topic);
          if (!fails) model[kind.index]!.add(String(name));
        });
      } else if (chance < 0.55) {
        mine.askToLeave(kind, name);
        asked[kind.index]!.delete(String(name));
        pending.push(() => {
          mine.leave(kind, name);
          model[kind.index]!.delete(String(name));
        });
      } else if (chance < 0.6) {
        mine.askToLeaveAll();
        for (const names of asked) names.clear();
        pending.push(() => {
          mine.leaveAll();
          for (const names of model) names.clear();
        });
      } else if (pending.length > 0) {
        settle();
      }
      if (isClean) expect(mine.isSubscribing).toBe(asked.some((names) => names.size > 0));
    }
    while (pending.length > 0) settle();
    expect(mine.isSubscribing).toBe(mine.size > 0);
    expect([...hub.topics.values()].every(({ wanted }) => wanted === 1)).toBeTrue();
    mine.end();
    expect(hub.topics.size).toBe(0);
  }
});
