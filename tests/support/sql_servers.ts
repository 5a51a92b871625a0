/** Database servers of a test's own, in temporary directories. They refuse to be root, so that they run as their own users then. */
import { chownSync } from "node:fs";
import { SQL } from "bun";
import { freePort } from "./free_port.ts";
import { findProgram } from "./programs.ts";
import { ServerProcess } from "./server_process.ts";
import { TempDir } from "./temp_dir.ts";

/** A database server with an empty database. */
export class SqlServer implements AsyncDisposable {
  private constructor(
    /** As the store's command line takes it. */
    readonly url: string,
    private process: ServerProcess,
    private readonly dir: TempDir,
    private readonly launch: () => Promise<ServerProcess>,
  ) {}

  static async postgres(): Promise<SqlServer> {
    const user = userFor("postgres");
    const dir = user.directory();
    const data = dir.file("data");
    user.run([findProgram("initdb"), "-D", data, "-A", "trust", "-U", "postgres"]);
    const port = freePort();
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const command = [
      findProgram("postgres"),
      "-D",
      data,
      "-p",
      String(port),
      "-k",
      dir.path,
      "-h",
      "127.0.0.1",
    ];
    const launch = () => user.start("postgres", command, url);
    return new SqlServer(url, await launch(), dir, launch);
  }

  static async mariadb(): Promise<SqlServer> {
    const user = userFor("mysql");
    const dir = user.directory();
    const data = `--datadir=${dir.file("data")}`;
    const install = findProgram("mariadb-install-db");
    user.run([install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"]);
    const port = freePort();
    const url = `mysql://root@127.0.0.1:${port}/mysql`;
    // deno-fmt-ignore
    const command = [
      findProgram("mariadbd"), "--no-defaults", data, `--port=${port}`, "--bind-address=127.0.0.1",
      `--socket=${dir.file("socket")}`, `--pid-file=${dir.file("pid")}`,
    ];
    const launch = () => user.start("mariadb", command, url);
    const server = new SqlServer(url.replace(/mysql$/, "sennit"), await launch(), dir, launch);
    const sql = new SQL(url, { max: 1 });
    await sql.unsafe("CREATE DATABASE sennit");
    await sql.close();
    return server;
  }

  /** Ends the server, does something without it, and starts it again. */
  async restart(meanwhile: () => Promise<void>): Promise<void> {
    this.process.signal("SIGQUIT");
    await this.process.exited;
    await meanwhile();
    this.process = await this.launch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its children end by themselves when they see it gone, but not at once.
    await this.process.stop();
    this.dir.remove();
  }
}

/** Whoever a server runs as. */
class ServerUser {
  readonly #prefix: readonly string[];

  constructor(readonly ids: { readonly uid: number; readonly gid: number } | null) {
    this.#prefix = ids === null
      ? []
      : ["setpriv", "--reuid", String(ids.uid), "--regid", String(ids.gid), "--clear-groups", "--"];
  }

  directory(): TempDir {
    const dir = new TempDir();
    if (this.ids !== null) chownSync(dir.path, this.ids.uid, this.ids.gid);
    return dir;
  }

  /** Runs a program to its end. Errors: throws what it says when it fails. */
  run(command: readonly string[]): void {
    const { success, stdout, stderr } = Bun.spawnSync([...this.#prefix, ...command], { cwd: "/" });
    if (!success) throw new Error(`${command[0]}: ${stdout}${stderr}`);
  }

  start(name: string, command: readonly string[], url: string): Promise<ServerProcess> {
    // To become another user is to lose what has it die with its parent.
    const mortal = this.ids === null ? [] : ["setpriv", "--pdeathsig", "KILL", "--"];
    return ServerProcess.start({
      name,
      command: [...this.#prefix, ...mortal, ...command],
      isReady: async () => {
        const sql = new SQL(url, { max: 1, connectionTimeout: 1 });
        try {
          await sql.unsafe("SELECT 1");
          return true;
        } finally {
          await sql.close({ timeout: 0 });
        }
      },
    });
  }
}

function userFor(name: string): ServerUser {
  if (process.getuid?.() !== 0) return new ServerUser(null);
  const id = (flag: string) => Number(Bun.spawnSync(["id", flag, name]).stdout.toString().trim());
  return new ServerUser({ uid: id("-u"), gid: id("-g") });
}
