import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { Log, type LogOptions } from "../../../../src/control/log/log.ts";
import { TempDir } from "../../../support/temp_dir.ts";
import { reasonWithoutTinyDisk, TinyDisk } from "../../../support/tiny_disk.ts";
import { testUnless } from "../../../support/test_unless.ts";

const dirs: TempDir[] = [];
afterEach(() => dirs.splice(0).forEach((dir) => dir.remove()));

function open(options: Partial<LogOptions> = {}) {
  const dir = new TempDir();
  dirs.push(dir);
  const file = dir.file("log");
  return { dir, file, log: new Log({ level: 5, format: "json", file, ...options }) };
}

/** The lines of a JSON log without their times. */
function entries(file: string): Record<string, unknown>[] {
  return readFileSync(file, "utf8").trimEnd().split("\n").map((line) => {
    const { time, ...rest } = JSON.parse(line);
    expect(Number.isNaN(Date.parse(time))).toBe(false);
    return rest;
  });
}

describe("Log", () => {
  test("writes events up to its level, with the level that is declared for them", () => {
    const { file, log } = open();
    log.write("client.lost", { pool: "p" });
    log.write("started", { pid: 1 });
    log.write("config.rejected");
    log.level = 3;
    log.write("started");
    log.level = 6;
    log.write("client.lost");
    expect(entries(file)).toEqual([
      { level: "notice", event: "started", pid: 1 },
      { level: "error", event: "config.rejected" },
      { level: "info", event: "client.lost" },
    ]);
  });

  test("sums up repeats at a tick, and at the end", () => {
    const { file, log } = open();
    for (let i = 0; i < 15; i++) log.write("client.fault", { pool: "p", client: `c${i}`, reason: "noise" });
    log.tick(performance.now() + 60_000);
    for (let i = 0; i < 11; i++) log.write("login.denied", { pool: "p" });
    log.flush();
    const all = entries(file);
    expect(all.length).toBe(10 + 1 + 10 + 1);
    expect(all[10]).toEqual({
      level: "notice",
      event: "client.fault",
      pool: "p",
      reason: "noise",
      suppressed: 5,
    });
    expect(all[21]).toEqual({ level: "warn", event: "login.denied", pool: "p", suppressed: 1 });
  });

  test("reopens its file after it was moved away", () => {
    const { file, log } = open();
    log.write("started");
    renameSync(file, `${file}.1`);
    log.reopen();
    log.write("stopped");
    expect([entries(`${file}.1`)[0]!.event, entries(file)[0]!.event]).toEqual(["started", "stopped"]);
  });

  test("goes on with the old file when it can't be reopened, and says so there", () => {
    const { dir, file, log } = open();
    const moved = new TempDir();
    dirs.push(moved);
    renameSync(file, moved.file("log"));
    rmSync(dir.path, { recursive: true });
    log.reopen();
    log.write("stopped");
    const [failed, stopped] = entries(moved.file("log"));
    expect(failed).toMatchObject({ level: "error", event: "log.failed" });
    expect(failed!.reason).toContain(`log file ${file} can't be opened: ENOENT`);
    expect(stopped!.event).toBe("stopped");
  });

  test("prepare and commit change what is named and nothing else", () => {
    const { dir, file, log } = open({ level: 3 });
    log.write("started");
    log.prepare({ level: 5 }).commit();
    log.write("started", { n: 1 });
    log.prepare({ level: 0, file: dir.file("never"), format: "text" }).abort();
    log.prepare({ file: dir.file("other"), format: "text" }).commit();
    log.write("stopped");
    expect(entries(file)).toEqual([{ level: "notice", event: "started", n: 1 }]);
    expect(readFileSync(dir.file("other"), "utf8")).toMatch(/^\S+ notice stopped\n$/);
  });

  test("prepare throws and changes nothing when the new file can't be opened", () => {
    const { dir, file, log } = open();
    const bad = dir.file("none/log");
    expect(() => log.prepare({ level: 3, file: bad, format: "text" })).toThrow(
      `log file ${bad} can't be`,
    );
    log.write("started");
    expect(entries(file)).toEqual([{ level: "notice", event: "started" }]);
  });

  test("the constructor throws with the file's name when it can't be opened", () => {
    expect(() => open({ file: "/nonexistent/log" })).toThrow("log file /nonexistent/log can't be opened");
  });

  testUnless(existsSync("/dev/full") ? null : "there is no /dev/full")(
    "loses lines while the disk is full, and says how many",
    () => {
      const { dir, file, log } = open();
      symlinkSync("/dev/full", dir.file("full"));
      log.prepare({ file: dir.file("full") }).commit();
      for (const pool of ["a", "b", "c"]) log.write("client.closed", { pool });
      rmSync(dir.file("full"));
      symlinkSync(file, dir.file("full"));
      log.reopen();
      log.write("started");
      log.write("stopped");
      expect(entries(file)).toEqual([
        { level: "warn", event: "log.recovered", lost: 3 },
        { level: "notice", event: "started" },
        { level: "notice", event: "stopped" },
      ]);
    },
  );
  testUnless(reasonWithoutTinyDisk())("ends half a line before the next one begins", () => {
    using disk = new TinyDisk(16 * 1024);
    const { log, dir } = open();
    const [file, filler] = [disk.file("log"), disk.file("filler")];
    writeFileSync(filler, "x".repeat(8 * 1024));
    log.prepare({ file }).commit();
    // Never summed up, since each has an id.
    for (let id = 0; id < 20; id++) log.write("membership.changed", { id, what: "x".repeat(700) });
    rmSync(filler);
    log.write("started");
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const broken = lines.filter((line) => !line.endsWith("}"));
    const whole = lines.filter((line) => line.endsWith("}")).map((line) => JSON.parse(line));
    const written = whole.filter(({ event }) => event === "membership.changed").length;
    expect(broken.length).toBe(1);
    expect(whole.at(-1).event).toBe("started");
    expect(whole.at(-2)).toMatchObject({ event: "log.recovered", lost: 20 - written });
    dir.remove();
  });
});
