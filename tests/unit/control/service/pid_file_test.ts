import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { PidFile } from "../../../../src/control/service/pid_file.ts";
import { type ScriptProcess, startScript } from "../../../support/script_process.ts";
import { TempDir } from "../../../support/temp_dir.ts";

const HOLDER = new URL("../../../support/pid_file_holder.ts", import.meta.url).pathname;
const OWN = `${process.pid}\n`;

/** Another process that claims the file; what it said, and what ends it. */
function holder(path: string, ...predecessor: number[]): Promise<ScriptProcess> {
  return startScript(HOLDER, path, ...predecessor.map(String));
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}

describe("PidFile", () => {
  test("names the process, stands alone, and is gone after release", () => {
    using dir = new TempDir();
    const file = PidFile.claim(dir.file("x.pid"));
    expect([read(file.path), readdirSync(dir.path)]).toEqual([OWN, ["x.pid"]]);
    file.release();
    expect(readdirSync(dir.path)).toEqual([]);
  });

  test("is refused while its process lives, and left as it is", async () => {
    using dir = new TempDir();
    const path = dir.file("x.pid");
    await using other = await holder(path);
    expect(other.said).toBe("claimed");
    expect(() => PidFile.claim(path)).toThrow(`pid file ${path}: process ${other.pid} has it and is running`);
    expect(read(path)).toBe(`${other.pid}\n`);
    expect(readdirSync(dir.path)).toEqual(["x.pid"]);
  });

  test("is taken from a process that was killed", async () => {
    using dir = new TempDir();
    const path = dir.file("x.pid");
    const other = await holder(path);
    await other.end("SIGKILL");
    expect(read(path)).toBe(`${other.pid}\n`);
    const file = PidFile.claim(path);
    expect(read(path)).toBe(OWN);
    file.release();
  });

  test("is taken over from the predecessor, who doesn't remove it then", async () => {
    using dir = new TempDir();
    const path = dir.file("x.pid");
    const old = await holder(path);
    await using successor = await holder(path, old.pid);
    expect(successor.said).toBe("claimed");
    await old.end("SIGTERM");
    expect(read(path)).toBe(`${successor.pid}\n`);
    expect(() => PidFile.claim(path)).toThrow(`process ${successor.pid} has it`);
    await successor.end("SIGTERM");
    expect(existsSync(path)).toBe(false);
  });

  test("is not taken over from another process than the predecessor", async () => {
    using dir = new TempDir();
    await using old = await holder(dir.file("x.pid"));
    await using other = await holder(dir.file("x.pid"), old.pid + 1);
    expect(other.said).toContain(`process ${old.pid} has it and is running`);
  });

  test("is claimed by one of many that start together", async () => {
    using dir = new TempDir();
    writeFileSync(dir.file("x.pid"), "1\n");
    const all = await Promise.all(Array.from({ length: 6 }, () => holder(dir.file("x.pid"))));
    const claimed = all.filter(({ said }) => said === "claimed");
    expect(claimed.map(({ pid }) => `${pid}\n`)).toEqual([read(dir.file("x.pid"))]);
    for (const each of all) await each.end("SIGKILL");
    expect(readdirSync(dir.path)).toEqual(["x.pid"]);
  });

  test.each(["", "nonsense\n", "99999999\n", "-1\n", "1\n", OWN])("is claimed when it holds %j", (text) => {
    using dir = new TempDir();
    const path = dir.file("x.pid");
    writeFileSync(path, text);
    PidFile.claim(path).release();
    expect(existsSync(path)).toBe(false);
  });

  test("errors name the file that can't be written", () => {
    using dir = new TempDir();
    const path = dir.file("none/x.pid");
    expect(() => PidFile.claim(path)).toThrow(`pid file ${path}: ENOENT`);
    mkdirSync(dir.file("folder"));
    expect(() => PidFile.claim(dir.file("folder"))).toThrow(`pid file ${dir.file("folder")}: EISDIR`);
    expect(readdirSync(dir.path)).toEqual(["folder"]);
  });
});

describe.skipIf(process.platform !== "linux")("PidFile of a program that locks none", () => {
  test("is refused while the process it names may have written it", async () => {
    using dir = new TempDir();
    await using other = await holder(dir.file("other.pid"));
    const path = dir.file("x.pid");
    writeFileSync(path, String(other.pid));
    expect(() => PidFile.claim(path)).toThrow(`it names process ${other.pid}, which is running`);
  });

  test("is claimed when that process was started after the file was written", async () => {
    using dir = new TempDir();
    await using other = await holder(dir.file("other.pid"));
    const path = dir.file("x.pid");
    writeFileSync(path, String(other.pid));
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(path, anHourAgo, anHourAgo);
    PidFile.claim(path).release();
  });
});
