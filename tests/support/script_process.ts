/** A process of a test's own that runs a script, says something once it is ready, and stays until it is ended. */

/** The process, and what it said. */
export interface ScriptProcess extends AsyncDisposable {
  readonly pid: number;
  readonly said: string;
  /** Ends it and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the runtime with these arguments, and waits for the first word. */
export async function startScript(...args: readonly string[]): Promise<ScriptProcess> {
  const child = Bun.spawn([process.execPath, "--no-install", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { value } = await child.stdout.getReader().read();
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await child.exited;
  };
  return {
    pid: child.pid,
    said: new TextDecoder().decode(value).trim(),
    end,
    [Symbol.asyncDispose]: () => end("SIGKILL"),
  };
}
