/** What `sennit completions` and `sennit help man` print, in the hands of the shells and of groff themselves. */
import { describe, expect, test } from "bun:test";
import { findProgram, reasonToSkip } from "../support/programs.ts";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");

function printed(...argv: string[]): string {
  const { stdout, exitCode } = Bun.spawnSync([process.execPath, "--no-install", `${ROOT}/mod.ts`, ...argv]);
  expect(exitCode).toBe(0);
  return stdout.toString();
}

function running(program: string, argv: string[], stdin = ""): { out: string; err: string } {
  const { stdout, stderr } = Bun.spawnSync([findProgram(program), ...argv], { stdin: Buffer.from(stdin) });
  return { out: stdout.toString(), err: stderr.toString() };
}

describe.skipIf(reasonToSkip("fish") !== null)("fish", () => {
  test("offers commands, topics and flags with what they mean", () => {
    const script = printed("completions", "fish");
    const offered = (line: string) => running("fish", ["-c", `source; complete -C '${line}'`], script);
    expect(offered("sennit upg").err).toBe("");
    expect(offered("sennit upg").out).toMatch(/^upgrade\tHave a running proxy/);
    expect(offered("sennit help sch").out).toBe("schema\n");
    expect(offered("sennit upgrade --pid").out).toMatch(/^--pid-file\tThe file that names/);
    expect(offered("sennit --conf").out).toMatch(/^--conf-file\tConfiguration file/);
  });
});

describe.skipIf(reasonToSkip("zsh") !== null)("zsh", () => {
  test("reads its script without complaint and hands the right flags to its own helper", () => {
    const script = printed("completions", "zsh");
    const trial = `_arguments() { print -l -- "$@" }\nwords=(sennit upgrade -) CURRENT=3\n`;
    const { out, err } = running("zsh", ["-f"], `${trial}${script}`);
    expect(err).toBe("");
    expect(out.split("\n").filter((line) => /-(p|o|-pid-file|-output)\[/.test(line)).length).toBe(4);
  });
});

describe.skipIf(reasonToSkip("groff") !== null)("groff", () => {
  test("has nothing to warn of in the manual page, and shows flags with plain hyphens", () => {
    const { out, err } = running("groff", ["-man", "-Tascii", "-ww", "-P-cbou"], printed("help", "man"));
    expect(err).toBe("");
    expect(out).toContain("-c, --conf-file FILE");
  });
});
