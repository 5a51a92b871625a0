/**
 * Reads the reply to CLUSTER NODES: the configuration epochs of all nodes, and what the node says of itself, which
 * tells more than it says of others: slots that are moving.
 */
import type { ReplyValue } from "../reply_value.ts";
import { rangesOf } from "./slot_ranges.ts";

/** A node as it sees itself. */
export interface OwnLine {
  readonly id: string;
  readonly configEpoch: number;
  readonly slots: readonly (readonly [first: number, last: number])[];
  /** Slots that move away, by where to; slots that come, by where from: ids of nodes. */
  readonly migrating: ReadonlyMap<number, string>;
  readonly importing: ReadonlyMap<number, string>;
}

/** The node's line about itself; null when there is none. */
export function readOwnLine(nodes: string): OwnLine | null {
  const line = nodes.split("\n").find((each) => /^\S+ \S+ (\S+,)?myself\b/.test(each));
  if (line === undefined) return null;
  const [id, , , , , , configEpoch, , ...words] = line.trim().split(" ");
  const [migrating, importing] = [new Map<number, string>(), new Map<number, string>()];
  const slots: [number, number][] = [];
  for (const word of words) {
    const [, slot, way, node] = /^\[(\d+)-([<>])-([0-9a-f]+)\]$/.exec(word) ?? [];
    if (slot !== undefined) (way === ">" ? migrating : importing).set(Number(slot), node!);
    else slots.push(...rangesOf(rangeIn(word)) ?? []);
  }
  return { id: id!, configEpoch: Number(configEpoch), slots, migrating, importing };
}

/** By the nodes' names; empty when the reply is something else. */
export function readConfigEpochs(reply: ReplyValue | undefined): Map<string, number> {
  const lines = typeof reply === "string" ? reply.split("\n") : [];
  const fields = lines.map((line) => line.split(" "));
  return new Map(
    fields.flatMap(([id, , , , , , epoch]) => epoch === undefined ? [] : [[id!, Number(epoch)] as const]),
  );
}

function rangeIn(word: string): number[] {
  const [first, last] = word.split("-").map(Number);
  return [first!, last ?? first!];
}
