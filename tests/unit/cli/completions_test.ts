import { describe, expect, test } from "bun:test";
import { completions } from "../../../src/cli/completions.ts";
import { manPage } from "../../../src/cli/man_page.ts";
import { COMMANDS, HELP_TOPICS, RUN_FLAGS } from "../../../src/cli/manual.ts";
import { CapturedOutput } from "./captured_output.ts";

const NAMES = COMMANDS.map(({ name }) => name);
const FLAGS = RUN_FLAGS.flatMap(({ short, name }) => [`-${short}`, `--${name}`]);

function scriptFor(shell: string): string {
  const output = new CapturedOutput();
  expect(completions(shell, output)).toBe(0);
  return output.outLines.join("\n");
}

/** What bash would offer behind these words, the last of which is being typed. */
function offered(...words: string[]): string[] {
  const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}) COMP_CWORD=${words.length - 1}`;
  const script = `${scriptFor("bash")}\n${line}\n_sennit\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = Bun.spawnSync(["bash", "-c", script], { cwd: import.meta.dir });
  expect(stderr.toString()).toBe("");
  return stdout.toString().split("\n").filter((word) => word !== "");
}

describe("completions in bash", () => {
  test("offers the commands and the flags of run first", () => {
    expect(offered("sennit", "").toSorted()).toEqual([...NAMES, ...FLAGS].toSorted());
    expect(offered("sennit", "up")).toEqual(["upgrade"]);
    expect(offered("sennit", "--conf")).toEqual(["--conf-file"]);
  });

  test("offers a command's own flags and words", () => {
    expect(offered("sennit", "upgrade", "-")).toEqual(["-p", "--pid-file", "-o", "--output"]);
    expect(offered("sennit", "completions", "")).toEqual(["bash", "zsh", "fish"]);
    expect(offered("sennit", "help", "").toSorted()).toEqual([...NAMES, ...HELP_TOPICS].toSorted());
    expect(offered("sennit", "version", "")).toEqual([]);
  });

  test("offers files where a file is meant, and nothing where something else is", () => {
    const file = "completions_test.ts";
    for (const words of [["-c"], ["--conf-file"], ["-v", "5", "-c"], ["check"], ["upgrade", "-p"]]) {
      expect(offered("sennit", ...words, "complet")).toEqual([file]);
    }
    expect(offered("sennit", "-s", "complet")).toEqual([]);
  });

  test("offers the flags of run behind its other flags", () => {
    expect(offered("sennit", "-d", "--ver").toSorted()).toEqual(["--verbose", "--version"]);
  });
});

for (const shell of ["zsh", "fish"]) {
  test(`completions for ${shell} name every command and flag`, () => {
    const script = scriptFor(shell);
    for (const { name, flags } of COMMANDS) {
      expect(script).toContain(name);
      for (const flag of flags) expect(script).toContain(flag.name);
    }
  });
}

test("the manual page names every command and flag, and no line of it is taken for a request by mistake", () => {
  const page = manPage();
  for (const { name, flags } of COMMANDS) {
    expect(page).toContain(`.SS ${name}\n`);
    for (const flag of flags) expect(page).toContain(`\\-\\-${flag.name.replaceAll("-", "\\-")}`);
  }
  const requests = page.split("\n").filter((line) => /^[.']/.test(line)).map((line) => line.split(" ")[0]);
  expect([...new Set(requests)].toSorted()).toEqual([
    ".B",
    ".BR",
    ".SH",
    ".SS",
    ".TH",
    ".TP",
    ".br",
    ".fi",
    ".nf",
  ]);
});
