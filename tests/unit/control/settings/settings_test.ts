/** What becomes of operators' changes when the store or the workers don't do as they should. */
import { beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { type StoredDocument, StoreError, type Version } from "../../../../src/coordination/mod.ts";
import { readConfigFile } from "../../../../src/control/settings/config_file.ts";
import { ChangeRefused } from "../../../../src/control/instance.ts";
import { addServer } from "../../../../src/control/settings/membership.ts";
import { Settings } from "../../../../src/control/settings/settings.ts";
import type { Supervisor } from "../../../../src/control/supervisor.ts";
import { Topology } from "../../../../src/control/topology/topology.ts";
import { MemoryPlace, MemoryStore } from "../../../support/memory_store.ts";
import { TempDir } from "../../../support/temp_dir.ts";

/** A store whose next write goes wrong. */
class FaultyStore extends MemoryStore {
  /** Called instead of the next write, with that write. */
  faults: ((write: () => Promise<Version>) => Promise<Version>)[] = [];

  override write(value: unknown, over: Version | null): Promise<Version> {
    const write = () => super.write(value, over);
    const fault = this.faults.shift();
    return fault === undefined ? write() : fault(write);
  }
}

const uncertain = () => Promise.reject(new StoreError("uncertain", "it may not last"));

let place: MemoryPlace;
let store: FaultyStore;
let failed: string[];
let refuse: string | null;
let supervisor: Supervisor;

beforeEach(() => {
  place = new MemoryPlace();
  store = new FaultyStore(place);
  failed = [];
  refuse = null;
});

async function open(): Promise<Settings> {
  using dir = new TempDir();
  const file = dir.file("sennit.yml");
  writeFileSync(file, "p: { listen: 127.0.0.1:1, servers: [127.0.0.1:1:1 a, 127.0.0.1:2:1 b] }\n");
  const read = await readConfigFile(file);
  const { config } = read;
  if (config === null) throw new Error(JSON.stringify(read.faults));
  const fake = {
    config,
    topology: new Topology().with(config, {}, 0),
    apply(next: typeof config) {
      if (refuse !== null) return Promise.reject(new Error(refuse));
      fake.config = next;
      fake.topology = fake.topology.with(next, {}, 0);
      return Promise.resolve();
    },
  };
  supervisor = fake as unknown as Supervisor;
  const watcher = { dropped() {}, failed: ({ message }: StoreError) => void failed.push(message) };
  return await Settings.open({ ...read, config }, store, watcher);
}

const servers = () => supervisor.config.pools[0]!.servers.map(({ name }) => name).sort();
const add = (settings: Settings, name: string, port: number) =>
  settings.changeMembers(
    supervisor,
    "p",
    null,
    (members) => addServer(members, `127.0.0.1:${port}:1 ${name}`),
  );

describe("an operator's change", () => {
  test("is not undone by what was seen in the store before it", async () => {
    const settings = await open();
    await add(settings, "c", 3);
    await add(settings, "d", 4);
    expect(await settings.adopt(supervisor)).toBeNull();
    expect(servers()).toEqual(["a", "b", "c", "d"]);
  });

  test("of somebody else is taken over, the last one there is", async () => {
    const settings = await open();
    await add(settings, "c", 3);
    const [text, other] = [place.text!, await open()];
    place.set(JSON.parse(text.replaceAll("127.0.0.1:3", "127.0.0.1:9")));
    await add(other, "x", 5).catch(() => {});
    expect((await settings.adopt(supervisor))!.changes.join()).toContain("127.0.0.1:9");
    expect(settings.version).toBe(place.document!.version);
  });

  test("stands when the store is gone, and is kept again with the next one", async () => {
    const settings = await open();
    await add(settings, "c", 3);
    const text = place.text!;
    place.text = null;
    await expect(settings.adopt(supervisor)).rejects.toThrow(/^memory is gone; what it had stays in force/);
    expect(await settings.adopt(supervisor)).toBeNull();
    expect(servers()).toEqual(["a", "b", "c"]);
    await add(settings, "d", 4);
    expect(servers()).toEqual(["a", "b", "c", "d"]);
    expect(JSON.stringify(place.document)).toContain("127.0.0.1:3:1 c");
    // It comes back as it was.
    place.set(JSON.parse(text));
    await settings.adopt(supervisor);
    expect(servers()).toEqual(["a", "b", "c"]);
  });

  test("stands when the store doesn't know whether it has it, and has", async () => {
    const settings = await open();
    store.faults.push((write) => write().then(uncertain));
    await add(settings, "c", 3);
    expect([servers(), failed]).toEqual([["a", "b", "c"], ["it may not last"]]);
    expect(await settings.adopt(supervisor)).toBeNull();
    await add(settings, "d", 4);
    expect(servers()).toEqual(["a", "b", "c", "d"]);
  });

  test("is refused when the store doesn't know whether it has it, and has not", async () => {
    const settings = await open();
    store.faults.push(uncertain);
    await expect(add(settings, "c", 3)).rejects.toThrow(new ChangeRefused("failed", "it may not last"));
    expect([servers(), place.document as StoredDocument | null]).toEqual([["a", "b"], null]);
  });

  test("that workers refuse is taken back, and says why", async () => {
    const settings = await open();
    refuse = "worker 1: no answer within 5000 ms";
    await expect(add(settings, "c", 3)).rejects.toThrow(new ChangeRefused("failed", refuse));
    refuse = null;
    expect(await settings.adopt(supervisor)).toBeNull();
    await add(settings, "d", 4);
    expect(servers()).toEqual(["a", "b", "d"]);
  });

  test("that workers refuse and the store keeps says both, and is not adopted as somebody else's", async () => {
    const settings = await open();
    refuse = "worker 1: no answer within 5000 ms";
    store.faults.push((write) => write(), () => Promise.reject(new StoreError("unavailable", "disk full")));
    await expect(add(settings, "c", 3)).rejects.toThrow(
      `${refuse}; the store has it still, for the next start: disk full`,
    );
    refuse = null;
    expect(await settings.adopt(supervisor)).toBeNull();
    expect(servers()).toEqual(["a", "b"]);
    // The next one that succeeds replaces it.
    await add(settings, "d", 4);
    expect(servers()).toEqual(["a", "b", "d"]);
    expect(place.text).not.toContain("127.0.0.1:3");
  });
});
