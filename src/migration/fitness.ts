/** Whether keys can be moved between two servers, looked at before anything is written. */
import { type ServerConnection } from "../copying/mod.ts";

const PROBE = "sennit:unfinished:probe";

/** Why a job can't be: empty when it can. Errors: as the connections'. */
export async function unfitness(source: ServerConnection, target: ServerConnection): Promise<string> {
  if (source.identity.runId === target.identity.runId) return "source and target are the same server";
  const { name, version, features } = source.identity;
  if (!features.tracking) return `${source.server} runs ${name} ${version}, which can't be followed`;
  const role = await target.call("ROLE") as readonly unknown[];
  if (String(role[0]) !== "master") return `${target.server} is no primary`;
  const policy = await settingOf(target, "maxmemory-policy");
  const memory = await settingOf(target, "maxmemory");
  if (memory !== null && memory !== "0" && policy !== "noeviction") {
    const own = await settingOf(source, "maxmemory-policy");
    if (own === "noeviction") {
      return `${target.server} evicts keys (${policy}), which ${source.server} doesn't`;
    }
  }
  return await dumpFault(source, target);
}

/** Dumps of newer servers are refused by older ones; so are those of modules that are not there. */
async function dumpFault(source: ServerConnection, target: ServerConnection): Promise<string> {
  await Promise.all([source.select(0), target.select(0)]);
  await source.call("SET", PROBE, "1", "PX", 60_000);
  const dump = await source.call("DUMP", PROBE) as Buffer;
  await source.call("UNLINK", PROBE);
  const answers = await target.pipeline([["RESTORE", PROBE, 60_000, dump, "REPLACE"], ["UNLINK", PROBE]]);
  return answers[0] === "OK"
    ? ""
    : `${target.server} doesn't take what ${source.server} dumps: ${answers[0]}`;
}

/** Null where CONFIG is not allowed. */
async function settingOf(server: ServerConnection, name: string): Promise<string | null> {
  const [answer] = await server.pipeline([["CONFIG", "GET", name]]);
  return Array.isArray(answer) && answer.length === 2 ? String(answer[1]) : null;
}
