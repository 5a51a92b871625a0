/** An outbox that keeps what it has written, against a naive twin that keeps everything. */
import { expect, test } from "bun:test";
import { Budget } from "../../src/transport/budget.ts";
import { Outbox } from "../../src/transport/outbox.ts";
import { Random } from "../support/seed.ts";

const KB = 1024;
const SIZES = [1, 24, 25, 100, 3 * KB, 5 * KB, 24 * KB, 24 * KB + 1, 70 * KB];
const ROUNDS = 20;
const STEPS = 300;

for (let round = 0; round < ROUNDS; round++) {
  test(`an outbox that keeps gives back what it has written, and lets go of the rest, in random round ${round}`, () => {
    const random = new Random(`kept ${round}`);
    const budget = new Budget(Infinity, () => {});
    const outbox = new Outbox(budget.forServers);
    outbox.keepWritten();
    // Another one takes the staging buffers that the first gives back too early.
    const thief = new Outbox(budget);
    let all = Buffer.alloc(0);
    let written = Buffer.alloc(0);
    let lost = 0;
    let from = 0;
    for (let step = 0; step < STEPS; step++) {
      const draw = random.integer(0, 9);
      if (draw < 5) {
        const bytes = Buffer.from(random.bytes(random.pick(SIZES)));
        outbox.append(bytes, 0, bytes.length);
        all = Buffer.concat([all, bytes]);
      } else if (draw < 8) {
        let room = random.integer(0, 1) === 0 ? Infinity : random.integer(0, 100 * KB);
        outbox.writeTo({
          write: (bytes, start, length) => {
            const size = Math.min(room, length);
            room -= size;
            written = Buffer.concat([written, bytes.subarray(start, start + size)]);
            return size;
          },
        });
        thief.append(Buffer.alloc(100, 0xee), 0, 100);
        thief.clear();
      } else if (draw < 9) {
        from = random.integer(0, 1) === 0
          ? outbox.written
          : random.integer(from, Math.max(from, outbox.written));
        outbox.forget(from);
      } else if (random.integer(0, 7) === 0) {
        const position = outbox.written + random.integer(0, outbox.bytes);
        lost += position - outbox.written;
        outbox.dropUntil(position);
        from = Math.max(from, position);
      }
      const to = from + random.integer(0, outbox.position - from);
      const start = from + random.integer(0, to - from);
      expect(outbox.kept!.copy(start, to).equals(all.subarray(start, to))).toBe(true);
      expect(outbox.bytes).toBe(all.length - written.length - lost);
    }
    outbox.clear();
    expect(outbox.kept!.from).toBe(all.length);
    expect(budget.used).toBe(0);
  });
}
