/**
 * CONFIG GET of every server as one. What all servers agree about reads as one server would say it; where they
 * differ, or not all have the setting, the value says who has which.
 */
import { ARRAY, MAP } from "../../protocol/redis/bytes.ts";
import type { RespVersion } from "../../protocol/redis/resp_version.ts";
import type { FragmentReply } from "./fragment_reply.ts";
import { UNEXPECTED } from "./merges.ts";
import { bulkReply, mapReply } from "./replies.ts";

/** Names and values in turn, in the order of the first server that has them. */
export function mergeSettings(
  replies: readonly FragmentReply[],
  servers: readonly string[],
  version: RespVersion,
): Uint8Array {
  const settings = new Map<string, Map<string, Buffer>>();
  for (const [i, reply] of replies.entries()) {
    if (reply.type !== (version === 3 ? MAP : ARRAY)) return UNEXPECTED;
    const count = reply.takeNumber();
    for (let pairs = version === 3 ? count : count / 2; pairs > 0; pairs--) {
      const [name, value] = [reply.takeBulk(), reply.takeBulk()];
      if (name === null || value === null) return UNEXPECTED;
      const key = name.toString("latin1");
      if (!settings.has(key)) settings.set(key, new Map());
      settings.get(key)!.set(servers[i]!, value);
    }
  }
  return mapReply(
    version,
    [...settings].flatMap(([name, values]) => [bulkReply(name), bulkReply(together(values, servers))]),
  );
}

function together(values: ReadonlyMap<string, Buffer>, servers: readonly string[]): Buffer {
  const [first] = [...values.values()];
  const agree = values.size === new Set(servers).size &&
    [...values.values()].every((value) => value.equals(first!));
  if (agree) return first!;
  return Buffer.concat(
    [...values].flatMap(([server, value], i) => [Buffer.from(`${i === 0 ? "" : ", "}${server}: `), value]),
  );
}
