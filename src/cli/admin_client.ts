/** Asks the admin endpoint of a running proxy, from the command line. */
import { readFileSync } from "node:fs";
import { DEFAULT_ADMIN_LISTEN, formatAddress, tokenIn } from "../config/mod.ts";
import type { Flag } from "./args.ts";

/** Where the endpoint is unless `--admin` says otherwise. */
export const DEFAULT_ADMIN_URL = `http://${formatAddress(DEFAULT_ADMIN_LISTEN)}`;

/** The flags of every command that asks it. */
export const ADMIN_FLAGS: readonly Flag[] = [
  {
    name: "admin",
    short: "a",
    value: "URL",
    description: `The proxy's admin endpoint (default: ${DEFAULT_ADMIN_URL}).`,
  },
  {
    name: "token-file",
    short: "k",
    value: "FILE",
    description: "File with the token that the endpoint wants.",
  },
];

/** Why there is no answer; the message is for the user. */
export class AdminFailure extends Error {}

/** How long an answer may take; milliseconds. */
const PATIENCE_MS = 5000;

/** An admin endpoint. */
export class AdminClient {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  /** Errors: AdminFailure when the URL is none or the token can't be read. */
  constructor(flags: ReadonlyMap<string, string | true>) {
    this.#url = String(flags.get("admin") ?? DEFAULT_ADMIN_URL).replace(/\/+$/, "");
    if (!/^https?:\/\/[^/]/.test(this.#url)) {
      throw new AdminFailure(`--admin ${this.#url}: not a URL such as ${DEFAULT_ADMIN_URL}`);
    }
    const file = flags.get("token-file");
    this.#headers = typeof file === "string" ? { authorization: `Bearer ${tokenOf(file)}` } : {};
  }

  /** The body of the answer. Errors: AdminFailure when there is none, or when it is a refusal. */
  async text(path: string): Promise<string> {
    const { status, body } = await this.#fetch(path);
    if (status !== 200) throw new AdminFailure(`${this.#url}${path}: ${status} ${reasonIn(body)}`);
    return body;
  }

  async #fetch(path: string): Promise<{ status: number; body: string }> {
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetch(this.#url + path, { headers: this.#headers, signal });
      return { status: answer.status, body: await answer.text() };
    } catch (error) {
      const { code, message } = error as Error & { code?: unknown };
      const reason = typeof code === "string" ? code : message;
      throw new AdminFailure(`${this.#url} can't be reached: ${reason}`);
    }
  }
}

function tokenOf(file: string): string {
  try {
    return tokenIn(readFileSync(file, "utf8"));
  } catch (error) {
    throw new AdminFailure(`--token-file ${file}: ${(error as Error).message}`);
  }
}

/** What the endpoint says is wrong; the beginning of the body where it isn't its own words. */
function reasonIn(body: string): string {
  try {
    return String((JSON.parse(body) as { message: string }).message);
  } catch {
    return body.slice(0, 200).trim();
  }
}
