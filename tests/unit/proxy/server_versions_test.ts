import { describe, expect, test } from "bun:test";
import type { Pool } from "../../../src/proxy/pool.ts";
import { compareVersions, lowestVersion } from "../../../src/proxy/server_versions.ts";
import type { Request } from "../../../src/proxy/request.ts";
import { bulk, error } from "../../support/resp_encoder.ts";
import { inChunk, inParts } from "./redis/fragments.ts";

const INFO = (version: string) => bulk(`# Server\r\nredis_version:${version}\r\nredis_git_sha1:0\r\n`);

const QUESTION = { bytes: Buffer.from("version?"), pattern: /redis_version:([0-9.]+)/, unknown: "6.0.0" };

/** A server that answers with this reply, or fails at once when it is down. */
function backend(version: string, answered: Request | null, isDown = false) {
  let asked = 0;
  return {
    version,
    get asked() {
      return asked;
    },
    firstLane: {
      outbox: { append() {} },
      push() {},
      begin(request: Request) {
        asked++;
        const { bytes, start, end, body, state } = answered!;
        Object.assign(request, { bytes, start, end, body, state });
        if (isDown) request.taker!.take(request);
        else queueMicrotask(() => request.taker!.take(request));
        return !isDown;
      },
    },
  };
}

function poolOf(...backends: ReturnType<typeof backend>[]): Pool {
  return { backends, protocol: { version: QUESTION } } as unknown as Pool;
}

describe("lowestVersion", () => {
  test("is the lowest of those that are known, and asks nobody then", async () => {
    const backends = [backend("7.0.15", null), backend("6.2.9", null), backend("6.2.10", null)];
    expect(await lowestVersion(poolOf(...backends))).toBe("6.2.9");
    expect(backends.map(({ asked }) => asked)).toEqual([0, 0, 0]);
  });

  test("asks those that are not, and remembers what they say", async () => {
    const pool = poolOf(
      backend("7.2.0", null),
      backend("", inChunk(INFO("7.0.15"))),
      backend("", inParts(INFO("6.0.16"), 5)),
    );
    expect(await lowestVersion(pool)).toBe("6.0.16");
    expect(pool.backends.map(({ version }) => version)).toEqual(["7.2.0", "7.0.15", "6.0.16"]);
  });

  test.each([["refuses", inChunk(error("NOPERM no")), false], ["is down", inChunk(error("ERR down")), true]])(
    "does without a server that %s",
    async (_, reply, isDown) => {
      expect(await lowestVersion(poolOf(backend("7.2.0", null), backend("", reply, isDown)))).toBe("7.2.0");
    },
  );

  test("is some version when no server tells any", async () => {
    expect(await lowestVersion(poolOf(backend("", inChunk(error("ERR no")))))).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

test.each([["7.0.15", "7.0.9"], ["7.2", "7.0.15"], ["10.0.0", "9.9.9"], ["7.0.1", "7.0"]])(
  "compareVersions puts %s behind %s",
  (later, earlier) => {
    expect(compareVersions(later, earlier)).toBeGreaterThan(0);
    expect(compareVersions(earlier, later)).toBeLessThan(0);
    expect(compareVersions(later, later)).toBe(0);
  },
);
