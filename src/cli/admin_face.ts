/** Opens the admin endpoint for a running instance, and has it follow the configuration. */
import { isDeepStrictEqual } from "node:util";
import { type AdminServer, type AdminTokens, checkedTokens, serveAdmin } from "../admin/mod.ts";
import { type Address, type Config, DEFAULT_ADMIN_LISTEN, formatAddress } from "../config/mod.ts";
import type { FileTexts } from "../control/config_file.ts";
import type { ReportEvent } from "../control/events.ts";
import type { Follower, Step } from "../control/follower.ts";
import type { Instance } from "../control/instance.ts";
import { RENDERINGS } from "./renderings.ts";

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

  /**
   * Opens it; `takeOver` when a predecessor still listens there. Nobody asked for the default address, so that it is
   * taken, by another instance most likely, is only said.
   *
   * Errors: throws when another address can't be listened on, or the tokens don't do.
   */
  async open({ admin }: Config, texts: FileTexts, takeOver: boolean): Promise<void> {
    const { listen } = admin;
    if (listen === null) return;
    try {
      this.#take(listen, await this.#serve(listen, tokensOf(admin, texts), takeOver));
    } catch (error) {
      if (!isDeepStrictEqual(listen, DEFAULT_ADMIN_LISTEN)) throw error;
      this.#report("admin.unavailable", { reason: (error as Error).message });
    }
  }

  async prepare({ admin }: Config, texts: FileTexts): Promise<Step> {
    const tokens = tokensOf(admin, texts);
    const { listen } = admin;
    if (listen !== null) checkedTokens(listen, tokens);
    if (isDeepStrictEqual(listen, this.#listen)) {
      return { abort() {}, commit: () => this.#server?.reload(tokens) };
    }
    const next = listen === null ? null : await this.#serve(listen, tokens, false);
    return { abort: () => void next?.stop(), commit: () => this.#take(listen, next) };
  }

  /** Closes it; whoever is being answered gets a moment. */
  async close(): Promise<void> {
    await this.#server?.stop();
    this.#server = null;
  }

  #serve(listen: Address, tokens: AdminTokens, takeOver: boolean): Promise<AdminServer> {
    return serveAdmin(this.#instance, {
      listen,
      tokens,
      takeOver,
      renderings: RENDERINGS,
      report: this.#report,
    });
  }

  /** The answer to whoever asked for this may go through the former server. */
  #take(listen: Address | null, server: AdminServer | null): void {
    void this.#server?.stop();
    this.#listen = listen;
    this.#server = server;
    if (listen !== null) this.#report("admin.listening", { listen: formatAddress(listen) });
  }
}

function tokensOf({ tokenFile, readTokenFile }: Config["admin"], texts: FileTexts): AdminTokens {
  return {
    write: tokenFile === null ? null : texts[tokenFile]!,
    read: readTokenFile === null ? null : texts[readTokenFile]!,
  };
}
