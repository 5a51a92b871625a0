import { afterEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import {
  type InheritedSockets,
  ListeningSockets,
} from "../../../../src/control/sockets/listening_sockets.ts";
import { closeDescriptor, duplicate } from "../../../../src/transport/listening_socket.ts";
import { freePort, isFree } from "../../../support/free_port.ts";
import { loadedConfig } from "../../../support/loaded_config.ts";
import { openFiles } from "../../../support/open_files.ts";
import { type Endpoint, RawClient } from "../../../support/raw_client.ts";
import { TempDir } from "../../../support/temp_dir.ts";

/** What a test has opened. */
const opened: ListeningSockets[] = [];

afterEach(() => {
  for (const sockets of opened.splice(0)) sockets.close(false);
});

function listeningSockets(workers: number, inherited: InheritedSockets = {}): ListeningSockets {
  const sockets = new ListeningSockets(workers, inherited);
  opened.push(sockets);
  return sockets;
}

/** Pools that listen there: p0, p1 and so on; `mode` stands behind a path. */
function pools(...places: (Endpoint | `${string}:${number}`)[]) {
  return loadedConfig(places.map((listen, i) => ({ name: `p${i}`, listen, servers: ["127.0.0.1:1:1"] })))
    .pools;
}

async function commit(sockets: ListeningSockets, ...places: Endpoint[]): Promise<void> {
  (await sockets.prepare(pools(...places))).commit();
}

/** Descriptors that a worker is offered, by pool. */
function offered(sockets: ListeningSockets, slot: number): Record<string, number[]> {
  const offers = Object.groupBy(sockets.offersFor(slot), ({ pool }) => pool);
  return Object.fromEntries(
    Object.entries(offers).map(([pool, list]) => [pool, list!.map(({ descriptor }) => descriptor!)]),
  );
}

async function isTaken(endpoint: Endpoint): Promise<boolean> {
  try {
    (await RawClient.connect(endpoint)).close();
    return true;
  } catch {
    return false;
  }
}

/** As an upgrade passes them on. */
function inheritance(from: ListeningSockets): InheritedSockets {
  return Object.fromEntries(Object.entries(from.all).map(([key, list]) => [key, list.map(duplicate)]));
}

describe.skipIf(process.platform !== "linux")("ListeningSockets", () => {
  test("has one socket per worker and TCP address, and one per path for all of them", async () => {
    using dir = new TempDir();
    const sockets = listeningSockets(3);
    const port = freePort();
    await commit(sockets, port, dir.file("a.sock"));
    const offers = [0, 1, 2].map((slot) => offered(sockets, slot));
    expect(new Set(offers.flatMap(({ p0 }) => p0)).size).toBe(3);
    expect(offers.map(({ p0 }) => p0!.length)).toEqual([1, 1, 1]);
    expect(new Set(offers.flatMap(({ p1 }) => p1)).size).toBe(1);
    expect(offers.map(({ p1 }) => p1!.length)).toEqual([1, 1, 1]);
    expect([await isTaken(port), await isTaken(dir.file("a.sock"))]).toEqual([true, true]);
  });

  test("keeps the sockets of an address that stays, whichever pool has it", async () => {
    const sockets = listeningSockets(2);
    const [one, other] = [freePort(), freePort()];
    await commit(sockets, one, other);
    const before = [offered(sockets, 0), offered(sockets, 1)];
    await commit(sockets, other, one);
    const swapped = before.map(({ p0, p1 }) => ({ p0: p1!, p1: p0! }));
    expect([offered(sockets, 0), offered(sockets, 1)]).toEqual(swapped);
  });

  test("changes nothing until it is committed, and abort leaves nothing open", async () => {
    using dir = new TempDir();
    const sockets = listeningSockets(2);
    const [port, other] = [freePort(), freePort()];
    await commit(sockets, port);
    const [before, files] = [sockets.all, openFiles()];
    const draft = await sockets.prepare(pools(other, dir.file("a.sock")));
    expect(sockets.all).toEqual(before);
    expect(draft.offersFor(1).length).toBe(2);
    expect(await isTaken(other)).toBe(true);
    draft.abort();
    expect([sockets.all, openFiles()]).toEqual([before, files]);
    expect([isFree(other), readdirSync(dir.path)]).toEqual([true, []]);
  });

  test("an address that is taken is named, and what was opened before it is closed", async () => {
    using dir = new TempDir();
    const sockets = listeningSockets(2);
    const [port, other, taken] = [freePort(), freePort(), freePort()];
    const holder = Bun.listen({ hostname: "127.0.0.1", port: taken, socket: { data() {} } });
    await commit(sockets, port);
    const files = openFiles();
    const draft = sockets.prepare(pools(other, dir.file("a.sock"), taken));
    await expect(draft).rejects.toThrow(`listen on 127.0.0.1:${taken}: another process listens there`);
    expect([openFiles(), isFree(other), readdirSync(dir.path)]).toEqual([files, true, []]);
    expect(await isTaken(port)).toBe(true);
    holder.stop(true);
  });

  test("closes the sockets of addresses that go, with their files", async () => {
    using dir = new TempDir();
    const sockets = listeningSockets(2);
    const [port, other] = [freePort(), freePort()];
    await commit(sockets, other);
    const files = openFiles();
    await commit(sockets, other, port, dir.file("a.sock"));
    await commit(sockets, other);
    expect([openFiles(), isFree(port), readdirSync(dir.path)]).toEqual([files, true, []]);
  });

  test("moves a pool from one address of this machine to all of them, and back", async () => {
    const sockets = listeningSockets(2);
    const port = freePort();
    const listening = (host: string) =>
      pools(port).map((pool) => ({ ...pool, listen: { ...pool.listen, host } }));
    for (const host of ["127.0.0.1", "0.0.0.0", "127.0.0.1"]) {
      (await sockets.prepare(listening(host) as ReturnType<typeof pools>)).commit();
      expect(Object.keys(sockets.all)).toEqual([`${host}:${port}`]);
    }
  });

  test("gives a path the mode the file says now", async () => {
    using dir = new TempDir();
    const path = dir.file("a.sock");
    const sockets = listeningSockets(1);
    const mode = () => (statSync(path).mode & 0o777).toString(8);
    for (const wanted of ["600", "660", "600"]) {
      await commit(sockets, `${path} 0${wanted}`);
      expect(mode()).toBe(wanted);
    }
    // What an operator has changed by hand meanwhile stays as long as the file says the same.
    chmodSync(path, 0o640);
    await commit(sockets, `${path} 0600`);
    expect(mode()).toBe("640");
    await commit(sockets, path);
    expect(mode()).toBe("640");
  });

  test("closes all at the end, with the files of paths unless a successor has them", async () => {
    using dir = new TempDir();
    const path = dir.file("a.sock");
    const files = openFiles();
    for (const handedOver of [false, true]) {
      const sockets = new ListeningSockets(2);
      const port = freePort();
      await commit(sockets, port, path);
      sockets.close(handedOver);
      sockets.close(handedOver);
      expect([existsSync(path), openFiles(), isFree(port)]).toEqual([handedOver, files, true]);
    }
  });

  test("takes the place of a socket file whose process is gone, and of no other file", async () => {
    using dir = new TempDir();
    const path = dir.file("a.sock");
    const gone = new ListeningSockets(1);
    await commit(gone, path);
    gone.close(true);
    const sockets = listeningSockets(1);
    await commit(sockets, path);
    expect(await isTaken(path)).toBe(true);
    const late = listeningSockets(1).prepare(pools(path));
    await expect(late).rejects.toThrow(`listen on ${path}: another process listens there`);
    writeFileSync(dir.file("text"), "");
    const text = listeningSockets(1).prepare(pools(dir.file("text")));
    await expect(text).rejects.toThrow("the file exists and is no socket");
    expect(readdirSync(dir.path).sort()).toEqual(["a.sock", "text"]);
  });

  test("leaves a path to its listener although that is too busy to answer", async () => {
    using dir = new TempDir();
    const path = dir.file("a.sock");
    const busy = listeningSockets(1);
    (await busy.prepare(pools(path).map((pool) => ({ ...pool, backlog: 1 })))).commit();
    // Nobody accepts them.
    const waiting = [await RawClient.connect(path), await RawClient.connect(path)];
    await expect(RawClient.connect(path)).rejects.toThrow();
    await expect(listeningSockets(1).prepare(pools(path))).rejects.toThrow("another process listens there");
    for (const client of waiting) client.close();
    expect(await isTaken(path)).toBe(false);
  });

  test("opens a path as long as the system allows", async () => {
    using dir = new TempDir();
    const path = dir.file("x".repeat(107 - dir.file("/").length));
    await commit(listeningSockets(1), path);
    expect(await isTaken(path)).toBe(true);
  });
});

describe.skipIf(process.platform !== "linux")("ListeningSockets with a predecessor's", () => {
  /** Sockets of a predecessor with so many workers, as its successor gets them. */
  async function predecessor(workers: number, ...places: Endpoint[]): Promise<InheritedSockets> {
    const old = new ListeningSockets(workers);
    await commit(old, ...places);
    const inherited = inheritance(old);
    old.close(true);
    return inherited;
  }

  test.each([[1, 2], [2, 1], [3, 2], [2, 5], [2, 2]])(
    "of %d workers has %d accept on all",
    async (old, now) => {
      const port = freePort();
      const inherited = await predecessor(old, port);
      const sockets = listeningSockets(now, inherited);
      await commit(sockets, port);
      const all = Array.from({ length: now }, (_, slot) => offered(sockets, slot).p0!);
      expect(new Set(all.flat()).size).toBe(Math.max(old, now));
      expect(all.every((own) => own.length > 0)).toBe(true);
      expect(all.flat()).toEqual(expect.arrayContaining([...inherited[`127.0.0.1:${port}`]!]));
      // And it keeps them all when the configuration comes again.
      await commit(sockets, port);
      expect(Array.from({ length: now }, (_, slot) => offered(sockets, slot).p0!)).toEqual(all);
    },
  );

  test("uses a path's socket, with the mode it is to have now", async () => {
    using dir = new TempDir();
    const path = dir.file("a.sock");
    const inherited = await predecessor(2, `${path} 0600`);
    const sockets = listeningSockets(3, inherited);
    await commit(sockets, `${path} 0666`);
    expect(sockets.all).toEqual(inherited);
    expect([await isTaken(path), statSync(path).mode & 0o777]).toEqual([true, 0o666]);
  });

  test("leaves them alone when a draft is aborted", async () => {
    using dir = new TempDir();
    const [port, path] = [freePort(), dir.file("a.sock")];
    const inherited = await predecessor(1, port, path);
    const sockets = listeningSockets(2, inherited);
    const files = openFiles();
    (await sockets.prepare(pools(port, path, freePort()))).abort();
    expect([openFiles(), await isTaken(port), await isTaken(path)]).toEqual([files, true, true]);
    await commit(sockets, port, path);
    expect(sockets.all[path]).toEqual(inherited[path]!);
  });

  test("closes what no pool wants once it is told to, and not before", async () => {
    using dir = new TempDir();
    const [port, unwanted, path] = [freePort(), freePort(), dir.file("a.sock")];
    const files = openFiles();
    const inherited = await predecessor(2, port, unwanted, path);
    const sockets = listeningSockets(2, inherited);
    await commit(sockets, port);
    expect([await isTaken(unwanted), await isTaken(path)]).toEqual([true, true]);
    sockets.dropUnwanted();
    expect([isFree(unwanted), existsSync(path), openFiles()]).toEqual([true, false, files + 2]);
    sockets.dropUnwanted();
    // A pool that wants the address now gets a new socket.
    await commit(sockets, port, unwanted);
    expect(await isTaken(unwanted)).toBe(true);
  });

  test("moves to all addresses of the machine over one that it inherits", async () => {
    const port = freePort();
    const sockets = listeningSockets(1, await predecessor(1, port));
    const [pool] = pools(port);
    const everywhere = { ...pool!, listen: { kind: "tcp" as const, host: "0.0.0.0", port } };
    (await sockets.prepare([everywhere])).commit();
    sockets.dropUnwanted();
    expect(Object.keys(sockets.all)).toEqual([`0.0.0.0:${port}`]);
    closeDescriptor(duplicate(sockets.all[`0.0.0.0:${port}`]![0]!));
    expect(await isTaken(port)).toBe(true);
  });
});
