/**
 * Events on their way to those who watch (server-sent events). Every stream has a queue of its own with a limit: a
 * watcher that doesn't read loses its stream instead of costing memory, and gets what it missed when it comes back
 * with the id of the last event it saw.
 *
 * Source: the format is that of the HTML standard, "Server-sent events".
 */
import type { Instance, InstanceEvent } from "../control/instance.ts";

/** Bytes that may wait for one watcher. */
const MAX_QUEUED_BYTES = 1024 * 1024;

/** Streams that may be open at a time. */
const MAX_STREAMS = 64;

/** A watcher comes back after this long when its stream ends; milliseconds. */
const RETRY_MS = 2000;

/** All open streams of an endpoint. */
export class EventStreams {
  readonly #instance: Instance;
  readonly #open = new Set<EventStream>();
  readonly #heart: ReturnType<typeof setInterval>;
  #closed = false;

  /** A stream with nothing to say says so every `heartbeatMs`, so that both sides notice when the other is gone. */
  constructor(instance: Instance, heartbeatMs: number) {
    this.#instance = instance;
    this.#heart = setInterval(() => this.#beat(), heartbeatMs);
    this.#heart.unref();
  }

  /** No more streams can be opened. */
  get isFull(): boolean {
    return this.#closed || this.#open.size >= MAX_STREAMS;
  }

  /** Opens a stream of what happens, after the event `after` if it is given. `onLag` is called when it is given up. */
  open(after: string | null, onLag: () => void): ReadableStream<Uint8Array> {
    const stream = new EventStream({
      ended: () => this.#open.delete(stream),
      lagged: onLag,
    });
    stream.watch(this.#instance, after);
    if (!stream.hasEnded) this.#open.add(stream);
    return stream.readable;
  }

  /** Ends all streams, and opens no more. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#heart);
    for (const stream of this.#open) stream.end();
  }

  #beat(): void {
    for (const stream of this.#open) stream.beat();
  }
}

interface StreamWatcher {
  ended(): void;
  lagged(): void;
}

/** One stream: bytes are taken from its queue as fast as the connection takes them, and no faster. */
class EventStream {
  readonly readable: ReadableStream<Uint8Array>;
  /** Whether nothing more is taken in; what is queued still goes out. */
  hasEnded = false;
  readonly #watcher: StreamWatcher;
  #queue: Uint8Array[] = [encode(`retry: ${RETRY_MS}\n\n`)];
  #bytes = 0;
  #unsubscribe = () => {};
  #wake = () => {};

  constructor(watcher: StreamWatcher) {
    this.#watcher = watcher;
    this.readable = new ReadableStream({
      pull: (controller) => this.#pull(controller),
      cancel: () => this.end(),
    }, { highWaterMark: 0 });
  }

  /** Begins to listen; what the instance has kept may come at once. */
  watch(instance: Instance, after: string | null): void {
    const unsubscribe = instance.subscribe((event) => this.#push(format(event)), after);
    if (this.hasEnded) unsubscribe();
    else this.#unsubscribe = unsubscribe;
  }

  beat(): void {
    if (this.#queue.length === 0) this.#push(HEARTBEAT);
  }

  /** Lets what is queued go out, and closes. */
  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.#unsubscribe();
    this.#watcher.ended();
    this.#wake();
  }

  #push(bytes: Uint8Array): void {
    if (this.hasEnded) return;
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_QUEUED_BYTES) {
      this.#queue = [];
      this.end();
      this.#watcher.lagged();
    }
    this.#wake();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    if (this.#queue.length === 0 && !this.hasEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const bytes = this.#queue.shift();
    if (bytes === undefined) return controller.close();
    this.#bytes -= bytes.length;
    controller.enqueue(bytes);
  }
}

const HEARTBEAT = encode(":\n\n");

/** JSON has no line breaks of its own, and neither ids nor names have any. */
function format(event: InstanceEvent): Uint8Array {
  return encode(`id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event)}\n\n`);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
