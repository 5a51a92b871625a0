import { describe, expect, test } from "bun:test";
import type { RunOptions } from "../../../src/cli/run.ts";
import { start } from "../../../src/cli/start.ts";
import { CapturedOutput } from "./captured_output.ts";

/** Starts with a proxy that only notes what it is asked to run, and ends with 7; with 8 in the background. */
async function starting(...argv: string[]) {
  const output = new CapturedOutput();
  const asked: RunOptions[] = [];
  const run = (options: RunOptions) => Promise.resolve(asked.push(options) && 7);
  const daemons: (readonly string[])[] = [];
  const daemonize = (argv: readonly string[]) => Promise.resolve(daemons.push(argv) && 8);
  const code = await start(argv, output, { run, daemonize });
  return { code, asked, daemons, err: output.errLines, out: output.outLines };
}

describe("start", () => {
  test("runs the proxy with the file that is named, and ends as it does", async () => {
    const options = { file: "x.yml", verbosity: null, logFile: null, pidFile: null, statsDump: null };
    expect(await starting("-c", "x.yml")).toEqual({
      code: 7,
      asked: [options],
      daemons: [],
      err: [],
      out: [],
    });
  });

  test("passes on the log's level and file, and the pid file", async () => {
    const { asked } = await starting("-c", "x.yml", "-v", "6", "-o", "x.log", "-p", "x.pid");
    expect(asked).toEqual([{
      file: "x.yml",
      verbosity: 6,
      logFile: "x.log",
      pidFile: "x.pid",
      statsDump: null,
    }]);
  });

  test("opens the statistics port when one of its flags asks for it, on loopback unless told otherwise", async () => {
    const dumpOf = async (...flags: string[]) =>
      (await starting("-c", "x.yml", ...flags)).asked[0]!.statsDump;
    expect(await dumpOf("-s", "7000")).toEqual({ host: "127.0.0.1", port: 7000, intervalMs: 30_000 });
    expect(await dumpOf("-a", "0.0.0.0", "-i", "5")).toEqual({ host: "0.0.0.0", port: 22222, intervalMs: 5 });
  });

  test("starts itself in the background with all flags but -d", async () => {
    const { code, asked, daemons } = await starting("-dv6", "-c", "x.yml", "--pid-file=a b.pid", "-m", "512");
    expect([code, asked]).toEqual([8, []]);
    expect(daemons).toEqual([["--verbose=6", "--conf-file=x.yml", "--pid-file=a b.pid", "--mbuf-size=512"]]);
  });

  test("takes a level above the scale for the scale's end, as nutcracker does", async () => {
    expect((await starting("-c", "x.yml", "-v", "99")).asked[0]!.verbosity).toBe(11);
    expect((await starting("-c", "x.yml", "-v", "0")).asked[0]!.verbosity).toBe(0);
  });

  test("warns about each flag without effect, in the order of the manual, and goes on", async () => {
    const flags = ["-m", "512", "-i", "0", "-a", "h", "-s", "1"];
    const { code, err } = await starting(...flags, "-c", "x.yml");
    expect(code).toBe(7);
    expect(err).toEqual([
      "sennit: warning: -m, --mbuf-size has no effect, since buffers have no fixed size here",
    ]);
  });

  test("doesn't run the proxy when something is to be printed", async () => {
    for (const flag of ["-h", "-V", "-D"]) {
      const { code, asked, out } = await starting(flag, "-c", "x.yml");
      expect([code, asked]).toEqual([0, []]);
      expect(out).not.toEqual([]);
    }
    expect((await starting("-t", "-c", "/nonexistent/n.yml")).asked).toEqual([]);
  });
});
