/** Reads the reply to CLUSTER SLOTS, for servers that don't know CLUSTER SHARDS. */
import type { ReplyValue } from "../reply_value.ts";
import type { Shard, ShardNode } from "./shard.ts";
import { rangesOf } from "./slot_ranges.ts";

/** The shards that have slots, by their primaries; null when the reply is something else. */
export function readSlots(reply: ReplyValue | undefined): Shard[] | null {
  if (!Array.isArray(reply)) return null;
  const shards = new Map<string, { slots: [number, number][]; primary: ShardNode; replicas: ShardNode[] }>();
  for (const entry of reply as readonly ReplyValue[]) {
    if (!Array.isArray(entry)) return null;
    const [first, last, ...nodes] = entry as readonly ReplyValue[];
    const ranges = rangesOf([first ?? null, last ?? null]);
    const members = nodes.map(readNode);
    if (ranges === null || members.length === 0 || members.includes(null)) return null;
    const [primary, ...replicas] = members.filter((member) => member !== null);
    const shard = shards.get(primary!.id);
    if (shard === undefined) shards.set(primary!.id, { slots: ranges, primary: primary!, replicas });
    else shard.slots.push(...ranges);
  }
  return [...shards.values()];
}

/** Servers before 4.0 say no id: then the address has to do. */
function readNode(value: ReplyValue): ShardNode | null {
  if (!Array.isArray(value)) return null;
  const [host, port, id] = value as readonly ReplyValue[];
  if (typeof port !== "number") return null;
  const name = typeof host === "string" && host !== "?" ? host : "";
  return { id: typeof id === "string" ? id : `${name}:${port}`, host: name, port, isOnline: true };
}
