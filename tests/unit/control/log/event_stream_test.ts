import { describe, expect, test } from "bun:test";
import { EventStream } from "../../../../src/control/log/event_stream.ts";
import type { InstanceEvent } from "../../../../src/control/instance.ts";

function event(id: number): InstanceEvent {
  return { id: String(id), at: "2026-01-01T00:00:00.000Z", name: "started", facts: {} };
}

/** A watcher that keeps the ids it is told. */
function watcher() {
  const ids: string[] = [];
  return { ids, take: ({ id }: InstanceEvent) => void ids.push(id) };
}

describe("EventStream", () => {
  test("tells watchers what happens while they watch", () => {
    const stream = new EventStream();
    const [early, late] = [watcher(), watcher()];
    const end = stream.subscribe(early.take, null);
    stream.publish(event(1));
    stream.subscribe(late.take, null);
    stream.publish(event(2));
    end();
    stream.publish(event(3));
    expect([early.ids, late.ids]).toEqual([["1", "2"], ["2", "3"]]);
  });

  test("tells those that come back what they have missed, as far as it is kept", () => {
    const stream = new EventStream();
    for (let id = 1; id <= 300; id++) stream.publish(event(id));
    const [after298, afterForgotten] = [watcher(), watcher()];
    stream.subscribe(after298.take, "298");
    stream.subscribe(afterForgotten.take, "1");
    stream.publish(event(301));
    expect(after298.ids).toEqual(["299", "300", "301"]);
    expect(afterForgotten.ids).toEqual(Array.from({ length: 257 }, (_, i) => String(45 + i)));
  });

  test("has no more patience with a watcher that throws, and the others don't notice", () => {
    const stream = new EventStream();
    let thrown = 0;
    const calm = watcher();
    stream.subscribe(() => {
      thrown++;
      throw new Error("a bug of the watcher's");
    }, null);
    stream.subscribe(calm.take, null);
    stream.publish(event(1));
    stream.publish(event(2));
    expect([thrown, calm.ids]).toEqual([1, ["1", "2"]]);
  });
});
