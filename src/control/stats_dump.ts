/**
 * nutcracker's statistics port, for its collectors: whoever connects gets one line of JSON and is hung up on; nothing
 * is read. Figures are gathered when somebody asks and those at hand are older than the interval.
 */
import { type Address, formatAddress } from "../config/mod.ts";
import type { InstanceFigures } from "../stats/mod.ts";
import { Budget } from "../transport/budget.ts";
import { listen } from "../transport/listen.ts";
import { canOpenSockets, openSocket } from "../transport/listening_socket.ts";
import { NOBODY, type Stream, type StreamOwner, sweepLingering } from "../transport/stream.ts";
import { turn } from "../transport/turn.ts";
import type { ReportEvent } from "./log/events.ts";

/** What the port is opened with. */
export interface StatsDumpOptions {
  readonly address: Address;
  /** The process before this one still listens there, and is to be succeeded. */
  readonly takeOver: boolean;
  /** How old figures may be when they are shown; milliseconds. */
  readonly intervalMs: number;
  figures(): Promise<InstanceFigures>;
  /** The figures as one JSON object. */
  render(figures: InstanceFigures): string;
  /** Told why somebody got nothing. */
  readonly report: ReportEvent;
}

/** An open statistics port. */
export interface StatsDump {
  /** Accepts no more, and closes what is open. */
  stop(): void;
}

const BACKLOG = 128;
/** Connections that may be open at a time; who comes beyond them is hung up on at once. */
const MAX_OPEN = 64;
/** Bytes that may wait for them; more than as many lines of a very large instance. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;
/** How often connections whose other side doesn't close are looked at; milliseconds. */
const SWEEP_MS = 1000;

/** Opens the statistics port. Errors: throws, naming the address, when it can't be listened on. */
export async function serveStatsDump(options: StatsDumpOptions): Promise<StatsDump> {
  const open = new Set<Stream>();
  const lines = new Lines(options);
  const accept = (stream: Stream): StreamOwner => {
    if (open.size >= MAX_OPEN) {
      setImmediate(() => stream.abort());
      return NOBODY;
    }
    open.add(stream);
    void dump(stream, lines, options).finally(() => stream.finish());
    return { ...NOBODY, closed: () => void open.delete(stream) };
  };
  const { address, takeOver } = options;
  const listener = listen({
    address,
    descriptor: canOpenSockets() ? await openSocket({ address, backlog: BACKLOG, shared: takeOver }) : null,
    backlog: BACKLOG,
    tls: null,
    handshakeMs: () => 0,
    keepaliveMs: () => 0,
    budget: new Budget(MAX_HELD_BYTES, () => {}),
    accept,
  });
  // A supervisor whose workers are processes of their own has nobody else to do it.
  const sweeper = setInterval(() => sweepLingering(performance.now()), SWEEP_MS);
  sweeper.unref();
  return {
    stop: () => {
      clearInterval(sweeper);
      listener.stop();
      for (const stream of open) stream.abort();
    },
  };
}

async function dump(stream: Stream, lines: Lines, { address, report }: StatsDumpOptions): Promise<void> {
  try {
    const line = await lines.current();
    turn.begin();
    stream.outbox.append(line, 0, line.length);
    stream.push();
  } catch (error) {
    report("stats.failed", { listen: formatAddress(address), reason: (error as Error).message });
  }
}

/** The line, gathered anew when it is too old; who asks meanwhile waits for the same one. */
class Lines {
  readonly #options: StatsDumpOptions;
  #line: Promise<Buffer> | null = null;
  #gatheredAt = 0;

  constructor(options: StatsDumpOptions) {
    this.#options = options;
  }

  current(): Promise<Buffer> {
    const now = performance.now();
    if (this.#line === null || now - this.#gatheredAt >= this.#options.intervalMs) {
      this.#gatheredAt = now;
      const line = this.#gather();
      line.catch(() => {
        if (this.#line === line) this.#line = null;
      });
      this.#line = line;
    }
    return this.#line;
  }

  async #gather(): Promise<Buffer> {
    const text = this.#options.render(await this.#options.figures()).trimEnd();
    return Buffer.from(`${text}\n`);
  }
}
