/** The bearer tokens, and what whoever shows one may do. Only their digests are kept, so that no dump shows them. */
import { createHash, timingSafeEqual } from "node:crypto";
import { tokenFault, tokenIn } from "../config/mod.ts";

/** What the token files hold; null where there is none. */
export interface AdminTokens {
  /** Allows everything. */
  readonly write: string | null;
  /** Allows to read. */
  readonly read: string | null;
}

/** What a request may do. */
export type Scope = "nothing" | "read" | "write";

/** Tells from a request's token what it may do. */
export class Tokens {
  readonly #write: Buffer | null;
  readonly #read: Buffer | null;

  /** Errors: throws when a token is empty or can't be sent in a header; the message doesn't show it. */
  constructor({ write, read }: AdminTokens) {
    this.#write = digestOf(write, "admin.token_file");
    this.#read = digestOf(read, "admin.read_token_file");
  }

  /** Whether there is none: then everything is allowed, to whoever gets here. */
  get areNone(): boolean {
    return this.#write === null && this.#read === null;
  }

  /** What the holder of `token` may do. Cost: the same time for every token that isn't the right one. */
  scopeOf(token: string): Scope {
    const given = sha256(token);
    const mayWrite = this.#write !== null && timingSafeEqual(given, this.#write);
    const mayRead = this.#read !== null && timingSafeEqual(given, this.#read);
    return mayWrite ? "write" : mayRead ? "read" : "nothing";
  }
}

/** Digests have one length, so that comparing them tells nothing about the token's. */
function digestOf(content: string | null, option: string): Buffer | null {
  if (content === null) return null;
  const fault = tokenFault(content);
  if (fault !== null) throw new Error(`${option}: the file ${fault}`);
  return sha256(tokenIn(content));
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
