/**
 * Calls between two processes with a channel for messages between them: each side calls the other's methods as if
 * they were its own. Arguments and results are copied, as `structuredClone` would copy them.
 *
 *     ask   ▸ {call: 7, method, args}          ▸ target[method](…args)
 *           ◂ {reply: 7, result or error}      ◂
 *     tell  ▸ {call: 0, method, args}          ▸ target[method](…args)
 */

/** What goes through the channel: a call, or the reply to one. */
type Message = Call | Reply;
type Call = { readonly call: number; readonly method: string; readonly args: readonly unknown[] };
type Reply = { readonly reply: number; readonly result?: unknown; readonly error?: string };

/** The number of calls that get no reply. */
const TOLD = 0;

/** What a call fails with when the other side is gone. */
export class OtherSideGone extends Error {}

/** The methods of one side: those that answer, and those that are only told. */
export interface MethodNames<Api> {
  readonly asked: readonly (keyof Api & string)[];
  readonly told: readonly (keyof Api & string)[];
}

/** A call that waits for its reply. */
interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

// deno-lint-ignore no-explicit-any
type Target = Readonly<Record<string, (...args: any[]) => unknown>>;

/** One end of the channel. */
export class RemoteCalls<Theirs> {
  /** The other side's methods. Errors: a call fails with the other side's message, or with `OtherSideGone`. */
  readonly theirs: Theirs;
  readonly #send: (message: Message) => void;
  readonly #ours: Target;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #gone = "";

  /** `send` puts a message into the channel, `ours` are the methods for the other side, `names` those it has. */
  constructor(send: (message: unknown) => void, ours: object, names: MethodNames<Theirs>) {
    this.#send = send;
    this.#ours = ours as Target;
    const asked = names.asked.map((name) => [name, (...args: unknown[]) => this.#ask(name, args)]);
    const told = names.told.map((name) => [name, (...args: unknown[]) => this.#tell(name, args)]);
    this.theirs = Object.fromEntries([...asked, ...told]);
  }

  /** A message came. */
  received(message: unknown): void {
    const known = message as Message;
    if ("call" in known) void this.#serve(known);
    else this.#settle(known);
  }

  /** The other side is gone: what waits for it fails, and what will be asked of it. */
  close(reason: string): void {
    this.#gone = reason;
    for (const { reject } of this.#waiting.values()) reject(new OtherSideGone(reason));
    this.#waiting.clear();
  }

  #tell(method: string, args: readonly unknown[]): void {
    this.#post({ call: TOLD, method, args });
  }

  #ask(method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#gone !== "") return Promise.reject(new OtherSideGone(this.#gone));
    const call = ++this.#calls;
    const answer = new Promise((resolve, reject) => this.#waiting.set(call, { resolve, reject }));
    this.#post({ call, method, args });
    return answer;
  }

  async #serve({ call, method, args }: Call): Promise<void> {
    try {
      const result = await this.#ours[method]!(...args);
      if (call !== TOLD) this.#post({ reply: call, result });
    } catch (error) {
      if (call === TOLD) throw error;
      this.#post({ reply: call, error: (error as Error).message });
    }
  }

  #settle(message: Reply): void {
    const waiting = this.#waiting.get(message.reply);
    this.#waiting.delete(message.reply);
    if (message.error !== undefined) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.result);
  }

  /** A channel that is closing drops messages; whoever waits is told by `close`. */
  #post(message: Message): void {
    try {
      this.#send(message);
    } catch {
      // Said by `close`, which follows.
    }
  }
}
