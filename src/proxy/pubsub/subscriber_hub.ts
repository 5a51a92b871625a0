/**
 * Who listens to what in one pool of one worker. Ten thousand subscribers cost each server one connection: the hub
 * wants every topic once, on the servers the router's `ChannelPlan` names, and hands each message to every session that
 * listens, once.
 */
import type { Router } from "../../routing/router.ts";
import { turn } from "../../transport/turn.ts";
import type { Pool } from "../pool.ts";
import type { PoolSettings } from "../pool_settings.ts";
import { type Way, wayTo } from "../way.ts";
import { ClusterChannels } from "./cluster_channels.ts";
import { type ChannelPlan, RingChannels } from "./channel_plan.ts";
import { heardAtLast } from "./heard_at_last.ts";
import { type Kind, KINDS, PATTERN } from "./kind.ts";
import { MessageCopies } from "./message_copies.ts";
import type { PushFrame } from "./push_frame.ts";
import { type LinkWatcher, SubscriberLink } from "./subscriber_link.ts";
import { Topic } from "./topic.ts";
import { matchesPattern } from "../../protocol/redis/glob.ts";

/**
 * How long a server that has left the pool, or lost a sharded channel, is still listened to; milliseconds. Other workers
 * may not know of the change yet, and what was published before it may be on its way.
 */
const LINGER_MS = 5000;
/** How long a change of servers waits for the new ones to be listened to; milliseconds. */
const PREPARE_MS = 2000;

/** A link and when it is closed. */
interface Former {
  readonly link: SubscriberLink;
  readonly until: number;
}

/** A pool's subscriptions in one worker. */
export class SubscriberHub implements LinkWatcher {
  /** Since the process started: messages heard, and times when some may have been missed. */
  messages = 0;
  gaps = 0;
  /** Channels and patterns that sessions want now. */
  channels = 0;

  readonly #pool: Pool;
  /** By kind: topics by name, one character per byte. */
  readonly #topics = KINDS.map(() => new Map<string, Topic>());
  /** By the `listenText` of the way to the server. */
  readonly #links = new Map<string, SubscriberLink>();
  #former: Former[] = [];
  /** When links stop to listen to what has moved to another server. */
  #tidyAt = Infinity;
  #planned: Router | null = null;
  #plan!: ChannelPlan;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** How channels are reached now. */
  get plan(): ChannelPlan {
    const { router, backends } = this.#pool;
    if (router !== this.#planned) {
      this.#plan = this.#planFor(
        router,
        backends.map(({ server }) => server.name),
      );
    }
    this.#planned = router;
    return this.#plan;
  }

  /** Whether nobody listens to anything. */
  get isSilent(): boolean {
    return this.channels === 0;
  }

  /** Connections to servers. */
  get links(): number {
    return this.#links.size + this.#former.length;
  }

  /** Topics of a kind that sessions want now. */
  count(kind: Kind): number {
    return this.#topics[kind.index]!.size;
  }

  /** The topic, for a session that is about to listen to it; it gives it back by `unwant`. */
  want(kind: Kind, name: Buffer): Topic {
    const text = name.toString("latin1");
    const topics = this.#topics[kind.index]!;
    let topic = topics.get(text);
    if (topic === undefined) {
      topic = new Topic(kind, name);
      topics.set(text, topic);
      this.channels++;
      for (const server of this.plan.heardOn(kind, name)) void this.#linkTo(server).hear(topic);
    }
    topic.wanted++;
    return topic;
  }

  /** One session less wants the topic. */
  unwant(topic: Topic): void {
    if (--topic.wanted > 0) return;
    this.channels--;
    this.#topics[topic.kind.index]!.delete(topic.text);
    for (const link of this.#links.values()) link.leave(topic);
    for (const { link } of this.#former) link.leave(topic);
  }

  /** Null when every server needed for it hears the topic; else empty once they do, or why one of them can't. */
  whenHeard(topic: Topic): Promise<string> | null {
    const answer = this.#ask(topic);
    if (answer === null || this.#pool.redirects === null) return answer;
    return heardAtLast(this.#pool, () => this.#ask(topic), answer);
  }

  #ask(topic: Topic): Promise<string> | null {
    const servers = this.plan.neededFor(topic.kind, topic.name);
    if (servers.length === 0) return Promise.resolve("ERR no server of the pool can be listened to");
    const answers = servers.map((server) => this.#linkTo(server).hear(topic)).filter((each) => each !== null);
    return answers.length === 0 ? null : firstFault(answers);
  }

  /**
   * What becomes of a number of listeners that `server` gave: it counts this worker for one, whoever listens behind it.
   */
  listeners(kind: Kind, server: number, channel: Buffer, counted: number): number {
    const topic = this.#topics[kind.index]!.get(channel.toString("latin1"));
    return Math.max(0, counted + (topic === undefined ? 0 : this.#uncounted(topic, server)));
  }

  /** As `listeners`, with those who listen to patterns that the channel fits; sharded channels fit none. */
  receivers(kind: Kind, server: number, channel: Buffer, counted: number): number {
    let receivers = this.listeners(kind, server, channel, counted);
    if (kind.isSharded) return receivers;
    for (const topic of this.#topics[PATTERN.index]!.values()) {
      if (matchesPattern(topic.name, channel, 0, channel.length)) receivers += this.#uncounted(topic, server);
    }
    return Math.max(0, receivers);
  }

  /** Listens where the pool's servers are now, and no longer where they were. */
  follow(): void {
    if (this.#links.size === 0 && this.isSilent) return;
    const ways = new Set(this.#pool.backends.map(({ way }) => way.listenText));
    for (const [text, link] of this.#links) {
      if (ways.has(text)) continue;
      this.#links.delete(text);
      link.retire();
      this.#former.push({ link, until: turn.now + LINGER_MS });
    }
    this.#takeOver();
    this.#tidyAt = turn.now + LINGER_MS;
    for (const topic of this.#allTopics()) {
      for (const server of this.plan.heardOn(topic.kind, topic.name)) void this.#linkTo(server).hear(topic);
    }
    for (const link of this.#links.values()) link.declareGap("it has just become one to listen to");
  }

  /** Listens to servers that are about to be the pool's, before anything is published there; not for long. */
  async prepare(settings: PoolSettings): Promise<void> {
    if (this.isSilent) return;
    const { servers, router } = settings;
    const links = servers.map((server) =>
      this.#linkOn(wayTo(server, settings, this.#pool.protocol), server.name)
    );
    const plan = this.#planFor(router, servers.map(({ name }) => name));
    for (const topic of this.#allTopics()) {
      for (const server of plan.heardOn(topic.kind, topic.name)) void links[server]!.hear(topic);
    }
    const settled = Promise.all(links.map((link) => link.settled));
    let timer: ReturnType<typeof setTimeout>;
    const late = new Promise((resolve) => timer = setTimeout(resolve, PREPARE_MS));
    await Promise.race([settled, late]);
    clearTimeout(timer!);
  }

  /** Looks after deadlines, and closes what is not needed any more. */
  tick(now: number): void {
    for (const [text, link] of this.#links) {
      link.tick(now);
      if (!link.isOver) continue;
      link.close();
      this.#links.delete(text);
    }
    if (this.#former.length > 0) this.#tickFormer(now);
    if (now >= this.#tidyAt) this.#tidy();
  }

  /** Closes all connections. */
  close(): void {
    for (const link of [...this.#links.values(), ...this.#former.map(({ link }) => link)]) link.close();
    this.#links.clear();
    this.#former = [];
  }

  heard(
    link: SubscriberLink,
    kind: number,
    frame: PushFrame,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const name = Buffer.from(
      bytes.buffer,
      bytes.byteOffset + frame.nameStart,
      frame.nameEnd - frame.nameStart,
    );
    const topic = this.#topics[kind]!.get(name.toString("latin1"));
    if (topic === undefined || !this.#maySpeak(link, topic, frame, bytes)) return;
    this.messages++;
    const copies = new MessageCopies(bytes, start, end);
    for (const session of topic.listeners) copies.giveTo(session);
  }

  gapBegan(server: string, reason: string): void {
    this.gaps++;
    this.#pool.shared.report("pubsub.gap", { pool: this.#pool.config.name, server, reason });
  }

  gapEnded(server: string, ms: number): void {
    this.#pool.shared.report("pubsub.resumed", { pool: this.#pool.config.name, server, ms });
  }

  topicLeft(): void {
    this.#pool.redirects?.doubt();
  }

  /** Where several servers tell the same message, one of them is listened to: the topic's own, once it hears it. */
  #maySpeak(link: SubscriberLink, topic: Topic, frame: PushFrame, bytes: Uint8Array): boolean {
    const channel = topic.kind === PATTERN ? frame.channelIn(bytes) : topic.name;
    const speaker = this.plan.speakerOf(topic.kind, topic.name, channel);
    if (speaker === null) return true;
    const own = this.#links.get(this.#pool.backends[speaker]?.way.listenText ?? "");
    return own === undefined || own === link || !own.hears(topic);
  }

  /** Listeners to a topic whom the server doesn't count. */
  #uncounted(topic: Topic, server: number): number {
    const link = this.#links.get(this.#pool.backends[server]?.way.listenText ?? "");
    return link?.hears(topic) ? topic.listeners.size - 1 : 0;
  }

  #planFor(router: Router, names: readonly string[]): ChannelPlan {
    if (this.#pool.redirects !== null) return new ClusterChannels(router, names);
    return new RingChannels(router, names.length, this.#pool.config.distribution === "random");
  }

  #linkTo(server: number): SubscriberLink {
    const { way, server: { name } } = this.#pool.backends[server]!;
    return this.#linkOn(way, name);
  }

  #linkOn(way: Way, name: string): SubscriberLink {
    let link = this.#links.get(way.listenText);
    if (link === undefined) {
      link = new SubscriberLink(this.#pool, name, way, this);
      link.isMuted = [...this.#links.values()].some(({ address }) => address === link!.address);
      this.#links.set(way.listenText, link);
    }
    return link;
  }

  *#allTopics(): Iterable<Topic> {
    for (const topics of this.#topics) yield* topics.values();
  }

  /** Of two links to one server, only the newer speaks from now on: clients hear everything once. */
  #takeOver(): void {
    for (const link of this.#links.values()) {
      link.isMuted = false;
      for (const former of this.#former) if (former.link.address === link.address) former.link.close();
    }
  }

  #tidy(): void {
    this.#tidyAt = Infinity;
    for (const topic of this.#allTopics()) {
      const servers = this.plan.heardOn(topic.kind, topic.name);
      const here = new Set(servers.map((server) => this.#linkTo(server)));
      for (const link of this.#links.values()) if (!here.has(link)) link.leave(topic);
    }
  }

  #tickFormer(now: number): void {
    for (const { link, until } of this.#former) {
      link.tick(now);
      if (now >= until) link.close();
    }
    this.#former = this.#former.filter(({ until }) => now < until);
  }
}

async function firstFault(answers: readonly Promise<string>[]): Promise<string> {
  const faults = await Promise.all(answers);
  return faults.find((fault) => fault !== "") ?? "";
}
