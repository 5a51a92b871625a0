import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main, VERSION } from "../../../src/cli/mod.ts";
import { COMMANDS } from "../../../src/cli/manual.ts";
import { EVENTS } from "../../../src/control/log/events.ts";
import { CapturedOutput } from "./captured_output.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "sennit-main-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const GOOD = join(FOLDER, "good.yml");
writeFileSync(GOOD, "p: {listen: '127.0.0.1:1', redis: true, servers: ['127.0.0.1:2:1']}\n");
const BAD = join(FOLDER, "bad.yml");
writeFileSync(BAD, "p: {listen: '127.0.0.1:1', redis: true}\n");

async function running(...argv: string[]) {
  const output = new CapturedOutput();
  const code = await main(argv, output);
  return { code, out: output.outLines, err: output.errLines };
}

describe("main", () => {
  for (const argv of [["-V"], ["--version"], ["version"]]) {
    test(`prints the version and ends with 0 for ${argv[0]}`, async () => {
      expect(await running(...argv)).toEqual({ code: 0, out: [`sennit ${VERSION}`], err: [] });
    });
  }

  for (const argv of [["-h"], ["--help"], ["-?"], ["help"]]) {
    test(`prints the usage, every command and every flag for ${argv[0]}`, async () => {
      const { code, out, err } = await running(...argv);
      expect([code, err]).toEqual([0, []]);
      const text = out.join("\n");
      for (const { name, summary } of COMMANDS) {
        expect(text).toMatch(new RegExp(`^  ${name} +${summary}$`, "m"));
      }
      for (const short of "hVtDcvodsaipm") expect(text).toMatch(new RegExp(`^  -${short}, --[a-z]`, "m"));
    });
  }

  test("says what the statistics mean for -D", async () => {
    const { code, out } = await running("-D");
    expect(code).toBe(0);
    for (const name of ["client_eof", "forward_error", "server_ejected_at", "out_queue_bytes"]) {
      expect(out.some((line) => line.startsWith(`  ${name} `))).toBe(true);
    }
  });

  for (const argv of [["-t", "-c", GOOD], ["-tc", GOOD], ["run", "-t", "-c", GOOD], ["check", GOOD]]) {
    test(`checks a good file for ${argv.slice(0, -1).join(" ")}`, async () => {
      const { code, out, err } = await running(...argv);
      expect(code).toBe(0);
      expect(out[0]).toBe(`${GOOD}: nutcracker's form, 1 pool`);
      expect(err).toEqual([`sennit: configuration file '${GOOD}' syntax is ok`]);
    });
  }

  for (const argv of [["-t", "-c", BAD], ["check", BAD]]) {
    test(`checks a bad file for ${argv.slice(0, -1).join(" ")}`, async () => {
      const { code, out, err } = await running(...argv);
      expect([code, out]).toEqual([1, []]);
      expect(err[0]).toBe(`${BAD}:1:1: pool "p": the option "servers" is missing`);
    });
  }

  const misused: [argv: string[], message: string][] = [
    [["chek", "x"], 'there is no command "chek"; did you mean "check"?'],
    [["serve"], 'there is no command "serve"'],
    [["check"], "exactly one FILE is needed"],
    [["check", "a", "b"], "exactly one FILE is needed"],
    [["check", "--quiet", "a"], "unknown flag --quiet"],
    [["version", "x"], '"x" is one word too many'],
    [["demo", "x"], '"x" is one word too many'],
    [["help", "confg"], 'there is no help on "confg"; did you mean "config"?'],
    [["help", "a", "b"], "help takes one topic at a time"],
    [["run", "x.yml"], '"x.yml" is one word too many; a file is given with -c FILE'],
    [["-c"], "-c needs a value: -c FILE"],
    [["--tets-conf"], 'unknown flag --tets-conf; did you mean "--test-conf"?'],
  ];
  for (const [argv, message] of misused) {
    test(`explains itself on standard error and ends with 1 for ${argv.join(" ")}`, async () => {
      const { code, out, err } = await running(...argv);
      expect([code, out]).toEqual([1, []]);
      expect(err[0]).toBe(`sennit: ${message}`);
      expect(err[1]).toStartWith("Usage: sennit [run] [-c FILE]");
    });
  }

  test("says in one line what to do when there is no -c and no default file", async () => {
    const here = process.cwd();
    process.chdir(FOLDER);
    try {
      const line =
        'sennit: no -c FILE is given and there is no conf/nutcracker.yml; write one, or run "sennit demo" to try it out';
      expect(await running()).toEqual({ code: 1, out: [], err: [line] });
      expect(await running("-t")).toEqual({ code: 1, out: [], err: [line] });
    } finally {
      process.chdir(here);
    }
  });

  test("prints the manual of a command, asked for in either way", async () => {
    const manual = [
      "Usage: sennit check FILE",
      "",
      "Check a configuration file and print what it resolves to.",
    ];
    expect(await running("help", "check")).toEqual({ code: 0, out: manual, err: [] });
    expect(await running("check", "--help")).toEqual({ code: 0, out: manual, err: [] });
  });

  test("prints the options and the JSON Schema of a configuration file", async () => {
    expect((await running("help", "config")).out.join("\n")).toContain("| `server_failure_limit`");
    expect(JSON.parse((await running("help", "schema")).out.join("\n"))).toHaveProperty("anyOf");
  });

  test("prints the events of the log, and a unit for systemd", async () => {
    const events = (await running("help", "events")).out.join("\n");
    for (const [name, { level, meaning }] of Object.entries(EVENTS)) {
      expect(events).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${level} `, "m"));
      expect(events).toContain(meaning);
    }
    expect((await running("help", "systemd")).out).toContain("Type=notify");
  });
});
