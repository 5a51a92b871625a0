/** `/events`: server-sent events, what was missed, and watchers that don't read. */
import { describe, expect, test } from "bun:test";
import { EventStreams } from "../../../src/admin/event_streams.ts";
import { EVENT } from "../../../src/admin/routes/events.ts";
import { eventually } from "../../support/eventually.ts";
import { Endpoint } from "./endpoint.ts";
import { event, FakeInstance, ulid } from "./fake_instance.ts";

/** Reads a stream of events as a watcher does. */
class Watcher {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next event or comment, without the empty line behind it; null at the end. */
  async next(): Promise<string | null> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return block;
      }
      const { done, value } = await this.#reader.read();
      if (done) return null;
      this.#text += new TextDecoder().decode(value);
    }
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }
}

const GREETING = "retry: 2000";

function blockOf(n: number): string {
  return `id: ${ulid(n)}\nevent: server.ejected\ndata: ${JSON.stringify(event(n))}`;
}

describe("/events", () => {
  test("streams what happens, and stops listening when the watcher leaves", async () => {
    const endpoint = new Endpoint();
    const response = await endpoint.fetch("GET /events");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const watcher = new Watcher(response.body!);
    expect(await watcher.next()).toBe(GREETING);
    endpoint.instance.emit(event(1));
    endpoint.instance.emit(event(2));
    expect(await watcher.next()).toBe(blockOf(1));
    expect(await watcher.next()).toBe(blockOf(2));
    expect(endpoint.instance.listeners).toBe(1);
    await watcher.leave();
    expect(endpoint.instance.listeners).toBe(0);
    expect(endpoint.kept).toHaveLength(1);
  });

  test("has data that its schema describes", async () => {
    const endpoint = new Endpoint();
    const watcher = new Watcher((await endpoint.fetch("GET /events")).body!);
    await watcher.next();
    const odd = event(1, { reason: "two\nlines", live: 3 });
    endpoint.instance.emit(odd);
    const lines = (await watcher.next())!.split("\n");
    expect(lines).toHaveLength(3);
    expect(EVENT.parse(JSON.parse(lines[2]!.replace("data: ", "")))).toEqual(odd);
  });

  test("gives a watcher that comes back what it missed, in order, before anything new", async () => {
    const endpoint = new Endpoint();
    for (const n of [1, 2, 3]) endpoint.instance.emit(event(n));
    const headers = { "last-event-id": ulid(1).toLowerCase() };
    const watcher = new Watcher((await endpoint.fetch("GET /events", { headers })).body!);
    endpoint.instance.emit(event(4));
    const blocks = [await watcher.next(), await watcher.next(), await watcher.next(), await watcher.next()];
    expect(blocks).toEqual([GREETING, blockOf(2), blockOf(3), blockOf(4)]);
    expect(endpoint.instance.calls).toEqual([["subscribe", ulid(1)]]);
  });

  test("refuses a Last-Event-ID that is no id, and takes an empty one for none", async () => {
    const endpoint = new Endpoint();
    const { status, body } = await endpoint.ask("GET /events", undefined, { "last-event-id": "17" });
    expect(status).toBe(400);
    expect(body).toEqual({
      error: "invalid",
      field: "Last-Event-ID",
      message: '"17" is not the id of an event',
    });
    const response = await endpoint.fetch("GET /events", { headers: { "last-event-id": "" } });
    expect(response.status).toBe(200);
    expect(endpoint.instance.calls).toEqual([["subscribe", null]]);
  });

  test("opens nothing for a HEAD", async () => {
    const endpoint = new Endpoint();
    const head = await endpoint.ask("HEAD /events");
    expect(head.headers.get("content-type")).toBe("text/event-stream");
    expect(endpoint.instance.listeners).toBe(0);
  });

  test("refuses the 65th watcher until another leaves", async () => {
    const endpoint = new Endpoint();
    const watchers = await Promise.all(Array.from({ length: 64 }, () => endpoint.fetch("GET /events")));
    const { status, body, headers } = await endpoint.ask("GET /events");
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("10");
    expect(body.error).toBe("busy");
    await watchers[7]!.body!.cancel();
    expect((await endpoint.fetch("GET /events")).status).toBe(200);
  });

  test("fails as everything does when the instance can't be listened to", async () => {
    const endpoint = new Endpoint();
    // More often than there may be watchers: those that failed are none.
    for (let times = 0; times < 65; times++) {
      endpoint.instance.failure = new Error("no");
      expect((await endpoint.ask("GET /events")).status).toBe(500);
    }
  });
});

describe("a watcher that doesn't read", () => {
  const LARGE = { reason: "x".repeat(10_000) };

  test("loses its stream once a megabyte waits, keeps nothing, and is told by the end of it", async () => {
    const endpoint = new Endpoint();
    const watcher = new Watcher((await endpoint.fetch("GET /events")).body!);
    const other = new Watcher((await endpoint.fetch("GET /events")).body!);
    expect(await watcher.next()).toBe(GREETING);
    expect(await other.next()).toBe(GREETING);
    for (let n = 1; n <= 200; n++) {
      endpoint.instance.emit(event(n, LARGE));
      expect(await other.next()).toContain(ulid(n));
    }
    expect(endpoint.instance.listeners).toBe(1);
    expect(endpoint.dropped).toHaveLength(1);
    expect(await watcher.next()).toBe(null);
  });

  test("loses it at once when it missed more than that", async () => {
    const endpoint = new Endpoint();
    for (let n = 1; n <= 200; n++) endpoint.instance.emit(event(n, LARGE));
    const headers = { "last-event-id": ulid(1) };
    for (let times = 0; times < 65; times++) {
      const watcher = new Watcher((await endpoint.fetch("GET /events", { headers })).body!);
      expect(await watcher.next()).toBe(null);
    }
    expect(endpoint.instance.listeners).toBe(0);
  });
});

describe("streams of events", () => {
  test("say that they live while nothing happens", async () => {
    const streams = new EventStreams(new FakeInstance(), 1);
    const watcher = new Watcher(streams.open(null, () => {}));
    expect(await watcher.next()).toBe(GREETING);
    expect(await watcher.next()).toBe(":");
    expect(await watcher.next()).toBe(":");
    await watcher.leave();
    streams.close();
  });

  test("end when the endpoint closes, after what is queued, and can't be opened any more", async () => {
    const instance = new FakeInstance();
    const streams = new EventStreams(instance, 60_000);
    const watcher = new Watcher(streams.open(null, () => {}));
    instance.emit(event(1));
    streams.close();
    expect([await watcher.next(), await watcher.next(), await watcher.next()]).toEqual([
      GREETING,
      blockOf(1),
      null,
    ]);
    expect(streams.isFull).toBe(true);
    await eventually("nobody listens", () => instance.listeners === 0);
  });
});
