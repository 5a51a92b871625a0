/** `sennit init`: writes a configuration file to begin with. */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { formatFault, loadConfig, starterFile } from "../config/mod.ts";
import { splitArguments, UsageError } from "./args.ts";
import { INIT_FLAGS } from "./manual.ts";
import type { Output } from "./output.ts";

/** Asks the person at the terminal; null where there is none. */
export type Asker = ((question: string) => Promise<string>) | null;

/** What is asked, under the name of the flag that answers it. */
const QUESTIONS = {
  protocol: { question: "What do the servers speak, redis or memcached?", usual: () => "redis" },
  listen: { question: "Where do clients connect?", usual: () => "127.0.0.1:22121" },
  servers: {
    question: "Which servers are there? Addresses, with commas between them",
    usual: (protocol: string) => `127.0.0.1:${protocol === "memcached" ? 11211 : 6379}`,
  },
} as const;

type Answers = Record<keyof typeof QUESTIONS, string>;

/**
 * Writes the file, after asking on a terminal what no flag says.
 *
 * Shape: 1 when the choices make no valid file, or it can't be written; nothing is written then.
 */
export async function init(
  argv: readonly string[],
  output: Output,
  ask: Asker = terminal(),
): Promise<number> {
  const { flags, words } = splitArguments(argv, INIT_FLAGS);
  if (words.length > 0) throw new UsageError(`${JSON.stringify(words[0])} is one word too many`);
  const given = (name: string) => flags.get(name) as string | undefined;
  const { protocol, listen, servers } = await answers(given, ask);
  const text = starterFile({ protocol, listen, servers: servers.split(",").map(serverEntry) });
  const file = given("output");
  const { faults } = loadConfig(text, file ?? "sennit.yml");
  for (const fault of faults) output.err(formatFault(fault));
  if (faults.length > 0) return 1;
  if (file === undefined) output.out(text.trimEnd());
  return file === undefined || written(file, text, output) ? 0 : 1;
}

async function answers(given: (name: string) => string | undefined, ask: Asker): Promise<Answers> {
  const answer = async (name: keyof typeof QUESTIONS, protocol = ""): Promise<string> => {
    const { question, usual } = QUESTIONS[name];
    const said = given(name) ?? (ask === null ? "" : await ask(`${question} [${usual(protocol)}] `));
    return said.trim() || usual(protocol);
  };
  const protocol = await answer("protocol");
  return { protocol, listen: await answer("listen"), servers: await answer("servers", protocol) };
}

/** An address as people write it, with the weight that the file wants; what has one stays as it is. */
function serverEntry(text: string): string {
  const [address, ...name] = text.trim().split(" ");
  const isBare = /^(?:\[[^\]]*\]|[^:/]*):\d+$|^\/[^:]*$/.test(address!);
  return [isBare ? `${address}:1` : address, ...name].join(" ");
}

function written(file: string, text: string, output: Output): boolean {
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    output.err(`sennit: ${code === "EEXIST" ? `${file} exists and stays as it is` : message}`);
    return false;
  }
  output.err(`sennit: wrote ${file}; run it with: sennit -c ${file}`);
  return true;
}

function terminal(): Asker {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  };
}
