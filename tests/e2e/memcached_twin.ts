/**
 * A memcached in a few lines, of what random pipelines ask: values by key. What it answers is compared as a list of
 * blocks, because the order of VALUE blocks is free.
 */
import type { RawClient } from "../support/raw_client.ts";
import type { Random } from "../support/seed.ts";

const KEYS = 50;
/** How often a value is at most so long; bytes. */
const SIZES = [[0.6, 20], [0.9, 2_000], [0.98, 40_000], [1, 300_000]] as const;

/** A request, and what it does. */
export interface TwinRequest {
  /** As it is sent. */
  readonly bytes: string;
  /** The command's name. */
  readonly verb: string;
  readonly keys: readonly string[];
  /** The data block, or the number that is added. */
  readonly value: string;
  /** Ends in `noreply`, or has the flag `q`. */
  readonly isQuiet: boolean;
}

/** Values by key. */
export class MemcachedTwin {
  readonly #values = new Map<string, string>();

  /** What is said to a request: lines and blocks, in any order; null when nothing is said. */
  answer({ verb, keys, value, isQuiet }: TwinRequest): string[] | null {
    const said = this.#said(verb, keys, value);
    const isKeptBack = verb.length > 2 || said[0]!.startsWith(verb === "mg" ? "EN" : "HD");
    return isQuiet && isKeptBack ? null : said;
  }

  #said(verb: string, keys: readonly string[], value: string): string[] {
    const [key] = keys as [string];
    const old = this.#values.get(key);
    switch (verb) {
      case "get":
        return [...keys.flatMap((each) => this.#block(each)), "END"].sort();
      case "set":
        return this.#store(key, value, "STORED");
      case "ms":
        return this.#store(key, value, "HD");
      case "add":
        return old === undefined ? this.#store(key, value, "STORED") : ["NOT_STORED"];
      case "replace":
        return old === undefined ? ["NOT_STORED"] : this.#store(key, value, "STORED");
      case "append":
        return old === undefined ? ["NOT_STORED"] : this.#store(key, old + value, "STORED");
      case "prepend":
        return old === undefined ? ["NOT_STORED"] : this.#store(key, value + old, "STORED");
      case "delete":
        return [this.#values.delete(key) ? "DELETED" : "NOT_FOUND"];
      case "md":
        return [this.#values.delete(key) ? "HD" : "NF"];
      case "touch":
        return [old === undefined ? "NOT_FOUND" : "TOUCHED"];
      case "incr":
        return [this.#add(key, value, old)];
      case "mg":
        return [old === undefined ? `EN k${key}` : `VA ${old.length} k${key}\r\n${old}`];
      case "flush_all":
        this.#values.clear();
        return ["OK"];
      case "verbosity":
        return ["OK"];
      default:
        return ["ERROR"];
    }
  }

  #block(key: string): string[] {
    const value = this.#values.get(key);
    return value === undefined ? [] : [`VALUE ${key} 0 ${value.length}\r\n${value}`];
  }

  #store(key: string, value: string, said: string): string[] {
    this.#values.set(key, value);
    return [said];
  }

  /** Values are letters or numbers of a few digits; memcached leaves no room for others. */
  #add(key: string, delta: string, old: string | undefined): string {
    if (old === undefined) return "NOT_FOUND";
    if (!/^\d{1,15}$/.test(old)) return "CLIENT_ERROR cannot increment or decrement non-numeric value";
    const sum = String(Number(old) + Number(delta));
    this.#values.set(key, sum);
    return sum;
  }
}

/** Any request, on a few keys. */
export function randomRequest(random: Random): TwinRequest {
  const key = () => `k${random.integer(0, KEYS - 1)}`;
  const isQuiet = random.next() < 0.3;
  const noreply = isQuiet ? " noreply" : "";
  const quiet = isQuiet ? " q" : "";
  const keys = [key()];
  const draw = random.next();
  const request = (verb: string, bytes: string, value = "", isHushed = isQuiet): TwinRequest => ({
    bytes: `${bytes}\r\n`,
    verb,
    keys,
    value,
    isQuiet: isHushed,
  });
  if (draw < 0.15) return request("get", `get ${keys[0]}`, "", false);
  if (draw < 0.35) {
    while (keys.length < 12 && random.next() < 0.8) keys.push(key());
    return request("get", `get ${keys.join(" ")}`, "", false);
  }
  if (draw < 0.7) {
    const verb = random.pick(["set", "set", "add", "replace", "append", "prepend", "ms"]);
    const value = verb.endsWith("pend") ? "x" : randomValue(random);
    const line = verb === "ms"
      ? `ms ${keys[0]} ${value.length}${quiet}`
      : `${verb} ${keys[0]} 0 0 ${value.length}${noreply}`;
    return request(verb, `${line}\r\n${value}`, value);
  }
  if (draw < 0.78) return request("mg", `mg ${keys[0]} k v${quiet}`);
  if (draw < 0.82) return request("md", `md ${keys[0]}${quiet}`);
  if (draw < 0.88) return request("delete", `delete ${keys[0]}${noreply}`);
  if (draw < 0.92) return request("touch", `touch ${keys[0]} 0${noreply}`);
  if (draw < 0.97) return request("incr", `incr ${keys[0]} 7${noreply}`, "7");
  if (draw < 0.98) return request("flush_all", `flush_all${noreply}`);
  if (draw < 0.99) return request("verbosity", `verbosity 1${noreply}`);
  return request("nonsense", "nonsense a b", "", false);
}

/** Reads one answer as `MemcachedTwin` gives it. */
export async function readAnswer(client: RawClient): Promise<string[]> {
  const blocks: string[] = [];
  for (;;) {
    const line = await client.readLine();
    const [kind, first, , length] = line.split(" ");
    const size = kind === "VALUE" ? Number(length) : kind === "VA" ? Number(first) : null;
    if (size === null) return [...blocks, line].sort();
    const data = (await client.readBytes(size + 2)).toString("latin1", 0, size);
    blocks.push(`${line}\r\n${data}`);
    if (kind === "VA") return blocks;
  }
}

function randomValue(random: Random): string {
  const draw = random.next();
  if (draw < 0.2) return String(random.integer(100, 999));
  const most = SIZES.find(([share]) => draw < share)![1];
  return random.pick(["a", "b", "c"]).repeat(random.integer(0, most));
}
