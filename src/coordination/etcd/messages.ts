/**
 * What goes between us and etcd's JSON gateway: bytes as base64, 64-bit integers as decimal strings, and what is zero
 * left out. Source: etcd, api/etcdserverpb/rpc.proto (v3).
 */
import type { Change, Compare, Entry, Operation } from "../coordination_store.ts";

/** What stands in front of every answer. */
export interface Header {
  readonly cluster_id?: string;
  readonly revision?: string;
}

/** A key as etcd has it. */
export interface KeyValue {
  readonly key?: string;
  readonly value?: string;
  readonly create_revision?: string;
  readonly mod_revision?: string;
  readonly lease?: string;
}

/** `/v3/kv/range` */
export interface RangeAnswer {
  readonly header?: Header;
  readonly kvs?: readonly KeyValue[];
}

/** `/v3/kv/txn` */
export interface TxnAnswer {
  readonly header?: Header;
  readonly succeeded?: boolean;
}

/** One message of `/v3/watch`. */
export interface WatchAnswer {
  readonly header?: Header;
  readonly created?: boolean;
  readonly canceled?: boolean;
  readonly cancel_reason?: string;
  readonly compact_revision?: string;
  readonly events?: readonly { readonly type?: string; readonly kv?: KeyValue }[];
}

/** Between our keys and etcd's, which all begin with `root`. */
export class KeyNames {
  constructor(readonly root: string) {}

  /** The range of all keys that begin with `prefix`. */
  range(prefix: string): { key: string; range_end: string } {
    const start = Buffer.from(this.root + prefix);
    const end = Buffer.from(start);
    // Keys are ASCII, so that there is always a next byte.
    end[end.length - 1]!++;
    return { key: start.toString("base64"), range_end: end.toString("base64") };
  }

  /** One key. */
  encode(key: string): string {
    return encode(this.root + key);
  }

  entry({ key, value, create_revision, mod_revision, lease }: KeyValue): Entry {
    return {
      key: this.#decode(key),
      value: Buffer.from(value ?? "", "base64").toString(),
      revision: Number(mod_revision),
      created: Number(create_revision),
      leased: lease !== undefined,
    };
  }

  change({ type, kv = {} }: { readonly type?: string; readonly kv?: KeyValue }): Change {
    const entry = type === "DELETE" ? null : this.entry(kv);
    return { key: this.#decode(kv.key), revision: Number(kv.mod_revision), entry };
  }

  compare({ key, revision }: Compare): unknown {
    return { key: this.encode(key), target: "MOD", result: "EQUAL", mod_revision: String(revision) };
  }

  operation(operation: Operation): unknown {
    if ("remove" in operation) return { request_delete_range: { key: this.encode(operation.remove) } };
    const { put, value, lease } = operation;
    const under = lease === undefined ? {} : { lease: lease.id };
    return { request_put: { key: this.encode(put), value: encode(value), ...under } };
  }

  #decode(key = ""): string {
    return Buffer.from(key, "base64").toString().slice(this.root.length);
  }
}

/** The store's revision as an answer says it. */
export function revisionOf(answer: { readonly header?: Header }): number {
  return Number(answer.header?.revision ?? 0);
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}
