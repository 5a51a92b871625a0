import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { ConfigWatch } from "../../../../src/control/settings/config_watch.ts";
import { eventually } from "../../../support/eventually.ts";
import { openFiles } from "../../../support/open_files.ts";
import { TempDir } from "../../../support/temp_dir.ts";

/** Watches files with little patience, and counts the changes. */
function watching(files: string[], { lookMs = 20, settleMs = 30, readAtMs = Infinity } = {}) {
  const state = { files, changes: 0 };
  const watch = new ConfigWatch({
    files: () => state.files,
    changed: () => void state.changes++,
    readAtMs: () => readAtMs,
    lookMs,
    settleMs,
  });
  return Object.assign(state, { [Symbol.dispose]: () => watch.close() });
}

/** Long enough for several looks, and for what changed to settle. */
async function aFewLooks(): Promise<void> {
  const until = performance.now() + 200;
  await eventually("some looks were taken", () => performance.now() > until);
}

/** Makes a change that can't be mistaken for what was there, and waits until it was noticed. */
async function notices(state: { changes: number }, change: () => void): Promise<void> {
  const before = state.changes;
  change();
  await eventually("it is noticed", () => state.changes > before);
  await aFewLooks();
  expect(state.changes).toBe(before + 1);
}

describe("ConfigWatch", () => {
  test("notices what editors and others do to a file, each once", async () => {
    using dir = new TempDir();
    const file = dir.file("a.yml");
    writeFileSync(file, "1");
    using state = watching([file]);
    await aFewLooks();
    expect(state.changes).toBe(0);
    await notices(state, () => writeFileSync(file, "22"));
    await notices(state, () => {
      writeFileSync(`${file}.new`, "333");
      renameSync(`${file}.new`, file);
    });
    await notices(state, () => {
      // As some editors do: the old file becomes the backup.
      renameSync(file, `${file}~`);
      writeFileSync(file, "4444");
    });
    await notices(state, () => appendFileSync(file, "5"));
    await notices(state, () => rmSync(file));
    await notices(state, () => writeFileSync(file, "666666"));
  });

  test("notices that a link on the way leads elsewhere", async () => {
    using dir = new TempDir();
    for (const version of ["1", "2"]) {
      mkdirSync(dir.file(version));
      writeFileSync(dir.file(`${version}/a.yml`), version);
    }
    symlinkSync("1", dir.file("current"));
    using state = watching([dir.file("current/a.yml")]);
    await aFewLooks();
    await notices(state, () => {
      symlinkSync("2", dir.file("next"));
      renameSync(dir.file("next"), dir.file("current"));
    });
  });

  test("notices what changed before it was there to see it", async () => {
    using dir = new TempDir();
    const [before, after] = [dir.file("a.yml"), dir.file("b.yml")];
    writeFileSync(before, "1");
    const readAtMs = Date.now() + 60_000;
    using unchanged = watching([before], { readAtMs });
    writeFileSync(after, "1");
    using changed = watching([after], { readAtMs: Date.now() - 60_000 });
    await eventually("it is noticed", () => changed.changes === 1);
    await aFewLooks();
    expect([unchanged.changes, changed.changes]).toEqual([0, 1]);
  });

  test("waits until a file is left alone", async () => {
    using dir = new TempDir();
    const file = dir.file("a.yml");
    writeFileSync(file, "");
    using state = watching([file], { lookMs: 5, settleMs: 60_000 });
    await aFewLooks();
    writeFileSync(file, "half a conf");
    await aFewLooks();
    expect(state.changes).toBe(0);
  });

  test("watches each of the files that matter now, and takes new ones as they are", async () => {
    using dir = new TempDir();
    const [one, other] = [dir.file("a.yml"), dir.file("key.pem")];
    for (const file of [one, other]) writeFileSync(file, "1");
    using state = watching([one]);
    await aFewLooks();
    writeFileSync(other, "22");
    state.files = [one, other];
    await aFewLooks();
    expect(state.changes).toBe(0);
    await notices(state, () => writeFileSync(other, "333"));
    state.files = [];
    writeFileSync(one, "4444");
    await aFewLooks();
    expect(state.changes).toBe(1);
  });

  test("needs no folder that can be watched", async () => {
    using dir = new TempDir();
    const file = dir.file("later/a.yml");
    using state = watching([file]);
    await aFewLooks();
    await notices(state, () => {
      mkdirSync(dir.file("later"));
      writeFileSync(file, "1");
    });
    await notices(state, () => utimesSync(file, 1, 1));
  });

  test("leaves nothing open, and is quiet, once it is closed", async () => {
    using dir = new TempDir();
    const file = dir.file("a.yml");
    writeFileSync(file, "1");
    const files = openFiles();
    let changes = 0;
    const watch = new ConfigWatch({
      files: () => [file],
      changed: () => changes++,
      readAtMs: () => Infinity,
      lookMs: 5,
      settleMs: 5,
    });
    await aFewLooks();
    watch.close();
    writeFileSync(file, "22");
    await aFewLooks();
    expect(changes).toBe(0);
    // The system's one descriptor for all that is watched may stay.
    expect(openFiles()).toBeLessThanOrEqual(files + 1);
  });
});
