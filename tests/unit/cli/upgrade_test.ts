import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { main } from "../../../src/cli/mod.ts";
import { upgrade } from "../../../src/cli/upgrade.ts";
import { type ScriptProcess, startScript } from "../../support/script_process.ts";
import { TempDir } from "../../support/temp_dir.ts";
import { CapturedOutput } from "./captured_output.ts";

/** A process that does `what` at SIGUSR2, and writes its id to `file`. */
function holder(file: string, what: string): Promise<ScriptProcess> {
  const program = `
    const { writeFileSync, renameSync, rmSync, appendFileSync } = require("node:fs");
    process.on("SIGUSR2", () => { ${what} });
    writeFileSync(${JSON.stringify(file)}, String(process.pid));
    console.log("ready");
    setInterval(() => {}, 1000);`;
  return startScript("-e", program);
}

async function running(argv: readonly string[], deadlineMs = 10_000) {
  const output = new CapturedOutput();
  const code = await upgrade(argv, output, deadlineMs);
  return { code, out: output.outLines.join("\n"), err: output.errLines.join("\n") };
}

describe.skipIf(process.platform !== "linux")("sennit upgrade", () => {
  test("prints the process that has taken over", async () => {
    using dir = new TempDir();
    const file = dir.file("pid");
    await using successor = await holder(dir.file("other"), "");
    const take = `writeFileSync("${file}.new", "${successor.pid}"); renameSync("${file}.new", "${file}");`;
    await using _ = await holder(file, take);
    expect(await running(["-p", file])).toEqual({ code: 0, out: String(successor.pid), err: "" });
  });

  test("says so when nobody takes over in time, and when the process ends", async () => {
    using dir = new TempDir();
    const file = dir.file("pid");
    await using deaf = await holder(file, "");
    expect(await running(["--pid-file", file], 100)).toEqual({
      code: 1,
      out: "",
      err:
        `sennit: process ${deaf.pid} serves on, its successor was not ready in time; see upgrade.failed in its log`,
    });
    await using mortal = await holder(file, "process.exit(0)");
    const { err } = await running(["-p", file]);
    expect(err).toBe(`sennit: process ${mortal.pid} has ended and left no successor; see its log`);
  });

  test("gives the reason as soon as the log has it", async () => {
    using dir = new TempDir();
    const [file, log] = [dir.file("pid"), dir.file("log")];
    writeFileSync(log, "upgrade.failed long ago\nsomething el");
    const line = `x error upgrade.failed reason="it ended with 1"`;
    await using old = await holder(
      file,
      `appendFileSync("${log}", ${JSON.stringify(`se\n${line}\nmore\n`)})`,
    );
    const { code, err } = await running(["-p", file, "-o", log]);
    expect([code, err]).toEqual([1, `sennit: process ${old.pid} serves on: ${line}`]);
  });

  test("sends no signal when there is no such process", async () => {
    using dir = new TempDir();
    const file = dir.file("pid");
    const none = `sennit: pid file ${file}: there is none, or its process has ended`;
    expect((await running(["-p", file])).err).toBe(none);
    for (const text of ["", "nonsense", "99999999", "1", "-1"]) {
      writeFileSync(file, text);
      expect((await running(["-p", file])).err).toBe(none);
    }
    const log = dir.file("none.log");
    expect((await running(["-p", file, "-o", log])).err).toContain(log);
  });

  test.each([[[]], [["-p"]], [["file"]], [["-p", "file", "more"]], [["--pid-flie", "x"]]])(
    "explains itself for %j",
    async (argv) => {
      const output = new CapturedOutput();
      expect(await main(["upgrade", ...argv], output)).toBe(1);
      expect(output.errLines.join("\n")).toContain("Usage: sennit");
    },
  );
});
