/**
 * Watches keys of an etcd cluster, at one endpoint after the other, and goes on from the last revision it knows of
 * whenever the connection ends. A member that is cut off from the others says nothing, as one with no news does: so
 * the member is asked now and then for what only a member in touch with a majority can answer.
 */
import type { CoordinationWatcher } from "../coordination_store.ts";
import { StoreError } from "../store.ts";
import type { EtcdClient } from "./client.ts";
import { type Header, type KeyNames, type RangeAnswer, revisionOf, type WatchAnswer } from "./messages.ts";

/** How often the member is asked; milliseconds. */
const ASK_MS = 2000;
/** Before the next attempt: doubled each time, with jitter, up to the last; milliseconds. */
const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 5000;

/** Begins a watch. Shape: what ends it. */
export function watchEtcd(
  client: EtcdClient,
  names: KeyNames,
  prefix: string,
  after: number,
  watcher: CoordinationWatcher,
): () => void {
  const watch = new EtcdWatch(client, names, prefix, after, watcher);
  void watch.run();
  return () => watch.end();
}

class EtcdWatch {
  readonly #client: EtcdClient;
  readonly #names: KeyNames;
  readonly #prefix: string;
  readonly #watcher: CoordinationWatcher;
  readonly #ended = new AbortController();
  /** All changes up to this revision are told. */
  #told: number;
  #cluster: string | null = null;
  #failing = false;
  #attempts = 0;

  constructor(
    client: EtcdClient,
    names: KeyNames,
    prefix: string,
    after: number,
    watcher: CoordinationWatcher,
  ) {
    this.#client = client;
    this.#names = names;
    this.#prefix = prefix;
    this.#told = after;
    this.#watcher = watcher;
  }

  end(): void {
    this.#ended.abort();
  }

  async run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const { endpoint } = this.#client;
      try {
        await this.#watchAt(endpoint);
      } catch (error) {
        if (signal.aborted) return;
        this.#client.leave(endpoint);
        this.#fail(error as StoreError);
      }
      if (!signal.aborted) await this.#pause();
    }
  }

  /** Watches at one endpoint until that fails; throws why, if it is not because the endpoint ended it in order. */
  async #watchAt(endpoint: string): Promise<void> {
    const broken = new AbortController();
    const signal = AbortSignal.any([this.#ended.signal, broken.signal]);
    const deadline = setTimeout(
      () => broken.abort(new StoreError("unavailable", `etcd at ${endpoint}: the watch doesn't begin`)),
      this.#client.options.timeoutMs,
    );
    const asking = setInterval(() => void this.#askMember(endpoint, broken, signal), ASK_MS);
    asking.unref();
    try {
      if (!await this.#isSameStore(endpoint, signal)) return;
      await this.#client.open(endpoint, "/v3/watch", this.#request(), signal, async (answer) => {
        for await (const message of messagesOf(answer)) {
          if (signal.aborted) return;
          clearTimeout(deadline);
          this.#take(message);
        }
      });
    } catch (error) {
      throw broken.signal.aborted ? broken.signal.reason : error;
    } finally {
      clearTimeout(deadline);
      clearInterval(asking);
    }
  }

  #request(): unknown {
    const range = this.#names.range(this.#prefix);
    return { create_request: { ...range, start_revision: String(this.#told + 1) } };
  }

  async #askMember(endpoint: string, broken: AbortController, signal: AbortSignal): Promise<void> {
    try {
      await this.#headerAt(endpoint, signal);
    } catch (error) {
      broken.abort(error);
    }
  }

  /** What a member says that is in touch with a majority. */
  async #headerAt(endpoint: string, signal: AbortSignal): Promise<Header> {
    const { key } = this.#names.range(this.#prefix);
    const question = { key, count_only: true };
    const { header = {} } = await this.#client.askAt<RangeAnswer>(endpoint, "/v3/kv/range", question, signal);
    return header;
  }

  /** A cluster that was made anew, or from an old copy, has other keys than those we were told of. */
  async #isSameStore(endpoint: string, signal: AbortSignal): Promise<boolean> {
    const header = await this.#headerAt(endpoint, signal);
    const revision = revisionOf({ header });
    if (this.#cluster !== null && header.cluster_id !== this.#cluster) {
      this.#lose(`${this.#client.name} is another cluster now`);
      return false;
    }
    if (revision < this.#told) {
      this.#lose(`${this.#client.name} went back from revision ${this.#told} to ${revision}`);
      return false;
    }
    this.#cluster = header.cluster_id ?? null;
    return true;
  }

  #take({ result: answer, error }: { result?: WatchAnswer; error?: { message?: string } }): void {
    if (answer === undefined) {
      throw new StoreError("unavailable", `${this.#client.name}: ${error?.message ?? "the watch failed"}`);
    }
    if (answer.canceled) return this.#canceled(answer);
    if (this.#failing) this.#watcher.resumed();
    this.#failing = false;
    this.#attempts = 0;
    const changes = (answer.events ?? []).map((event) => this.#names.change(event));
    if (changes.length === 0) return;
    this.#told = changes.at(-1)!.revision;
    this.#watcher.changed(changes, this.#told);
  }

  #canceled({ compact_revision, cancel_reason }: WatchAnswer): void {
    if (compact_revision === undefined) {
      throw new StoreError("unavailable", `${this.#client.name}: ${cancel_reason ?? "the watch was ended"}`);
    }
    this.#lose(`${this.#client.name} no longer knows what happened behind revision ${this.#told}`);
  }

  #lose(reason: string): void {
    this.end();
    this.#watcher.lost(reason);
  }

  #fail(error: StoreError): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#watcher.failed(error);
  }

  async #pause(): Promise<void> {
    const delay = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempts++) * (0.5 + Math.random() / 2);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#ended.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      }, { once: true });
    });
  }
}

/** A message per line. */
async function* messagesOf(
  answer: Response,
): AsyncGenerator<{ result?: WatchAnswer; error?: { message?: string } }> {
  let rest = "";
  for await (
    const text of answer.body!.pipeThrough(new TextDecoderStream() as never) as ReadableStream<string>
  ) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== "") yield JSON.parse(line);
  }
}
