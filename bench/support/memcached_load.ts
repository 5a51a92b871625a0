/**
 * A load generator for memcached's text protocol, which redis-benchmark doesn't speak: a process of its own whose
 * connections each have one request open all the time. It writes requests that were made beforehand and counts the
 * bytes of replies, whose length is known since all keys are there and hold values of one length. So the load costs
 * little beside the system calls.
 *
 * Run: bun memcached_load.ts '{"host":…}' (see MemcachedOrder). Prints a MemcachedResult as JSON.
 */
import { type ClientView, keyCount, keyName, type Load } from "./load.ts";
import { percentile } from "./median.ts";
import { getReplyBytes, getRequest, setRequest } from "./memcached_request.ts";

/** What is to be done. */
export interface MemcachedOrder {
  readonly host: string;
  readonly port: number;
  /** Its keys must be there already. Shape: without pipeline. */
  readonly load: Load;
  readonly requests: number;
}

/** What came of it. */
export interface MemcachedResult extends ClientView {
  /** Share of the time in which this process computed (0..1): near 1, it may be what limits the throughput. */
  readonly busy: number;
}

/** After so long without any reply there will be none. */
const PATIENCE_MS = 10_000;
/** So many requests for several keys are made beforehand. */
const SEVERAL_KEY_REQUESTS = 2000;
/** Any number but 0: the same keys are asked for in every run. */
const SEED = 0x5eed5eed;

/** Sends `requests` requests from another process. Errors: throws when a reply is not what it should be. */
export async function runMemcachedLoad(
  host: string,
  port: number,
  load: Load,
  requests: number,
): Promise<MemcachedResult> {
  const order: MemcachedOrder = { host, port, load, requests };
  const command = [process.execPath, "--no-install", import.meta.path, JSON.stringify(order)];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [result, complaint] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if (await child.exited !== 0) throw new Error(`the memcached load on port ${port} failed: ${complaint}`);
  return JSON.parse(result);
}

/** Numbers that are the same in every run. Algorithm: xorshift32. */
class Random {
  #state = SEED;

  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % limit;
  }
}

/** One connection: what it still has to write of its request, and how much of the reply is there. */
class Connection {
  request: Buffer = NOTHING;
  written = 0;
  received = 0;
  /** When the request was sent, as `performance.now()` has it. */
  since = 0;
}

const NOTHING = Buffer.alloc(0);

/** All connections of a run. Nothing of it is made anew for a request. */
class ClosedLoop {
  readonly #order: MemcachedOrder;
  readonly #requests: readonly Buffer[];
  readonly #replyBytes: number;
  readonly #replyStart: number;
  readonly #latencies: Float64Array;
  readonly #random = new Random();
  #issued = 0;
  #answered = 0;
  readonly #done = Promise.withResolvers<void>();

  constructor(order: MemcachedOrder) {
    const { load, requests } = order;
    const isSet = load.command === "set";
    this.#order = order;
    this.#requests = isSet ? setRequests(load) : getRequests(load);
    this.#replyBytes = isSet ? "STORED\r\n".length : getReplyBytes(load.keysPerRequest, load.valueBytes);
    this.#replyStart = (isSet ? "S" : "V").charCodeAt(0);
    this.#latencies = new Float64Array(requests);
  }

  /** Sends all requests. Errors: throws when a reply is not what it should be, or none comes for long. */
  async run(): Promise<MemcachedResult> {
    const { host: hostname, port, load, requests } = this.#order;
    const socket: Bun.SocketHandler<Connection> = {
      data: (socket, chunk) => this.#receive(socket, chunk),
      drain: (socket) => this.#write(socket),
      close: () => this.#done.reject(new Error("the target closed a connection")),
    };
    const sockets = await Promise.all(Array.from({ length: load.connections }, () => {
      return Bun.connect({ hostname, port, socket, data: new Connection() });
    }));
    const watch = this.#watch();
    const began = performance.now();
    const cpu = process.cpuUsage();
    for (const each of sockets) this.#next(each, began);
    await this.#done.promise;
    const elapsed = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    clearInterval(watch);
    for (const each of sockets) each.terminate();
    const latencies = this.#latencies.sort();
    return {
      requestsPerSecond: requests / elapsed * 1000,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      p999: percentile(latencies, 0.999),
      busy: (user + system) / 1000 / elapsed,
    };
  }

  #next(socket: Bun.Socket<Connection>, now: number): void {
    if (this.#issued === this.#order.requests) return;
    this.#issued++;
    const connection = socket.data;
    connection.request = this.#requests[this.#random.below(this.#requests.length)]!;
    connection.written = 0;
    connection.received = 0;
    connection.since = now;
    this.#write(socket);
  }

  #write(socket: Bun.Socket<Connection>): void {
    const connection = socket.data;
    const { request, written } = connection;
    if (written === request.length) return;
    const taken = written === 0 ? socket.write(request) : socket.write(request, written);
    if (taken > 0) connection.written += taken;
  }

  #receive(socket: Bun.Socket<Connection>, chunk: Uint8Array): void {
    const connection = socket.data;
    const isStart = connection.received === 0;
    connection.received += chunk.length;
    if (connection.received > this.#replyBytes || (isStart && chunk[0] !== this.#replyStart)) {
      const text = Buffer.from(chunk).toString("latin1", 0, 200);
      this.#done.reject(new Error(`not the expected reply: ${text}`));
    }
    if (connection.received !== this.#replyBytes) return;
    const now = performance.now();
    this.#latencies[this.#answered++] = now - connection.since;
    if (this.#answered === this.#order.requests) this.#done.resolve();
    else this.#next(socket, now);
  }

  /** Ends a run that no longer gets on. */
  #watch(): NodeJS.Timeout {
    let before = 0;
    return setInterval(() => {
      if (this.#answered === before) this.#done.reject(new Error(`no reply for ${PATIENCE_MS} ms`));
      before = this.#answered;
    }, PATIENCE_MS);
  }
}

function setRequests(load: Load): Buffer[] {
  const value = Buffer.alloc(load.valueBytes, "x");
  return Array.from({ length: keyCount(load) }, (_, i) => setRequest(keyName(i), value));
}

function getRequests(load: Load): Buffer[] {
  const { keysPerRequest } = load;
  const count = keyCount(load);
  if (keysPerRequest === 1) return Array.from({ length: count }, (_, i) => getRequest([keyName(i)]));
  const random = new Random();
  return Array.from({ length: SEVERAL_KEY_REQUESTS }, () => {
    const indexes = new Set<number>();
    while (indexes.size < keysPerRequest) indexes.add(random.below(count));
    return getRequest(Array.from(indexes, keyName));
  });
}

if (import.meta.main) console.log(JSON.stringify(await new ClosedLoop(JSON.parse(process.argv[2]!)).run()));
