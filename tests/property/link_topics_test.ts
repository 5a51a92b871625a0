/** What a link believes its server to hear, against a naive server that answers late and loses its connections. */
import { expect, test } from "bun:test";
import { CHANNEL, PATTERN } from "../../src/proxy/pubsub/kind.ts";
import { LinkTopics } from "../../src/proxy/pubsub/link_topics.ts";
import { PushFrame } from "../../src/proxy/pubsub/push_frame.ts";
import { Topic } from "../../src/proxy/pubsub/topic.ts";
import { confirmation } from "../../src/proxy/redis/push_reply.ts";
import { parseResp } from "../support/resp.ts";
import { Random, SEED } from "../support/seed.ts";

const RUNS = 300;
const STEPS = 200;

/** One connection's side of a server. */
class NaiveServer {
  readonly subscribed = new Set<string>();
  readonly asked: [word: string, name: string][] = [];

  take(bytes: Uint8Array): void {
    this.asked.push(parseResp(Buffer.from(bytes))!.value as [string, string]);
  }

  /** Carries out the next command; answers what it says to it. */
  answer(refuses: boolean): Uint8Array {
    const [word, name] = this.asked.shift()!;
    const isOff = word.includes("unsubscribe");
    if (refuses && !isOff) return Buffer.from("-NOPERM no\r\n");
    if (isOff) this.subscribed.delete(word.replace("un", "") + name);
    else this.subscribed.add(word + name);
    return confirmation(2, word, Buffer.from(name), this.subscribed.size);
  }
}

test("LinkTopics hears what its server does when questions, answers and connections come in any order", async () => {
  const random = new Random("link topics");
  const chance = (p: number) => random.next() < p;
  for (let run = 0; run < RUNS; run++) {
    const link = new LinkTopics();
    const frame = new PushFrame();
    const all = Array.from(
      { length: 6 },
      (_, i) => new Topic(i % 2 ? CHANNEL : PATTERN, Buffer.from(`t${i}`)),
    );
    const wanted = new Set<Topic>();
    const answers: Promise<string>[] = [];
    let server: NaiveServer | null = null;
    const connect = () => {
      const made = server = new NaiveServer();
      link.connected((bytes) => made.take(bytes));
    };
    const answer = (refuses: boolean) => {
      const bytes = server!.answer(refuses);
      frame.read(bytes, 0);
      expect(link.answered(frame, bytes, 0, bytes.length)).toBe("");
    };
    const check = () => {
      for (const topic of all) {
        if (!link.hears(topic)) continue;
        const { kind, text } = topic;
        const isLeft = server!.asked.some(([word, name]) => word === kind.unsubscribe && name === text);
        expect({ seed: SEED, run, heard: server!.subscribed.has(kind.subscribe + text) && !isLeft })
          .toEqual({ seed: SEED, run, heard: true });
      }
    };
    for (let step = 0; step < STEPS; step++) {
      const topic = random.pick(all);
      if (chance(0.4)) {
        wanted.add(topic);
        const waits = link.hear(topic);
        if (waits !== null) answers.push(waits);
      } else if (chance(0.35)) {
        wanted.delete(topic);
        link.leave(topic);
      } else if (server === null) {
        if (chance(0.5)) connect();
        else link.refuseAll("no");
      } else if (chance(0.05)) {
        server = null;
        link.disconnected();
      } else if ((server as NaiveServer).asked.length > 0) {
        answer(chance(0.1));
      }
      check();
    }
    // A new connection asks for all that is wanted, what was refused included.
    if (server !== null) link.disconnected();
    connect();
    while (server!.asked.length > 0) answer(false);
    check();
    expect(link.isInSync).toBeTrue();
    expect([...server!.subscribed].sort()).toEqual(
      [...wanted].map(({ kind, text }) => kind.subscribe + text).sort(),
    );
    // Whoever waited has been told.
    await Promise.all(answers);
  }
});
