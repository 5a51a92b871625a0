/** `sennit top`, in front of a proxy that is busy, of one that wants a token, and of none. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { PYTHON, reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { runSennit, sennitCommand, startSennit } from "../support/sennit.ts";
import { Watched } from "./watched.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "sennit-top-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** Runs the command behind it on a terminal of 24 × 80, types `q` once figures are there, prints what it saw. */
const ON_A_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
child, terminal = pty.fork()
if child == 0: os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
seen = b""
while True:
    try: seen += os.read(terminal, 4096)
    except OSError: break
    if b"CONN" in seen: os.write(terminal, b"q")
    if b"[?1049l" in seen: break
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

describe.skipIf(reasonToSkip("redis-server", "python3") !== null)("sennit top", () => {
  test("prints one look where there is no terminal, with what was asked meanwhile", async () => {
    await using server = await RedisServer.start();
    const pool = { listen: freePort(), servers: [`${server.address}:1 alpha`], options: { hash: "murmur" } };
    await using watched = await Watched.start([pool]);
    using client = await watched.connect();
    const url = `http://127.0.0.1:${watched.admin}`;
    const looking = runSennit("top", "-a", url);
    let isOver = false;
    void looking.then(() => (isOver = true));
    while (!isOver) await client.command("GET", "a");
    const { exitCode, stdout, stderr } = await looking;
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Sennit \d.* workers 1 /);
    expect(stdout).toMatch(/\nmain \(redis\) +1\/1 live +[1-9]/);
    expect(stdout).toMatch(/\n {2}alpha +live +[1-9].*\d(us|ms)/);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("lives on a terminal until q is typed, and leaves it as it was", async () => {
    await using server = await RedisServer.start();
    await using watched = await Watched.start([{ listen: freePort(), servers: [server] }]);
    const command = [...sennitCommand(), "top", "-a", `http://127.0.0.1:${watched.admin}`];
    const child = Bun.spawn([PYTHON, "-c", ON_A_TERMINAL, ...command], { stdout: "pipe" });
    const seen = await child.stdout.text();
    expect(await child.exited).toBe(0);
    expect(seen.startsWith("\x1b[?1049h\x1b[?25l")).toBe(true);
    expect(seen).toContain("main (redis)");
    expect(seen).toContain("\x1b[?25h\x1b[?1049l");
  });

  test("brings the token that the endpoint wants, and says it when it is wrong", async () => {
    await using server = await RedisServer.start();
    const [right, wrong] = [join(FOLDER, "right"), join(FOLDER, "wrong")];
    writeFileSync(right, "s3cret\n");
    writeFileSync(wrong, "other\n");
    const admin = freePort();
    const pool = { listen: freePort(), servers: [server] };
    const instance = `admin: { listen: "127.0.0.1:${admin}", token_file: ${right} }`;
    const pools = poolConfig(pool).replaceAll(/^(?=.)/gm, "  ");
    await using _proxy = await startSennit(`${instance}\npools:\n${pools}`);
    const url = `http://127.0.0.1:${admin}`;
    expect((await runSennit("top", "-1", "-a", url, "-k", right)).exitCode).toBe(0);
    const refused = await runSennit("top", "-1", "-a", url, "-k", wrong);
    expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain("401");
    expect(refused.stderr).not.toContain("other");
  });

  test("says that there is nobody", async () => {
    const url = `http://127.0.0.1:${freePort()}`;
    const { exitCode, stderr } = await runSennit("top", "-1", "-a", url);
    expect([exitCode, stderr]).toEqual([1, `sennit: ${url} can't be reached: ECONNREFUSED\n`]);
  });
});
