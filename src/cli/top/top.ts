/** `sennit top`: what a running proxy does, live. */
import { AdminClient, AdminFailure } from "../admin_client.ts";
import { splitArguments, UsageError } from "../args.ts";
import { TOP_FLAGS } from "../manual.ts";
import type { Output } from "../output.ts";
import { frame } from "./frame.ts";
import { readSamples } from "./samples.ts";
import { type Look, viewOf } from "./view.ts";

/** Where the terminal's size isn't known. */
const USUAL_SIZE = { columns: 80, rows: 1000 };
const HOME_AND_CLEAR = "\x1b[H\x1b[2J";
const OWN_SCREEN = "\x1b[?1049h\x1b[?25l";
const FORMER_SCREEN = "\x1b[?25h\x1b[?1049l";

/**
 * Shows figures until the user has enough, or once with `--once`, which is also what happens where there is no terminal.
 *
 * Shape: the exit code; 1 when the proxy can't be asked to begin with.
 */
export async function top(argv: readonly string[], output: Output): Promise<number> {
  const { flags, words } = splitArguments(argv, TOP_FLAGS);
  if (words.length > 0) throw new UsageError(`${JSON.stringify(words[0])} is one word too many`);
  const seconds = Number(flags.get("interval") ?? 1);
  try {
    const client = new AdminClient(flags);
    const first = await look(client);
    if (flags.has("once") || !process.stdout.isTTY) {
      await Bun.sleep(seconds * 1000);
      output.out(frame(viewOf(first, await look(client)), USUAL_SIZE.columns, USUAL_SIZE.rows).join("\n"));
    } else {
      await show(client, first, seconds);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof AdminFailure)) throw error;
    output.err(`sennit: ${error.message}`);
    return 1;
  }
}

async function look(client: AdminClient): Promise<Look> {
  const [metrics, pools] = await Promise.all([client.text("/metrics"), client.text("/pools")]);
  return { atMs: performance.now(), samples: readSamples(metrics), pools: JSON.parse(pools).pools };
}

/** Until `q` or an interruption. What can't be asked for a while is said in place of the figures. */
async function show(client: AdminClient, first: Look, seconds: number): Promise<void> {
  const { stdin, stdout } = process;
  const ended = Promise.withResolvers<void>();
  const onKey = (key: Buffer) => {
    if (["q", "\x03"].includes(key.toString())) ended.resolve();
  };
  if (stdin.isTTY) stdin.setRawMode(true).on("data", onKey).resume();
  process.once("SIGINT", ended.resolve).once("SIGTERM", ended.resolve);
  stdout.write(OWN_SCREEN);
  try {
    let before = first;
    let isOver = false;
    void ended.promise.then(() => (isOver = true));
    while (!isOver) {
      await Promise.race([Bun.sleep(seconds * 1000), ended.promise]);
      if (isOver) break;
      const { columns = USUAL_SIZE.columns, rows = USUAL_SIZE.rows } = stdout;
      try {
        const after = await look(client);
        stdout.write(HOME_AND_CLEAR + frame(viewOf(before, after), columns, rows - 1).join("\r\n"));
        before = after;
      } catch (error) {
        if (!(error instanceof AdminFailure)) throw error;
        stdout.write(HOME_AND_CLEAR + error.message);
      }
    }
  } finally {
    stdout.write(FORMER_SCREEN);
    if (stdin.isTTY) stdin.setRawMode(false).off("data", onKey).pause();
  }
}
