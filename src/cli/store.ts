/** `sennit store`: runs a store until a signal ends it. */
import { readFileSync } from "node:fs";
import { isLoopbackHost } from "../admin/loopback.ts";
import { type Address, formatAddress, InvalidValue, parseListen } from "../config/mod.ts";
import { DURABILITIES, type Durability, PROTOCOLS, type StoreProtocol, StoreServer } from "../store/mod.ts";
import { type Arguments, splitArguments, UsageError } from "./args.ts";
import { STORE_FLAGS } from "./manual.ts";
import type { Output } from "./output.ts";

const DEFAULT_LISTEN = "127.0.0.1:7001";
/** How often the same is told; milliseconds. */
const REPEAT_MS = 10_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs the store. Shape: the exit code. Errors: UsageError for a command line that can't be understood. */
export async function store(argv: readonly string[], output: Output): Promise<number> {
  const { flags, words: [database, ...more] } = splitArguments(argv, STORE_FLAGS);
  if (database === undefined || more.length > 0) throw new UsageError("exactly one DATABASE is needed");
  const address = addressOf(flags);
  const password = passwordOf(flags);
  refuseStrangers(address, password);
  const durability = oneOf<Durability>(flags, "durability", DURABILITIES, "write");
  const protocol = oneOf<StoreProtocol>(flags, "protocol", PROTOCOLS, "auto");
  if (protocol === "memcached" && password !== null) {
    throw new UsageError("--password-file: memcached's protocol has no passwords");
  }
  const stopped = Promise.withResolvers<void>();
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      // A second one is for a database that doesn't answer.
      for (const again of SIGNALS) process.on(again, () => process.exit(1));
      stopped.resolve();
    });
  }
  try {
    const report = reporter(output);
    const server = await StoreServer.start({ address, database, durability, protocol, password, report });
    output.out(`sennit store serves ${formatAddress(address)}`);
    await stopped.promise;
    await server.stop();
    return 0;
  } catch (error) {
    output.err(`sennit: ${(error as Error).message}`);
    return 1;
  }
}

/** Says what happens, but what happens again and again not each time. */
function reporter(output: Output): (text: string) => void {
  let last = "";
  let saidAt = -Infinity;
  return (text) => {
    if (text === last && performance.now() - saidAt < REPEAT_MS) return;
    last = text;
    saidAt = performance.now();
    output.err(`sennit: ${text}`);
  };
}

type Flags = Arguments["flags"];

function addressOf(flags: Flags): Address {
  try {
    return parseListen(flags.get("listen") as string | undefined ?? DEFAULT_LISTEN);
  } catch (error) {
    if (error instanceof InvalidValue) throw new UsageError(`--listen: ${error.message}`);
    throw error;
  }
}

function oneOf<T extends string>(flags: Flags, name: string, choices: readonly T[], usual: T): T {
  const text = flags.get(name) ?? usual;
  const choice = choices.find((each) => each === text);
  if (choice === undefined) throw new UsageError(`--${name} ${text}: write ${choices.join(", ")}`);
  return choice;
}

/** The first line of the file. */
function passwordOf(flags: Flags): Buffer | null {
  const file = flags.get("password-file") as string | undefined;
  if (file === undefined) return null;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--password-file ${file}: ${(error as Error).message}`);
  }
  const [line] = text.split(/\r?\n/, 1);
  if (line === "") throw new UsageError(`--password-file ${file}: its first line is empty`);
  return Buffer.from(line!);
}

function refuseStrangers(address: Address, password: Buffer | null): void {
  if (password !== null || address.kind === "unix" || isLoopbackHost(address.host)) return;
  throw new UsageError(
    `--listen ${
      formatAddress(address)
    }: other machines can reach that; give a --password-file, or listen on 127.0.0.1`,
  );
}
