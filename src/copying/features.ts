/** What a server can do, by its name and version: one line per feature. */

/** What copying asks of a server. */
export interface Features {
  /** PEXPIRETIME. */
  readonly absoluteExpiry: boolean;
  /** HPEXPIRETIME, HPEXPIREAT: fields of hashes with a time to live of their own. */
  readonly fieldExpiry: boolean;
  /** CLIENT NO-EVICT. */
  readonly noEvict: boolean;
  /** CLIENT TRACKING. */
  readonly tracking: boolean;
}

/** The first version that has it; null: none has. */
const SINCE: Readonly<Record<keyof Features, { readonly redis: string; readonly valkey: string | null }>> = {
  absoluteExpiry: { redis: "7.0.0", valkey: "7.2.0" },
  fieldExpiry: { redis: "7.4.0", valkey: "9.0.0" },
  noEvict: { redis: "7.0.0", valkey: "7.2.0" },
  tracking: { redis: "6.0.0", valkey: "7.2.0" },
};

/** A server as INFO tells it. */
export interface ServerIdentity {
  readonly name: "redis" | "valkey";
  readonly version: string;
  /** Another one after every start. */
  readonly runId: string;
  readonly features: Features;
}

/** Reads INFO's section `server`. */
export function readIdentity(info: string): ServerIdentity {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? "";
  const name = field("server_name") === "valkey" ? "valkey" : "redis";
  // Valkey calls itself Redis 7.2.4 for clients that look for that.
  const version = (name === "valkey" && field("valkey_version")) || field("redis_version");
  return { name, version, runId: field("run_id"), features: featuresOf(name, version) };
}

/** What servers of that name and version can do. */
export function featuresOf(name: "redis" | "valkey", version: string): Features {
  const has = (feature: keyof Features) => {
    const since = SINCE[feature][name];
    return since !== null && compareVersions(version, since) >= 0;
  };
  return {
    absoluteExpiry: has("absoluteExpiry"),
    fieldExpiry: has("fieldExpiry"),
    noEvict: has("noEvict"),
    tracking: has("tracking"),
  };
}

/** Negative when `a` is older. Shape: dotted numbers; what can't be read counts as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map((part) => parseInt(part) || 0));
  for (let i = 0; i < 3; i++) {
    const difference = (left![i] ?? 0) - (right![i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
