/**
 * What it costs to bring a reply to its client: the request's record, its place in the queue, and the copy of the
 * reply into the outbox; in the order asked, and in the worst other one, where all but the last wait.
 *
 * Run: node_modules/.bin/bun --no-install run bench/reply_queue.ts
 */
import { ReplyQueue } from "../src/proxy/reply_queue.ts";
import { Request } from "../src/proxy/request.ts";
import { Shared } from "../src/proxy/shared.ts";
import { Outbox } from "../src/transport/outbox.ts";

const ROUNDS = 1000;
const PIPELINES = [1, 16, 64, 256];
const REPLY_SIZES = [5, 100, 1024];

const shared = new Shared(Infinity, 1, () => {});
const outbox = new Outbox(shared.budget);
const queue = new ReplyQueue(outbox, shared, { answered() {}, wrote() {}, held() {} });
const nobody = { take() {} };
let sink = 0;

console.log(`ns per reply, best of ${ROUNDS} rounds`);
console.log("pipeline".padEnd(12) + "reply".padStart(8) + "in order".padStart(12) + "backwards".padStart(12));
for (const pipeline of PIPELINES) {
  for (const size of REPLY_SIZES) {
    const [forwards, backwards] = [cost(pipeline, size, false), cost(pipeline, size, true)];
    const figures = forwards.toFixed(1).padStart(12) + backwards.toFixed(1).padStart(12);
    console.log(String(pipeline).padEnd(12) + `${size} B`.padStart(8) + figures);
  }
}
console.log(`checksum ${sink}`);

function cost(pipeline: number, replyBytes: number, backwards: boolean): number {
  const chunk = Buffer.alloc(pipeline * replyBytes, "r");
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const began = Bun.nanoseconds();
    const requests: Request[] = [];
    for (let i = 0; i < pipeline; i++) {
      const request = new Request(null, nobody, 0, 0);
      requests.push(request);
      queue.push(request);
    }
    for (let i = 0; i < pipeline; i++) {
      const which = backwards ? pipeline - 1 - i : i;
      queue.deliver(requests[which]!, chunk, which * replyBytes, (which + 1) * replyBytes);
    }
    outbox.writeTo({ write: (_, __, length) => (sink = (sink + length) | 0, length) });
    best = Math.min(best, (Bun.nanoseconds() - began) / pipeline);
    shared.early.endTurn();
  }
  return best;
}
