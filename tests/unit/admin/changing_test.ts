/** Every route that changes something: what reaches the instance, and what the instance refuses. */
import { describe, expect, test } from "bun:test";
import { ChangeRefused } from "../../../src/control/instance.ts";
import { Endpoint } from "./endpoint.ts";
import { type Call, SHARE, ulid } from "./fake_instance.ts";

const SERVER = "127.0.0.1:6381:1 gamma";

/** Every change: the request, its body, what the instance is asked, and the status. */
const CHANGES: readonly (readonly [line: string, body: unknown, call: Call, status: number])[] = [
  [
    `POST /pools/cache/servers?confirm=${SHARE}`,
    { server: SERVER },
    ["addServer", "cache", SERVER, SHARE],
    200,
  ],
  [
    "POST /pools/web%20pages%2F100%25/servers",
    { server: SERVER },
    ["addServer", "web pages/100%", SERVER, null],
    200,
  ],
  [
    "PATCH /pools/cache/servers/alpha?confirm=1",
    { weight: 3 },
    ["changeServer", "cache", "alpha", { weight: 3 }, 1],
    200,
  ],
  [
    "PATCH /pools/cache/servers/127.0.0.1:6380?confirm=0.5",
    { weight: 2, state: "draining" },
    ["changeServer", "cache", "127.0.0.1:6380", { weight: 2, state: "draining" }, 0.5],
    200,
  ],
  [
    "PATCH /pools/cache/servers/127.0.0.1%3A6380?confirm=4e-1",
    { state: "ejected" },
    ["changeServer", "cache", "127.0.0.1:6380", { state: "ejected" }, 0.4],
    200,
  ],
  ["DELETE /pools/cache/servers/alpha?confirm=1.0", undefined, ["removeServer", "cache", "alpha", 1], 200],
  ["POST /reload", undefined, ["reload"], 200],
  ["POST /drain", undefined, ["drain"], 202],
  ["PUT /log-level", { level: 11 }, ["setLogLevel", 11], 200],
  ["DELETE /slowlog", undefined, ["resetSlowLog"], 200],
  ["DELETE /clients/31", undefined, ["killClient", 31], 200],
];

describe("a change", () => {
  test.each(CHANGES)(
    "%s reaches the instance and is answered with its id",
    async (line, body, call, status) => {
      const endpoint = new Endpoint();
      const answer = await endpoint.ask(line, body);
      expect(answer.status).toBe(status);
      expect(answer.body.id).toBe(ulid(1));
      expect(answer.body.changes).toHaveLength(1);
      expect(endpoint.instance.calls).toEqual([call]);
    },
  );

  test.each(
    CHANGES.flatMap(([line, body]) =>
      ([["invalid", 400], ["missing", 404], ["conflict", 409], ["failed", 500]] as const)
        .map(([kind, status]) => [line, kind, status, body] as const)
    ),
  )("%s that the instance refuses as %s is answered %i", async (line, kind, status, body) => {
    const endpoint = new Endpoint();
    endpoint.instance.failure = new ChangeRefused(kind, "because", "field");
    const response = await endpoint.fetch(line, body === undefined ? {} : { body: JSON.stringify(body) });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: kind, field: "field", message: "because" });
    expect(endpoint.faults).toEqual([]);
  });

  test("that nobody foresaw fails as 500 that says nothing, and is reported", async () => {
    const endpoint = new Endpoint();
    endpoint.instance.failure = new Error("the store's password is hunter2");
    const { status, body } = await endpoint.ask("POST /reload");
    expect(status).toBe(500);
    expect(body).toEqual({ error: "failed", field: "", message: "internal error; the log says more" });
    expect(endpoint.faults).toEqual(["the store's password is hunter2"]);
  });
});

describe("a change to the ring of a Redis pool", () => {
  test.each(
    [
      ["POST /pools/cache/servers", { server: SERVER }],
      ["PATCH /pools/cache/servers/alpha", { state: "ejected" }],
      ["DELETE /pools/cache/servers/alpha", undefined],
    ] as const,
  )("%s is refused with the share, and done when it is repeated with it", async (line, body) => {
    const endpoint = new Endpoint();
    const refused = await endpoint.ask(line, body);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ error: "conflict", field: "confirm", share: SHARE });
    const done = await endpoint.ask(`${line}?confirm=${refused.body.share}`, body);
    expect(done.status).toBe(200);
    expect(done.body.moved).toEqual({ cache: SHARE });
  });
});

describe("what a change names", () => {
  test.each(
    [
      ["POST /pools/none/servers", { server: SERVER }, "pool"],
      ["PATCH /pools/none/servers/alpha", { weight: 1 }, "pool"],
      ["PATCH /pools/cache/servers/none", { weight: 1 }, "id"],
      ["DELETE /pools/cache/servers/none", undefined, "id"],
      ["DELETE /clients/32", undefined, "id"],
    ] as const,
  )("%s is 404 when it isn't there", async (line, body, field) => {
    const { status, body: refusal } = await new Endpoint().ask(line, body);
    expect(status).toBe(404);
    expect(refusal).toMatchObject({ error: "missing", field });
  });

  test("is refused by the instance when it makes no sense", async () => {
    const { status, body } = await new Endpoint().ask("POST /pools/cache/servers", { server: "127.0.0.1" });
    expect(status).toBe(400);
    expect(body).toEqual({
      error: "invalid",
      field: "server",
      message: '"127.0.0.1" is not host:port:weight',
    });
  });
});

describe("/config/check", () => {
  test("gives the instance the text, and says what it would change", async () => {
    const endpoint = new Endpoint();
    const text = "cache:\n  listen: 127.0.0.1:1\n  servers: [127.0.0.1:2:1 ä]\n";
    const { status, body } = await endpoint.ask("POST /config/check", text);
    expect(status).toBe(200);
    expect(body).toMatchObject({ faults: [], changes: ['pool "cache": timeout 400 ms -> 500 ms'] });
    expect(endpoint.instance.calls).toEqual([["checkConfig", text]]);
  });

  test("has the faults of a bad file with their places, as 200", async () => {
    const { status, body } = await new Endpoint().ask("POST /config/check", "cache:\n  listen: nowhere\n");
    expect(status).toBe(200);
    expect(body.faults.some((fault: string) => fault.startsWith("conf/sennit.yml:2:11: "))).toBe(true);
    expect(body.changes).toEqual([]);
  });
});
