/**
 * COMMAND DOCS with a server's own texts. They are long and always the same, so a server is asked once for each
 * version of RESP and catalogue; a command that it doesn't document has the facts that the proxy knows.
 */
import type { Catalogue } from "../../protocol/redis/catalogue.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { documentCommand } from "../../protocol/redis/command_description.ts";
import { elementsOf, wordOf } from "../../protocol/redis/learned/fields.ts";
import { readReply } from "../../protocol/redis/read_reply.ts";
import { encodeReply, Failure, ReplyMap, type ReplyValue } from "../../protocol/redis/reply_value.ts";
import type { RespVersion } from "../../protocol/redis/resp_version.ts";
import { turn } from "../../transport/turn.ts";
import type { Backend } from "../backend.ts";
import type { Pool } from "../pool.ts";
import { talkTo } from "../talk.ts";
import { variantOf } from "../variant.ts";
import type { Learner } from "./learner.ts";
import { encodeCommand } from "./greeting.ts";
import { bulkReply, mapReply } from "./replies.ts";

const COMMAND_DOCS = encodeCommand(["COMMAND", "DOCS"]);
/** After so long, servers that documented nothing are asked again; milliseconds. */
const RETRY_MS = 10_000;

/** Encoded documents by command. */
type Documents = ReadonlyMap<string, Uint8Array>;

/** Documents that are here, or under way. */
interface Asked {
  readonly documents: Promise<Documents>;
  readonly sinceMs: number;
}

/** By version of RESP. */
const asked = new WeakMap<Catalogue, Map<RespVersion, Asked>>();

/** The documents of these commands of a pool. */
export async function docsReply(
  pool: Pool,
  learner: Learner,
  commands: readonly Command[],
  version: RespVersion,
): Promise<Uint8Array> {
  const { catalogue } = learner;
  const documents = await documentsOf(pool, learner, version);
  return mapReply(
    version,
    commands.flatMap((command) => [
      bulkReply(command.name),
      documents.get(command.name) ?? encodeReply(documentCommand(command, catalogue), version),
    ]),
  );
}

async function documentsOf(pool: Pool, learner: Learner, version: RespVersion): Promise<Documents> {
  const { catalogue } = learner;
  let byVersion = asked.get(catalogue);
  if (byVersion === undefined) asked.set(catalogue, byVersion = new Map());
  const known = byVersion.get(version);
  if (known !== undefined) {
    const documents = await known.documents;
    if (documents.size > 0 || turn.now - known.sinceMs < RETRY_MS) return documents;
  }
  // One that didn't tell which commands it has would only keep the client waiting.
  const told = pool.backends.filter((backend) => learner.toldBy(backend).commands !== null);
  const documents = askForDocuments(pool, told, catalogue, version);
  byVersion.set(version, { documents, sinceMs: turn.now });
  return await documents;
}

/** Those of the first of the servers that has any; empty when none has. */
async function askForDocuments(
  pool: Pool,
  servers: readonly Backend[],
  catalogue: Catalogue,
  version: RespVersion,
): Promise<Documents> {
  for (const { way } of servers) {
    try {
      // Only RESP3 tells maps from lists. Servers that have documents have RESP3.
      const reply = await talkTo(pool, way, way.greetingOf(variantOf(3, 0)), (ask) => ask(COMMAND_DOCS));
      const value = readReply(reply);
      if (value !== undefined && !(value instanceof Failure)) return read(value, catalogue, version);
    } catch {
      // The next one may answer; what nobody documents has the proxy's own words.
    }
  }
  return new Map();
}

function read(value: ReplyValue, catalogue: Catalogue, version: RespVersion): Documents {
  const told = new Map(pairsOf(value));
  const documents = new Map<string, Uint8Array>();
  const add = (command: Command, document: ReplyValue | undefined): void => {
    if (!(document instanceof ReplyMap)) return;
    const served = catalogue.subcommandsOf(command);
    const subcommands = pairsOf(new Map(pairsOf(document)).get("subcommands") ?? null)
      .filter(([name]) => served.some((each) => each.name === name));
    documents.set(command.name, encodeReply(withSubcommands(document, subcommands), version));
    const byName = new Map(subcommands);
    for (const each of served) add(each, byName.get(each.name));
  };
  for (const command of catalogue.served) add(command, told.get(command.name));
  return documents;
}

/** The document with these subcommands in place of its own. */
function withSubcommands(
  document: ReplyMap,
  subcommands: readonly (readonly [string, ReplyValue])[],
): ReplyMap {
  return new ReplyMap(
    pairsOf(document).flatMap(([name, value]) => [
      name,
      name === "subcommands" ? new ReplyMap(subcommands.flat()) : value,
    ]),
  );
}

function pairsOf(value: ReplyValue): [name: string, value: ReplyValue][] {
  const elements = elementsOf(value);
  return Array.from(
    { length: elements.length >> 1 },
    (_, i) => [wordOf(elements[2 * i]), elements[2 * i + 1]!],
  );
}
