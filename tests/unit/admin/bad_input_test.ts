/** What is wrong with a request is refused with the field and the reason, and never reaches the instance. */
import { describe, expect, test } from "bun:test";
import { Endpoint } from "./endpoint.ts";

const ADD = "POST /pools/cache/servers";
const PATCH = "PATCH /pools/cache/servers/alpha";

const BAD: readonly (readonly [line: string, body: unknown, field: string, message: string])[] = [
  // Bodies.
  [ADD, "", "", "the body is empty; it should be JSON"],
  [ADD, "{", "", "the body is not JSON: JSON Parse error: Expected '}'"],
  [ADD, [1], "", "[1] is not an object"],
  [ADD, "null", "", "null is not an object"],
  [ADD, {}, "server", "it is missing"],
  [ADD, { server: 7 }, "server", "7 is not a text"],
  [ADD, { servr: "a:1:1" }, "servr", 'it is not known here; did you mean "server"?'],
  [ADD, { server: "a:1:1", zzz: 1 }, "zzz", "it is not known here; known are server"],
  [ADD, '{"server":"a:1:1","__proto__":{}}', "__proto__", "it is not known here; known are server"],
  [PATCH, {}, "", "nothing is to be changed; give a weight, a state, or both"],
  [PATCH, { weight: 0 }, "weight", "0 is less than 1"],
  [PATCH, { weight: -1, state: "live" }, "weight", "-1 is less than 1"],
  [PATCH, { weight: 2 ** 31 }, "weight", "2147483648 is more than 2147483647"],
  [PATCH, { weight: 1.5 }, "weight", "1.5 is not a whole number"],
  [PATCH, { weight: "3" }, "weight", '"3" is not a number'],
  [PATCH, { state: "failed" }, "state", '"failed" is not one of live, ejected, draining'],
  [PATCH, { state: "x".repeat(200) }, "state", `"${"x".repeat(79)} is not one of live, ejected, draining`],
  ["PUT /log-level", { level: 12 }, "level", "12 is more than 11"],
  ["PUT /log-level", { level: null }, "level", "null is not a number"],
  ["PUT /log-level", {}, "level", "it is missing"],
  // Queries.
  [`${ADD}?confirm=33%25`, { server: "a:1:1" }, "confirm", '"33%" is not a number from 0 to 1 such as 0.25'],
  [`${ADD}?confirm=1.1`, { server: "a:1:1" }, "confirm", '"1.1" is not a number from 0 to 1 such as 0.25'],
  [`${ADD}?confirm=`, { server: "a:1:1" }, "confirm", '"" is not a number from 0 to 1 such as 0.25'],
  [`${PATCH}?confrim=1`, { weight: 2 }, "confrim", 'it is not known here; did you mean "confirm"?'],
  [`DELETE /pools/cache/servers/alpha?confirm=1&confirm=1`, undefined, "confirm", "it is given twice"],
  ["GET /stats?pool=cache", undefined, "pool", "it is not known here; none is"],
  ["GET /config?format=toml", undefined, "format", '"toml" is not one of json, yaml'],
  ["GET /slowlog?count=0", undefined, "count", '"0" is not a whole number in 1..1000000'],
  ["GET /slowlog?count=ten", undefined, "count", '"ten" is not a whole number in 1..1000000'],
  ["GET /slowlog?count=-1", undefined, "count", '"-1" is not a whole number in 1..1000000'],
  ["GET /hotkeys?pool=%ff", undefined, "pool", "the value is not UTF-8"],
  ["GET /pools/cache/route", undefined, "key", "it is missing; give the key as ?key= or ?key_base64="],
  [
    "GET /pools/cache/route?key=a&key_base64=YQ",
    undefined,
    "key_base64",
    "give the key once: as key or as key_base64",
  ],
  ["GET /pools/cache/route?key=a&key=b", undefined, "key", "it is given twice"],
  ["GET /pools/cache/route?key_base64=a*b", undefined, "key_base64", '"a*b" is not base64'],
  ["GET /pools/cache/route?key_base64=YQx", undefined, "key_base64", '"YQx" is not base64'],
  // Paths.
  ["DELETE /clients/abc", undefined, "id", '"abc" is not a whole number in 0..9007199254740991'],
  ["DELETE /clients/-1", undefined, "id", '"-1" is not a whole number in 0..9007199254740991'],
  [
    "DELETE /clients/9007199254740993",
    undefined,
    "id",
    expect.stringContaining("is not a whole number") as never,
  ],
];

describe("bad input", () => {
  test.each(BAD)("%s with %j", async (line, body, field, message) => {
    const endpoint = new Endpoint();
    const answer = await endpoint.ask(line, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: "invalid", field, message });
    expect(endpoint.instance.calls).toEqual([]);
  });

  test("of bytes that are no text", async () => {
    const endpoint = new Endpoint();
    for (const line of ["POST /config/check", "PUT /log-level"]) {
      const response = await endpoint.fetch(line, { body: Buffer.from("\xff\xfe", "latin1") });
      expect(response.status).toBe(400);
      const message = "the body is not UTF-8 text";
      expect(await response.json()).toEqual({ error: "invalid", field: "", message });
    }
    expect(endpoint.instance.calls).toEqual([]);
  });
});

describe("a body", () => {
  const LIMIT = 1024 * 1024;

  test("of 1 MB is taken, and one of a byte more is not", async () => {
    const endpoint = new Endpoint();
    expect((await endpoint.ask("POST /config/check", "#".repeat(LIMIT))).status).toBe(200);
    const { status, body } = await endpoint.ask("POST /config/check", "#".repeat(LIMIT + 1));
    expect(status).toBe(413);
    expect(body).toEqual({ error: "too_large", field: "", message: "the body has more than 1048576 bytes" });
    expect(endpoint.instance.calls).toHaveLength(1);
  });

  test("whose length isn't announced is read no further than that", async () => {
    const endpoint = new Endpoint();
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 65536;
        controller.enqueue(new Uint8Array(65536));
      },
    });
    const response = await endpoint.fetch("PUT /log-level", { body });
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(2 * LIMIT);
    expect(endpoint.instance.calls).toEqual([]);
  });

  test("may say that it is a form, as curl does when nobody tells it otherwise", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await new Endpoint().ask("PUT /log-level", { level: 3 }, headers)).status).toBe(200);
  });
});

describe("unknown routes", () => {
  test.each([
    ["GET /stat", '; did you mean "/stats"?'],
    ["GET /stats/", '; did you mean "/stats"?'],
    ["POST /relaod", '; did you mean "/reload"?'],
    ["GET /a/b/c/d", "; GET / lists what there is"],
  ])("%s is 404 with a hint", async (line, hint) => {
    const { status, body } = await new Endpoint().ask(line);
    expect(status).toBe(404);
    expect(body).toEqual({
      error: "missing",
      field: "",
      message: `there is no ${line.split(" ")[1]}${hint}`,
    });
  });
});

describe("wrong methods", () => {
  test.each([
    ["POST /stats", "GET, HEAD"],
    ["GET /reload", "POST"],
    ["HEAD /reload", "POST"],
    ["PUT /pools/cache/servers/alpha", "PATCH, DELETE"],
    ["POST /log-level", "GET, HEAD, PUT"],
    ["OPTIONS /slowlog", "GET, HEAD, DELETE"],
  ])("%s is 405 and Allow says %s", async (line, allow) => {
    const endpoint = new Endpoint();
    const { status, headers, body } = await endpoint.ask(line);
    expect(status).toBe(405);
    expect(headers.get("allow")).toBe(allow);
    if (!line.startsWith("HEAD")) expect(body.error).toBe("not_allowed");
    expect(endpoint.instance.calls).toEqual([]);
  });
});
