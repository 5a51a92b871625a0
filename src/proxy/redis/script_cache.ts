/**
 * The scripts that clients of a pool have loaded or run, so that EVALSHA finds them on every server: on one that has
 * joined since, that was started anew, or that another client's EVAL never went to.
 */
import type { Lane } from "../lane.ts";
import { GREETING, READY } from "../lane_state.ts";
import type { Preface } from "../preface.ts";
import { arrayReply, bulkReply } from "./replies.ts";

/** What all scripts may weigh together; bytes. Those used least recently go first. */
const MOST_BYTES = 8 * 1024 * 1024;
/** A longer script is not remembered; bytes. */
const LONGEST_SCRIPT = 256 * 1024;

/** One script. */
export class Script implements Preface {
  /** SCRIPT LOAD, as it is sent. */
  readonly bytes: Uint8Array;
  /** The lanes whose servers have it, with `inFlight.cuts` of when they were told. */
  readonly #known = new WeakMap<Lane, number>();

  constructor(text: Uint8Array) {
    this.bytes = arrayReply([bulkReply("SCRIPT"), bulkReply("LOAD"), bulkReply(text)]);
  }

  /** Whether a request that is queued now has to bring the script along; without a connection the greeting will. */
  isNeededOn(lane: Lane): boolean {
    const isConnected = lane.state === READY || lane.state === GREETING;
    return isConnected && this.#known.get(lane) !== lane.inFlight.cuts;
  }

  saidTo(lane: Lane): void {
    this.#known.set(lane, lane.inFlight.cuts);
  }

  /** The server behind the lane has forgotten it. */
  forgottenBy(lane: Lane): void {
    this.#known.delete(lane);
  }
}

/** Scripts by their SHA-1. */
export class ScriptCache {
  /** Least recently used first. */
  readonly #scripts = new Map<string, Script>();
  #bytes = 0;

  /** Keeps a script that a client has sent. Cost: a SHA-1, and a copy of a script that is new. */
  remember(text: Uint8Array): void {
    if (text.length > LONGEST_SCRIPT) return;
    const sha = new Bun.CryptoHasher("sha1").update(text).digest("hex");
    if (this.find(sha) !== null) return;
    const script = new Script(text);
    this.#scripts.set(sha, script);
    this.#bytes += script.bytes.length;
    for (const [name, { bytes }] of this.#scripts) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#scripts.delete(name);
      this.#bytes -= bytes.length;
    }
  }

  /** The script of this name, in any case; null when it is not known. */
  find(sha: string): Script | null {
    const name = sha.toLowerCase();
    const script = this.#scripts.get(name);
    if (script === undefined) return null;
    this.#scripts.delete(name);
    this.#scripts.set(name, script);
    return script;
  }

  /** Forgets all, as the servers do. */
  clear(): void {
    this.#scripts.clear();
    this.#bytes = 0;
  }
}
