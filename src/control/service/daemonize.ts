/**
 * Running in the background. The process that was started in the foreground starts itself once more, in a session of
 * its own, and stays until that one serves or has failed, so that whoever started it gets an honest exit code.
 *
 * What the background process writes on standard error until it is ready is shown by the one in the foreground. It
 * ends that with a zero byte, which no message holds, and takes its standard streams elsewhere. The working
 * directory and the umask stay what they were: paths in the configuration mean what they meant when they were given.
 */
import { writeSync } from "node:fs";
import { commandOnDisk } from "./own_command.ts";

/** Set for the process in the background. */
const MARK = "SENNIT_DAEMON";

const STANDARD_ERROR = 2;

/**
 * Whether this process is the one in the background. Asked once: the processes it starts are not told that they
 * are, too.
 */
export function isDaemon(environment: Record<string, string | undefined> = process.env): boolean {
  const marked = environment[MARK] !== undefined;
  delete environment[MARK];
  return marked;
}

/** Tells the foreground that this process serves now; standard streams must be taken elsewhere right after. */
export function leaveForeground(): void {
  try {
    writeSync(STANDARD_ERROR, "\0");
  } catch {
    // Nobody waits any more.
  }
}

/**
 * Starts this program with `argv` in the background and waits until it serves or has ended. `show` is given what it
 * says meanwhile.
 *
 * Shape: the exit code for the foreground.
 */
export async function daemonize(argv: readonly string[], show: (text: string) => void): Promise<number> {
  const daemon = Bun.spawn([...commandOnDisk(), ...argv], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    env: { ...process.env, [MARK]: "1" },
    detached: true,
  });
  const forward = (signal: NodeJS.Signals) => daemon.kill(signal);
  process.on("SIGINT", forward).on("SIGTERM", forward);
  const served = await showUntilReady(daemon.stderr, show);
  if (served) {
    daemon.unref();
    return 0;
  }
  const code = await daemon.exited;
  if (daemon.signalCode !== null) show(`sennit: ended by ${daemon.signalCode} before it served\n`);
  return code === 0 ? 1 : code;
}

/** False when the text ends without the sign that all is well. */
async function showUntilReady(
  text: ReadableStream<Uint8Array>,
  show: (text: string) => void,
): Promise<boolean> {
  const decoder = new TextDecoder();
  for await (const chunk of text) {
    const end = chunk.indexOf(0);
    show(decoder.decode(end < 0 ? chunk : chunk.subarray(0, end), { stream: end < 0 }));
    if (end >= 0) return true;
  }
  return false;
}
