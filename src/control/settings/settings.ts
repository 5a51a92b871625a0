/**
 * What the instance is told to be: its configuration file, and what operators changed about the servers since, which
 * the store keeps. Both come together here and are put in force, or nothing changes.
 */
import { type Config, formatFault, type PoolConfig } from "../../config/mod.ts";
import { type Store, type StoredDocument, StoreError, type Version } from "../../coordination/mod.ts";
import { type FileTexts, readConfigFile, readConfigText, type ReadResult } from "./config_file.ts";
import { type Follower, prepareAll } from "./follower.ts";
import { ChangeRefused, type CheckResult } from "../instance.ts";
import {
  describeStates,
  type EffectiveConfig,
  effectiveConfig,
  effectiveServers,
  type Members,
  type Membership,
  withMembers,
} from "./membership.ts";
import { membershipDocument, readMembership } from "./membership_document.ts";
import { checkConfirmed, movedBy, type Outcome, outcomeOf } from "./outcome.ts";
import type { Supervisor } from "../supervisor.ts";

/** What a reload did, and what looks like a mistake in the file. */
export interface ReloadOutcome extends Outcome {
  readonly warnings: string[];
}

/** Who is told of what went by itself. */
export interface SettingsWatcher {
  /** Operators' changes to pools no longer fit the file, and are forgotten. */
  dropped(pool: string, members: Members): void;
  /** The store could not be told; it still has what was forgotten, which doesn't fit the next time either. */
  failed(error: StoreError): void;
}

/** The file and the store. */
export class Settings {
  readonly #watcher: SettingsWatcher;
  readonly #store: Store;
  #file: Config;
  #texts: FileTexts;
  #membership: Membership;
  #version: Version | null;
  /** When the file was read last, or a little before; milliseconds since 1970. */
  readAtMs: number = performance.timeOrigin;

  private constructor(
    read: ReadResult & { config: Config },
    store: Store,
    stored: StoredDocument | null,
    watcher: SettingsWatcher,
  ) {
    this.#file = read.config;
    this.#texts = read.texts;
    this.#store = store;
    this.#version = stored?.version ?? null;
    this.#membership = membershipIn(store, stored);
    this.#watcher = watcher;
  }

  /** Reads what the store has to say about a checked file. Errors: throws when it can't be read, or makes no sense. */
  static async open(
    read: ReadResult & { config: Config },
    store: Store,
    watcher: SettingsWatcher,
  ): Promise<Settings> {
    return new Settings(read, store, await store.read(), watcher);
  }

  /** The contents of the files that the configuration names. */
  get texts(): FileTexts {
    return this.#texts;
  }

  /** The configuration with operators' changes. */
  get effective(): EffectiveConfig {
    return effectiveConfig(this.#file, this.#membership);
  }

  /** Whether a pool's servers are an operator's instead of the file's. */
  isOverridden(pool: string): boolean {
    return Object.hasOwn(this.#membership, pool);
  }

  /** Forgets what no longer fits the file, in the store too. */
  async dropMisfits(): Promise<void> {
    const { membership, dropped } = this.effective;
    if (dropped.length === 0) return;
    for (const pool of dropped) this.#watcher.dropped(pool, this.#membership[pool]!);
    this.#membership = membership;
    try {
      this.#version = await this.#replace(membership, this.#version);
    } catch (error) {
      // The configuration is in force by now, whatever becomes of this.
      this.#watcher.failed(error as StoreError);
    }
  }

  /** Reads the file again and puts it in force. Errors: ChangeRefused with all faults, one a line. */
  async reload(supervisor: Supervisor, followers: readonly Follower[]): Promise<ReloadOutcome> {
    this.readAtMs = Date.now();
    const { config, faults, warnings, texts } = await readConfigFile(this.#file.file);
    if (config === null) throw new ChangeRefused("invalid", faults.map(formatFault).join("\n"));
    const next = effectiveConfig(config, this.#membership);
    const outcome = outcomeOf(supervisor, next);
    const renewed = this.#renewedFiles(texts);
    await this.#applyAll(supervisor, followers, next, texts);
    this.#file = config;
    this.#texts = texts;
    await this.dropMisfits();
    return {
      ...outcome,
      changes: [...outcome.changes, ...renewed],
      warnings: warnings.map(formatFault),
    };
  }

  /** Checks `text` as if it were the file. */
  async check(text: string, supervisor: Supervisor): Promise<CheckResult> {
    const { config, faults, warnings, texts } = await readConfigText(text, this.#file.file);
    const found = { faults: faults.map(formatFault), warnings: warnings.map(formatFault) };
    if (config === null) return { ...found, changes: [], moved: {} };
    const { changes, moved } = outcomeOf(supervisor, effectiveConfig(config, this.#membership));
    return { ...found, changes: [...changes, ...this.#renewedFiles(texts)], moved };
  }

  /**
   * Takes over what somebody else wrote to the store. It is read again: what was seen there may be this instance's
   * own, or older. Shape: null when there is nothing new. Errors: throws when it can't be read, makes no sense, or is
   * gone, since a disk that was unmounted takes nothing out of force.
   */
  async adopt(supervisor: Supervisor): Promise<Outcome | null> {
    const stored = await this.#store.read();
    if ((stored?.version ?? null) === this.#version) return null;
    if (stored === null) {
      this.#version = null;
      if (Object.keys(this.#membership).length === 0) return null;
      throw new Error(
        `${this.#store.name} is gone; what it had stays in force, and is kept with the next change`,
      );
    }
    const membership = membershipIn(this.#store, stored);
    const outcome = await this.#putInForce(membership, supervisor);
    this.#version = stored.version;
    this.#membership = membership;
    return outcome;
  }

  /** The version of the store's document that is in force, or was refused here. */
  get version(): Version | null {
    return this.#version;
  }

  /**
   * Changes the servers of a pool. On a Redis pool, where keys that move are keys lost, `confirm` must say how many.
   *
   * Errors: ChangeRefused.
   */
  async changeMembers(
    supervisor: Supervisor,
    name: string,
    confirm: number | null,
    change: (members: Members) => Members,
  ): Promise<Outcome> {
    const pool = this.#pool(name);
    if (pool.cluster !== null) {
      throw new ChangeRefused(
        "conflict",
        `pool ${JSON.stringify(name)} has the servers that its cluster has`,
        "pool",
      );
    }
    const before = effectiveServers(pool, this.#membership[name]);
    const after = change(before);
    const membership = withMembers(this.#membership, pool, after);
    const next = effectiveConfig(this.#file, membership);
    const moved = movedBy(supervisor, next);
    if (pool.redis) checkConfirmed(moved[name] ?? 0, confirm);
    const states = describeStates(name, before, after);
    const version = await this.#write(membership);
    let outcome: Outcome;
    try {
      outcome = await this.#putInForce(membership, supervisor);
    } catch (error) {
      throw new ChangeRefused("failed", (error as Error).message + await this.#takeBack(version));
    }
    this.#membership = membership;
    this.#version = version;
    return { ...outcome, changes: [...outcome.changes, ...states] };
  }

  #pool(name: string): PoolConfig {
    const pool = this.#file.pools.find((each) => each.name === name);
    if (pool === undefined) {
      throw new ChangeRefused("missing", `there is no pool ${JSON.stringify(name)}`, "pool");
    }
    return pool;
  }

  /** Errors: ChangeRefused; the store has then what it had. */
  async #write(membership: Membership): Promise<Version> {
    try {
      return await this.#replace(membership, this.#version);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      throw new ChangeRefused(error.kind === "conflict" ? "conflict" : "failed", error.message);
    }
  }

  /** Has the store forget a change of this `version` that was not put in force. Answers what is left of it, in words. */
  async #takeBack(version: Version): Promise<string> {
    // Should the store keep it, it is not adopted as somebody else's.
    this.#version = version;
    try {
      this.#version = await this.#replace(this.#membership, version);
      return "";
    } catch (error) {
      return `; the store has it still, for the next start: ${(error as Error).message}`;
    }
  }

  /** Replaces the document of version `over`; a store that doesn't know whether it did is asked. Errors: StoreError. */
  async #replace(membership: Membership, over: Version | null): Promise<Version> {
    const document = membershipDocument(membership);
    try {
      return await this.#store.write(document, over);
    } catch (error) {
      if ((error as StoreError).kind !== "uncertain") throw error;
      const stored = await this.#store.read();
      if (stored === null || !Bun.deepEquals(stored.value, document)) throw error;
      this.#watcher.failed(error as StoreError);
      return stored.version;
    }
  }

  async #putInForce(membership: Membership, supervisor: Supervisor): Promise<Outcome> {
    const next = effectiveConfig(this.#file, membership);
    const outcome = outcomeOf(supervisor, next);
    await supervisor.apply(next.config, this.#texts, next.operators);
    return outcome;
  }

  /** Errors: ChangeRefused; then nobody has taken it over. */
  async #applyAll(
    supervisor: Supervisor,
    followers: readonly Follower[],
    { config, operators }: EffectiveConfig,
    texts: FileTexts,
  ): Promise<void> {
    try {
      const step = await prepareAll(followers, config, texts);
      try {
        await supervisor.apply(config, texts, operators);
      } catch (error) {
        step.abort();
        throw error;
      }
      step.commit();
    } catch (error) {
      throw new ChangeRefused("invalid", (error as Error).message);
    }
  }

  /** Files whose contents are others now; their names stand in the configuration as before. */
  #renewedFiles(texts: FileTexts): string[] {
    return Object.keys(texts)
      .filter((path) => Object.hasOwn(this.#texts, path) && this.#texts[path] !== texts[path])
      .map((path) => `file ${JSON.stringify(path)} has new contents`);
  }
}

function membershipIn(store: Store, stored: StoredDocument | null): Membership {
  try {
    return readMembership(stored?.value ?? null);
  } catch (error) {
    throw new Error(`${store.name}: ${(error as Error).message}`);
  }
}
