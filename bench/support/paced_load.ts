/**
 * A load generator of its own process that keeps a pace whatever the target does. Requests fall due at equal
 * distances, and each one's latency counts from when it was due, not from when it left: a target that stalls pays for
 * all requests that should have been sent meanwhile (no coordinated omission).
 *
 * Run: bun paced_load.ts '{"host":…}' (see PacedOrder). Prints a PacedResult as JSON.
 */
import { command } from "../../tests/support/resp_encoder.ts";
import { keyName } from "./load.ts";
import { percentile } from "./median.ts";

/** What is to be done. */
export interface PacedOrder {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly seconds: number;
  readonly keys: number;
  /** Length of every value. */
  readonly valueBytes: number;
}

/** What came of it. Units: milliseconds. */
export interface PacedResult {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** Replies may take this long after the last request was due; milliseconds. */
const PATIENCE_MS = 10_000;

const NAP_MS = 0.05;
/** What is waited for in naps. It never comes. */
const never = new Int32Array(new SharedArrayBuffer(4));

/** One connection: when its open requests were due, and how much of the first one's reply is there. */
interface Lane {
  readonly socket: Bun.Socket<unknown>;
  readonly due: number[];
  answered: number;
  bytes: number;
}

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(process.argv[2]!))));

async function run(order: PacedOrder): Promise<PacedResult> {
  const { connections, requestsPerSecond, seconds, keys, valueBytes } = order;
  const total = Math.floor(requestsPerSecond * seconds);
  const latencies = new Float64Array(total);
  const replyBytes = `$${valueBytes}\r\n`.length + valueBytes + 2;
  const requests = Array.from({ length: keys }, (_, i) => command("GET", keyName(i)));
  let answered = 0;

  const onData = (lane: Lane, length: number) => {
    const now = performance.now();
    lane.bytes += length;
    while (lane.bytes >= replyBytes) {
      lane.bytes -= replyBytes;
      latencies[answered++] = now - lane.due[lane.answered++]!;
    }
  };
  const lanes = await Promise.all(Array.from({ length: connections }, () => openLane(order, onData)));

  const began = performance.now();
  const dueAt = (index: number) => began + index * 1000 / requestsPerSecond;
  for (let sent = 0; answered < total;) {
    const now = performance.now();
    for (; sent < total && dueAt(sent) <= now; sent++) {
      const request = requests[Math.floor(Math.random() * keys)]!;
      const lane = lanes[sent % connections]!;
      lane.due.push(dueAt(sent));
      if (lane.socket.write(request) !== request.length) throw new Error("the target takes no more requests");
    }
    if (now > dueAt(total) + PATIENCE_MS) throw new Error(`${total - answered} replies never came`);
    await nap();
  }
  for (const lane of lanes) lane.socket.terminate();
  latencies.sort();
  return {
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    p999: percentile(latencies, 0.999),
  };
}

/**
 * Sleeps for less than a timer can, then lets the sockets have their say. A loop without sleep would be more exact
 * and take a whole core, which on a small machine is the target's; this one takes a fifth of it for 0.15 ms.
 */
function nap(): Promise<void> {
  Atomics.wait(never, 0, 0, NAP_MS);
  return new Promise((resolve) => setImmediate(resolve));
}

async function openLane(
  { host, port }: PacedOrder,
  onData: (lane: Lane, length: number) => void,
): Promise<Lane> {
  const due: number[] = [];
  let lane: Lane | null = null;
  const socket = await Bun.connect({
    hostname: host,
    port,
    socket: { data: (_, chunk) => onData(lane!, chunk.length) },
  });
  lane = { socket, due, answered: 0, bytes: 0 };
  return lane;
}
