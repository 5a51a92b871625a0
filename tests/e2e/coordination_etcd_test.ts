/** The coordination store in etcd: what every one does, on a real etcd, and what it does when etcd is in trouble. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type CoordinationStore, EtcdCoordination } from "../../src/coordination/mod.ts";
import { Authority } from "../support/certificates.ts";
import { CuttableLink } from "../support/cuttable_link.ts";
import { EtcdServer } from "../support/etcd_server.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { reasonToSkip } from "../support/programs.ts";
import {
  coordinationConformance,
  type CoordinationPlace,
  put,
  storeErrorOf,
  Told,
} from "../conformance/coordination_conformance.ts";
import { coordinationFaults } from "../conformance/coordination_faults.ts";

const LONG = { timeoutMs: 15_000 };
const withoutEtcd = reasonToSkip("etcd") !== null;

/** A store as tests of trouble need it: impatient. */
function storeAt(
  endpoints: readonly string[],
  options: Partial<ConstructorParameters<typeof EtcdCoordination>[0]> = {},
): CoordinationStore & AsyncDisposable {
  const store = new EtcdCoordination({
    endpoints,
    root: "/test/",
    user: null,
    password: null,
    tls: null,
    timeoutMs: 1500,
    ...options,
  });
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

describe.skipIf(withoutEtcd)("etcd", () => {
  let shared: EtcdServer;
  let places = 0;

  beforeAll(async () => {
    shared = await EtcdServer.start();
  });

  afterAll(() => shared.kill());

  function makePlace(): Promise<CoordinationPlace> {
    const text = `etcd:${shared.url}/sennit/${places++}`;
    return Promise.resolve({ text, [Symbol.asyncDispose]: () => Promise.resolve() });
  }

  coordinationConformance("a coordination store in etcd", makePlace);
  coordinationFaults("processes that share a coordination store in etcd", makePlace);

  describe("EtcdCoordination", () => {
    test("goes on with its watch where it stood when etcd was killed and is back", async () => {
      await using etcd = await EtcdServer.start();
      await using store = storeAt([etcd.url]);
      const told = new Told();
      store.watch("", await put(store, "a", "1"), told);
      await put(store, "a", "2");
      await eventually("it is told", () => told.last("a") === "2");
      await etcd.kill();
      await eventually("it is told of the failure", () => told.words.includes("failed"));
      const [reading, writing] = await Promise.all([
        storeErrorOf(store.get("a")),
        storeErrorOf(put(store, "a", "x")),
      ]);
      expect([reading.kind, writing.kind]).toEqual(["unavailable", "unavailable"]);
      expect(reading.message).toContain(etcd.url);
      await etcd.restart();
      await put(store, "a", "3");
      await eventually("it goes on", () => told.last("a") === "3", LONG);
      expect(told.texts).toEqual(["a=2", "a=3"]);
      expect(told.words).toEqual(["failed", "resumed"]);
    });

    test("doesn't know what became of a write to an etcd that stands still, and misses nothing afterwards", async () => {
      await using etcd = await EtcdServer.start();
      await using store = storeAt([etcd.url]);
      const told = new Told();
      store.watch("", await put(store, "a", "1"), told);
      await etcd.freeze();
      const [reading, writing] = await Promise.all([
        storeErrorOf(store.get("a")),
        storeErrorOf(put(store, "a", "2")),
      ]);
      expect([reading.kind, writing.kind]).toEqual(["unavailable", "uncertain"]);
      expect(writing.message).toContain("no answer within 1500 ms");
      await eventually("the watch has noticed", () => told.words.includes("failed"), LONG);
      etcd.thaw();
      await eventually("it answers", () => put(store, "b", "1"), LONG);
      await eventually("all is told", () => told.last("b") === "1", LONG);
      expect(told.texts.filter((text) => text.startsWith("a"))).toEqual(
        (await store.get("a")).entry!.value === "2" ? ["a=2"] : [],
      );
    });

    test("loses a lease by its own clock while etcd stands still, and its keys when etcd goes on", async () => {
      await using etcd = await EtcdServer.start();
      await using store = storeAt([etcd.url]);
      const lease = await store.lease(1000);
      await store.commit([], [{ put: "a", value: "1", lease }]);
      await etcd.freeze();
      await eventually("it is lost", () => lease.lost.aborted, LONG);
      expect(lease.holds).toBe(false);
      etcd.thaw();
      await eventually("its key is gone", async () => (await store.get("a")).entry === null, LONG);
      expect((await storeErrorOf(store.commit([], [{ put: "b", value: "1", lease }]))).message).toContain(
        "lease",
      );
    });

    test("loses a lease that somebody revoked", async () => {
      await using store = storeAt([shared.url]);
      const lease = await store.lease(1000);
      await shared.ask("/v3/lease/revoke", { ID: lease.id });
      await eventually("it is lost", () => lease.lost.aborted);
      expect(String(lease.lost.reason)).toContain("etcd has let it run out");
    });

    test("a watch whose connection is cut, or falls silent, misses nothing", async () => {
      await using link = await CuttableLink.to(shared.port);
      await using store = storeAt([`http://127.0.0.1:${link.port}`], { root: "/cut/" });
      await using direct = storeAt([shared.url], { root: "/cut/" });
      const told = new Told();
      store.watch("", await put(direct, "a", "0"), told);
      await put(direct, "a", "1");
      await eventually("it is told", () => told.last("a") === "1", LONG);
      link.cut();
      await put(direct, "a", "2");
      await eventually("it is told behind the cut", () => told.last("a") === "2", LONG);
      link.silence();
      await put(direct, "a", "3");
      await eventually("it notices the silence", () => told.words.length === 3, LONG);
      link.restore();
      await eventually("it is told behind the silence", () => told.last("a") === "3", LONG);
      expect(told.texts).toEqual(["a=1", "a=2", "a=3"]);
      expect(told.words).toEqual(["failed", "resumed", "failed", "resumed"]);
    }, 30_000);

    test("a watch behind what etcd has compacted has lost track", async () => {
      await using etcd = await EtcdServer.start();
      await using store = storeAt([etcd.url]);
      const start = await put(store, "a", "1");
      await put(store, "a", "2");
      const revision = await put(store, "a", "3");
      await etcd.ask("/v3/kv/compaction", { revision: String(revision) });
      const told = new Told();
      store.watch("", start, told);
      await eventually("it is lost", () => told.words.length > 0, LONG);
      expect(told.words[0]).toContain(`no longer knows what happened behind revision ${start}`);
      expect(told.texts).toEqual([]);
    });

    test("a watch of a cluster that was made anew has lost track", async () => {
      await using etcd = await EtcdServer.start();
      await using store = storeAt([etcd.url]);
      const told = new Told();
      store.watch("", await put(store, "a", "1"), told);
      await put(store, "a", "2");
      await eventually("it is told", () => told.last("a") === "2");
      await etcd.restartEmpty();
      await eventually("it is lost", () => told.words.some((word) => word.startsWith("lost")), LONG);
      expect(told.words.at(-1)).toMatch(/another cluster|went back/);
      expect((await store.get("a")).entry).toBeNull();
    });

    test("asks the members that answer", async () => {
      const members = await EtcdServer.startCluster(3);
      try {
        await using store = storeAt([`http://127.0.0.1:${freePort()}`, ...members.map(({ url }) => url)]);
        const told = new Told();
        store.watch("", await eventually("it is put", () => put(store, "a", "1"), LONG), told);
        for (const [i, member] of members.entries()) {
          await member.freeze();
          // A write that was on its way when its member stopped may have been done.
          await eventually("it is put", async () => await put(store, `m${i}`, "1"), LONG);
          await eventually("it is told", () => told.last(`m${i}`) === "1", LONG);
          member.thaw();
        }
      } finally {
        await Promise.all(members.map((member) => member.kill()));
      }
    }, 60_000);

    test(
      "makes itself known with a password, again when etcd has forgotten it, and keeps the password to itself",
      async () => {
        await using etcd = await EtcdServer.start();
        await etcd.ask("/v3/auth/user/add", { name: "root", password: "top secret" });
        await etcd.ask("/v3/auth/user/grant", { user: "root", role: "root" });
        await etcd.ask("/v3/auth/enable", {});
        await using anonymous = storeAt([etcd.url]);
        expect((await storeErrorOf(anonymous.get("a"))).kind).toBe("unavailable");
        await using wrong = storeAt([etcd.url], { user: "root", password: "bottom secret" });
        const error = await storeErrorOf(put(wrong, "a", "1"));
        expect(error.kind).toBe("unavailable");
        expect(error.message + wrong.name).not.toContain("secret");
        await using store = storeAt([etcd.url], { user: "root", password: "top secret" });
        const told = new Told();
        store.watch("", await put(store, "a", "1"), told);
        const lease = await store.lease(60_000);
        await etcd.stop();
        await etcd.restart();
        await eventually("it is known again", () => put(store, "a", "2"), LONG);
        await eventually("its watch goes on", () => told.last("a") === "2", LONG);
        await lease.end();
      },
      30_000,
    );

    test("talks TLS to those it trusts, and shows its own certificate", async () => {
      using authority = new Authority();
      using stranger = new Authority("stranger");
      const server = authority.sign("etcd");
      const client = authority.sign("client");
      await using etcd = await EtcdServer.start({ tls: { ...server, clientCa: authority.cert } });
      const read = (path: string) => readFileSync(path, "utf8");
      const tls = {
        ca: read(authority.cert),
        cert: read(client.cert),
        key: read(client.key),
        serverName: null,
      };
      await using store = storeAt([etcd.url], { tls: { ...tls, verify: true } });
      await put(store, "a", "1");
      const told = new Told();
      store.watch("", 0, told);
      await eventually("its watch works", () => told.last("a") === "1");
      await using distrustful = storeAt([etcd.url], {
        tls: { ...tls, ca: read(stranger.cert), verify: true },
      });
      expect((await storeErrorOf(put(distrustful, "a", "2"))).kind).toBe("unavailable");
      await using nameless = storeAt([etcd.url], { tls: { ...tls, cert: null, key: null, verify: true } });
      await storeErrorOf(nameless.get("a"));
      expect((await store.get("a")).entry!.value).toBe("1");
    });

    test("says what answers when that is no etcd", async () => {
      using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
      await using store = storeAt([`http://127.0.0.1:${server.port}`]);
      const error = await storeErrorOf(store.get("a"));
      expect([error.kind, error.message]).toEqual(["unavailable", expect.stringContaining("no JSON")]);
    });
  });
});
