/**
 * A server that runs as a child process: what it writes is kept, it can be frozen and killed, and it never outlives
 * the process that started it.
 */
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { eventually } from "./eventually.ts";
import { PATH } from "./programs.ts";
import { TempDir } from "./temp_dir.ts";

/** How long a server may take to be ready, and to end after a polite request. */
const START_MS = 10_000;
const STOP_MS = 10_000;

/** What a server is started with. */
export interface Launch {
  /** What error messages call it. */
  readonly name: string;
  /** The program's path, and its arguments. */
  readonly command: readonly string[];
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Tries to use the server: the server is ready once this gives true without throwing. */
  readonly isReady: () => boolean | Promise<boolean>;
}

/** A running server. */
export class ServerProcess implements AsyncDisposable {
  readonly #name: string;
  readonly #process: Bun.Subprocess;
  readonly #dir: TempDir;
  /** What was written, once the process has ended and its directory is gone. */
  #finalOutput: string | null = null;

  private constructor(launch: Launch, dir: TempDir) {
    this.#name = launch.name;
    this.#dir = dir;
    const output = openSync(dir.file("output"), "a");
    this.#process = Bun.spawn([...DYING_WITH_PARENT, ...launch.command], {
      stdin: "ignore",
      stdout: output,
      stderr: output,
      cwd: dir.path,
      env: { ...process.env, PATH, ...launch.env },
    });
    closeSync(output);
  }

  /**
   * Starts a server and waits until it is ready. It runs in a directory of its own.
   *
   * Errors: throws with what the server wrote when it ends instead, or isn't ready in time.
   */
  static async start(launch: Launch): Promise<ServerProcess> {
    const server = new ServerProcess(launch, new TempDir());
    try {
      const isSettled = async () => !server.isRunning || await launch.isReady();
      await eventually(`${launch.name} is ready`, isSettled, { timeoutMs: START_MS });
      if (!server.isRunning) throw new Error(`${launch.name} ended with ${await server.exited}`);
      return server;
    } catch (error) {
      await server.kill();
      throw new Error(`${(error as Error).message}\n${server.output}`);
    }
  }

  /** The process's id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Whether the process is still there, be it frozen. */
  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Settles when the process is gone, with its exit code (128 and more: by a signal). */
  get exited(): Promise<number> {
    return this.#process.exited;
  }

  /** All that the server has written so far, on standard output and standard error. */
  get output(): string {
    return this.#finalOutput ?? readFileSync(this.#dir.file("output"), "utf8");
  }

  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Stops the process where it stands: its connections stay, and once this settles nothing is answered. */
  async freeze(): Promise<void> {
    this.signal("SIGSTOP");
    // The first thread to see the signal stops the others, which may still answer meanwhile.
    if (process.platform === "linux") {
      await eventually(`${this.#name} stands still`, () => this.#standsStill());
    }
  }

  /** Lets a frozen process go on. */
  thaw(): void {
    this.signal("SIGCONT");
  }

  /** Resident memory. Units: bytes. */
  rss(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  }

  /** Asks the process to end and waits for it. Errors: throws, having killed it, when it doesn't in time. */
  async stop(): Promise<number> {
    if (this.isRunning) {
      this.thaw();
      this.signal("SIGTERM");
    }
    try {
      await eventually(`${this.#name} ends after SIGTERM`, () => !this.isRunning, { timeoutMs: STOP_MS });
    } finally {
      await this.kill();
    }
    return await this.exited;
  }

  /** Ends the process at once, as a crash would, and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited;
    this.#finalOutput ??= this.output;
    this.#dir.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #standsStill(): boolean {
    const threads = `/proc/${this.pid}/task`;
    return readdirSync(threads).every((id) =>
      /^State:\s+T/m.test(readFileSync(`${threads}/${id}/status`, "utf8"))
    );
  }
}

/** A prefix that has Linux kill the child when this process ends in whatever way; elsewhere nothing. */
const DYING_WITH_PARENT: readonly string[] = process.platform === "linux" && Bun.which("setpriv") !== null
  ? ["setpriv", "--pdeathsig", "KILL", "--"]
  : [];
