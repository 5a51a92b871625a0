import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "../../../src/cli/check.ts";
import { CapturedOutput } from "./captured_output.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "sennit-check-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** Checks a file with this content; the file's name is cut to its last part in what was written. */
async function checking(content: string | Uint8Array) {
  const file = join(FOLDER, "n.yml");
  writeFileSync(file, content);
  const output = new CapturedOutput();
  const code = await check(file, output);
  const short = (line: string) => line.replaceAll(file, "n.yml");
  return { code, out: output.outLines.map(short), err: output.errLines.map(short) };
}

const GOOD = `
alpha:
  listen: 127.0.0.1:22121
  redis: true
  redis_auth: hunter2
  timeout: 400
  hash: murmur
  servers:
  - 127.0.0.1:6379:1
  - 127.0.0.1:6380:2 second
`;

test("check prints what a good file resolves to, and ends with 0", async () => {
  const { code, out, err } = await checking(GOOD);
  expect(code).toBe(0);
  expect(err).toEqual(["sennit: configuration file 'n.yml' syntax is ok"]);
  expect(out.slice(0, 3)).toEqual(["n.yml: nutcracker's form, 1 pool", "", 'pool "alpha"']);
  expect(out).toContain("  listen                127.0.0.1:22121");
  expect(out).toContain("  distribution          ketama           (default)");
  expect(out).toContain("  timeout               400 ms");
  expect(out).toContain("  redis_auth            ********");
  const servers = out.indexOf("  servers");
  expect(out.slice(servers + 1, servers + 4)).toEqual([
    "    name            address         weight",
    "    127.0.0.1:6379  127.0.0.1:6379  1",
    "    second          127.0.0.1:6380  2",
  ]);
  expect(out).toContain("  limits.total_bytes     2gb             (default)");
});

test("check says which form a file has, and how many pools", async () => {
  const pool = (port: number) => `{listen: '127.0.0.1:${port}', redis: true, servers: ['a:1:1']}`;
  const { out } = await checking(`pools: {a: ${pool(1)}, b: ${pool(2)}}\n`);
  expect(out[0]).toBe("n.yml: sennit's form, 2 pools");
  expect(out.filter((line) => line.startsWith("pool "))).toEqual(['pool "a"', 'pool "b"']);
});

test("check prints every fault of a bad file and their number, nothing else, and ends with 1", async () => {
  expect(await checking("p:\n  listen: x\n  hash: md6\n  servers:\n  - a:1:1\n  - a:1:0\n")).toEqual({
    code: 1,
    out: [],
    err: [
      'n.yml:2:11: pool "p": listen: "x" has no port; write host:port or /path',
      'n.yml:3:9: pool "p": hash: "md6" is not a hash; did you mean "md5"?',
      'n.yml:6:5: pool "p": servers[1]: weight 0 is not in 1..2147483647',
      "sennit: configuration file 'n.yml' syntax is invalid: 3 faults",
    ],
  });
});

test("check warns and ends with 0 when a file is good but doubtful", async () => {
  const { code, err } = await checking(
    GOOD.replace("murmur", "fnv1a_64"),
  );
  expect(code).toBe(0);
  expect(err.map((line) => line.split(":")[0])).toEqual(["warning", "sennit"]);
});

test("check reports a file that isn't there, is a directory, or isn't UTF-8", async () => {
  const cases: [file: string, reason: string][] = [
    [join(FOLDER, "none.yml"), "there is no such file"],
    [FOLDER, "it is a directory"],
  ];
  for (const [file, reason] of cases) {
    const output = new CapturedOutput();
    expect(await check(file, output)).toBe(1);
    expect(output.errLines[0]).toBe(`${file}: can't be read: ${reason}`);
    expect(output.errLines[1]).toEndWith("syntax is invalid: 1 fault");
  }
  expect((await checking(new Uint8Array([0x61, 0x3a, 0x20, 0xff]))).err[0]).toBe(
    "n.yml: can't be read: it is not UTF-8 text",
  );
});
