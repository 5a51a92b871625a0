/** Opens the admin endpoint for a running instance, and has it follow the configuration. */
import { isDeepStrictEqual } from "node:util";
import { type AdminServer, type AdminTokens, checkedTokens, serveAdmin } from "../admin/mod.ts";
import { type Address, type Config, DEFAULT_ADMIN_LISTEN, formatAddress } from "../config/mod.ts";
import type { FileTexts } from "../control/settings/config_file.ts";
import type { ReportEvent } from "../control/log/events.ts";
import type { Follower, Step } from "../control/settings/follower.ts";
import type { Instance } from "../control/instance.ts";
import { RENDERINGS } from "./renderings.ts";

/** In the environment of a successor: where its predecessor's endpoint listens, so that it takes over that one only. */
const PREDECESSORS = "SENNIT_ADMIN";

/** The endpoint of an instance, which may be closed. */
export class AdminFace implements Follower {
  readonly #instance: Instance;
  readonly #report: ReportEvent;
  #listen: Address | null = null;
  #server: AdminServer | null = null;

  constructor(instance: Instance, report: ReportEvent) {
    this.#instance = instance;
    this.#report = report;
  }

  /** Opens it; a successor shares the address with its predecessor. Errors: as `prepare`. */
  async open(config: Config, texts: FileTexts, isSuccessor: boolean): Promise<void> {
    const former = isSuccessor ? process.env[PREDECESSORS] ?? null : null;
    const step = await this.#prepare(config, texts, former);
    step.commit();
  }

  /**
   * Nobody asked for the default address, so that it is taken, by another instance most likely, is only said.
   *
   * Errors: throws when another address can't be listened on, or the tokens don't do.
   */
  prepare(config: Config, texts: FileTexts): Promise<Step> {
    return this.#prepare(config, texts, this.#listen === null ? null : formatAddress(this.#listen));
  }

  /** Closes it; whoever is being answered gets a moment. */
  async close(): Promise<void> {
    await this.#server?.stop();
    this.#server = null;
  }

  /** `former` is where an endpoint listens that this one succeeds. */
  async #prepare({ admin }: Config, texts: FileTexts, former: string | null): Promise<Step> {
    const { listen } = admin;
    if (listen === null) return { abort() {}, commit: () => this.#take(null, null) };
    const tokens = tokensOf(admin, texts);
    checkedTokens(listen, tokens);
    if (isDeepStrictEqual(listen, this.#listen)) {
      return { abort() {}, commit: () => this.#server!.reload(tokens) };
    }
    const next = await this.#serve(listen, tokens, former !== null && overlaps(listen, former));
    return { abort: () => void next?.stop(), commit: () => this.#take(next === null ? null : listen, next) };
  }

  async #serve(listen: Address, tokens: AdminTokens, takeOver: boolean): Promise<AdminServer | null> {
    try {
      return await serveAdmin(this.#instance, {
        listen,
        tokens,
        takeOver,
        renderings: RENDERINGS,
        report: this.#report,
      });
    } catch (error) {
      if (!isDeepStrictEqual(listen, DEFAULT_ADMIN_LISTEN)) throw error;
      this.#report("admin.unavailable", { reason: (error as Error).message });
      return null;
    }
  }

  /** The answer to whoever asked for this may go through the former server. */
  #take(listen: Address | null, server: AdminServer | null): void {
    void this.#server?.stop();
    this.#listen = listen;
    this.#server = server;
    delete process.env[PREDECESSORS];
    if (listen === null) return;
    process.env[PREDECESSORS] = formatAddress(listen);
    this.#report("admin.listening", { listen: formatAddress(listen) });
  }
}

/** Whether listening on one address may keep others from another: 0.0.0.0:1 and 127.0.0.1:1 do. */
function overlaps(listen: Address, former: string): boolean {
  return listen.kind === "unix" ? former === listen.path : former.endsWith(`:${listen.port}`);
}

function tokensOf({ tokenFile, readTokenFile }: Config["admin"], texts: FileTexts): AdminTokens {
  return {
    write: tokenFile === null ? null : texts[tokenFile]!,
    read: readTokenFile === null ? null : texts[readTokenFile]!,
  };
}
