/** Reads the reply to CLUSTER SHARDS, which Redis has from 7.0 on. */
import type { ReplyValue } from "../reply_value.ts";
import type { Shard, ShardNode } from "./shard.ts";
import { rangesOf } from "./slot_ranges.ts";

/** A node and what it is in its shard. */
interface Member extends ShardNode {
  readonly isPrimary: boolean;
}

/**
 * The shards; null when the reply is something else. A primary that failed and has been replaced is no longer one, and
 * a shard that nobody can be asked for is left out unless it has slots. `isTls` chooses among a node's ports.
 */
export function readShards(reply: ReplyValue | undefined, isTls: boolean): Shard[] | null {
  if (!Array.isArray(reply)) return null;
  const shards = (reply as readonly ReplyValue[]).map((shard) => readShard(shard, isTls));
  return shards.includes(undefined) ? null : shards.filter((shard) => shard != null);
}

/** Undefined when it makes no sense, null when there is nobody in it. */
function readShard(value: ReplyValue, isTls: boolean): Shard | null | undefined {
  const fields = fieldsOf(value);
  const slots = rangesOf(fields?.get("slots"));
  const nodes = fields?.get("nodes");
  if (slots === null || !Array.isArray(nodes)) return undefined;
  const members = (nodes as readonly ReplyValue[]).map((node) => readNode(node, isTls));
  if (members.includes(null)) return undefined;
  const known = members.filter((member) => member !== null);
  const primaries = known.filter(({ isPrimary }) => isPrimary);
  const primary = primaries.find(({ isOnline }) => isOnline) ?? primaries[0];
  if (primary === undefined || (slots.length === 0 && !primary.isOnline)) return null;
  return { slots, primary: bare(primary), replicas: known.filter(({ isPrimary }) => !isPrimary).map(bare) };
}

function readNode(value: ReplyValue, isTls: boolean): Member | null {
  const fields = fieldsOf(value);
  const port = fields?.get(isTls ? "tls-port" : "port") ?? fields?.get("port") ?? fields?.get("tls-port");
  const id = fields?.get("id");
  if (fields === null || typeof port !== "number" || typeof id !== "string") return null;
  const endpoint = fields.get("endpoint") ?? "";
  return {
    id,
    host: typeof endpoint === "string" && endpoint !== "?" ? endpoint : "",
    port,
    isOnline: fields.get("health") === "online",
    isPrimary: fields.get("role") === "master",
  };
}

function bare({ id, host, port, isOnline }: Member): ShardNode {
  return { id, host, port, isOnline };
}

/** A map as RESP2 has it. */
function fieldsOf(value: ReplyValue): Map<string, ReplyValue> | null {
  if (!Array.isArray(value)) return null;
  const parts = value as readonly ReplyValue[];
  const fields = new Map<string, ReplyValue>();
  for (let i = 0; i + 1 < parts.length; i += 2) fields.set(String(parts[i]), parts[i + 1]!);
  return fields;
}
