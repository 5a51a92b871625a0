/** The proxy itself, as a user starts it: a process of its own and a configuration file. */
import { resolve } from "node:path";
import { ProxyProcess } from "./proxy_process.ts";

/** What the proxy may be started with beside its configuration. */
export interface SennitOptions {
  /** More of the command line. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const ENTRY = resolve(import.meta.dir, "../../mod.ts");

/**
 * How the proxy is called: the executable that `SENNIT_BINARY` names, or the source. Arguments are put behind it.
 */
export function sennitCommand(): readonly string[] {
  const binary = process.env.SENNIT_BINARY;
  return binary ? [resolve(binary)] : [process.execPath, "--no-install", "run", ENTRY];
}

/** Starts the proxy with a configuration file of this text and waits until its pools accept connections. */
export function startSennit(config: string, { args = [], env }: SennitOptions = {}): Promise<ProxyProcess> {
  const command = (file: string) => [...sennitCommand(), "-c", file, ...args];
  return ProxyProcess.start({ name: "sennit", command, env, config });
}

/** What a command such as `check FILE` printed, and its exit code. */
export interface SennitResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the proxy's executable until it ends by itself. */
export async function runSennit(...args: readonly string[]): Promise<SennitResult> {
  const child = Bun.spawn([...sennitCommand(), ...args], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { exitCode: await child.exited, stdout, stderr };
}
