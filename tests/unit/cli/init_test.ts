import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Asker, init } from "../../../src/cli/init.ts";
import { loadConfig } from "../../../src/config/mod.ts";
import { CapturedOutput } from "./captured_output.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "sennit-init-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

async function running(argv: string[], ask: Asker = null) {
  const output = new CapturedOutput();
  const code = await init(argv, output, ask);
  return { code, out: output.outLines, err: output.errLines };
}

function poolOf(text: string) {
  const { listen, protocol, servers } = loadConfig(text, "f").config!.pools[0]!;
  return { listen, protocol, servers: servers.map(({ name, weight }) => `${name} ${weight}`) };
}

describe("sennit init", () => {
  test("without a terminal and flags, prints a file with one server on this machine", async () => {
    const { code, out, err } = await running([]);
    expect([code, err]).toEqual([0, []]);
    expect(poolOf(out.join("\n"))).toEqual({
      listen: { kind: "tcp", host: "127.0.0.1", port: 22121 },
      protocol: "redis",
      servers: ["127.0.0.1:6379 1"],
    });
  });

  test("takes flags, gives servers the weight that people leave out, and writes the file", async () => {
    const file = join(FOLDER, "new.yml");
    const servers = "10.0.0.1:11211 a, [::1]:11212,/tmp/x.sock,h:1:3 b";
    const { code, out, err } = await running([
      "-o",
      file,
      "-P",
      "memcached",
      "-l",
      "127.0.0.1:1",
      "-s",
      servers,
    ]);
    expect([code, out]).toEqual([0, []]);
    expect(err).toEqual([`sennit: wrote ${file}; run it with: sennit -c ${file}`]);
    const pool = poolOf(readFileSync(file, "utf8"));
    expect(pool.protocol).toBe("memcached");
    expect(pool.servers.toSorted()).toEqual(["/tmp/x.sock: 1", "::1:11212 1", "a 1", "b 3"].toSorted());
  });

  test("asks what no flag says, and takes an empty answer for the usual one", async () => {
    const asked: string[] = [];
    const answers = ["memcached", ""];
    const { code, out } = await running(["-l", "127.0.0.1:9"], (question) => {
      asked.push(question);
      return Promise.resolve(answers.shift()!);
    });
    expect(code).toBe(0);
    expect(asked).toEqual([
      "What do the servers speak, redis or memcached? [redis] ",
      "Which servers are there? Addresses, with commas between them [127.0.0.1:11211] ",
    ]);
    expect(poolOf(out.join("\n")).servers).toEqual(["127.0.0.1 1"]);
  });

  test("leaves a file alone that is there", async () => {
    const file = join(FOLDER, "mine.yml");
    writeFileSync(file, "mine");
    const { code, err } = await running(["-o", file]);
    expect([code, err]).toEqual([1, [`sennit: ${file} exists and stays as it is`]]);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  test("says what is wrong with a choice, and writes nothing", async () => {
    const file = join(FOLDER, "never.yml");
    const { code, err } = await running(["-o", file, "-P", "memcachd", "-s", "10.0.0.1"]);
    expect(code).toBe(1);
    expect(err.join("\n")).toContain(`"memcachd" is not a protocol; did you mean "memcached"?`);
    expect(err.join("\n")).toContain(`"10.0.0.1" is not host:port:weight`);
    expect(existsSync(file)).toBe(false);
  });
});
