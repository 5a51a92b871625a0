/** The socket of a service manager, as systemd has one: what services say there is kept. It is a process of Python's. */
import { eventually } from "./eventually.ts";
import { PYTHON } from "./programs.ts";

const PROGRAM = new URL("notify_socket.py", import.meta.url).pathname;

/** A bound socket. */
export class NotifySocket implements AsyncDisposable {
  readonly #process: Bun.Subprocess<"ignore", "pipe", "inherit">;
  /** Every message so far. */
  readonly messages: string[] = [];

  private constructor(readonly address: string) {
    this.#process = Bun.spawn([PYTHON, PROGRAM, address], { stdio: ["ignore", "pipe", "inherit"] });
  }

  /** Binds `address`: a path, or `@name`. */
  static async bind(address: string): Promise<NotifySocket> {
    const socket = new NotifySocket(address);
    void socket.#read();
    await eventually("the socket is bound", () => socket.messages.length > 0);
    socket.messages.shift();
    return socket;
  }

  /** Waits for a message that has this line. */
  async until(line: string): Promise<string> {
    const find = () => this.messages.find((message) => message.split("\n").includes(line));
    return (await eventually(`${line} is said`, find))!;
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const chunk of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      this.messages.push(...lines.map((line) => JSON.parse(line)));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await this.#process.exited;
  }
}
