/**
 * Decides who comes in. With tokens, whoever shows one. Without, everybody on this machine; but a browser on this
 * machine also acts for the pages it shows, so pages that are not ours are kept out: by Origin those that post here
 * from elsewhere, by Host those whose own name was made to lead here (DNS rebinding).
 */
import type { Address } from "../config/mod.ts";
import { isLoopbackHost } from "./loopback.ts";
import { Refusal } from "./refusal.ts";
import type { Access } from "./route.ts";
import { type AdminTokens, type Scope, Tokens } from "./tokens.ts";

/** The gate of one endpoint. */
export class Gate {
  readonly #listen: Address;
  #tokens: Tokens;

  /** Errors: as `reload`. */
  constructor(listen: Address, tokens: AdminTokens) {
    this.#listen = listen;
    this.#tokens = checkedTokens(listen, tokens);
  }

  /** Takes other tokens. Errors: throws when they don't do for the address, and keeps the old ones. */
  reload(tokens: AdminTokens): void {
    this.#tokens = checkedTokens(this.#listen, tokens);
  }

  /** Lets the request come in, or throws the Refusal that says why not. */
  admit(request: Request): void {
    if (!this.#tokens.areNone) return;
    // An old client may name no host; a browser always does.
    const host = request.headers.get("host") ?? "";
    if (host !== "" && !this.#isOurs(host)) {
      throw new Refusal(
        403,
        "Host",
        `${
          JSON.stringify(host)
        } is no name of this machine itself, so this may be a web page whose name was made to ` +
          "lead here; use localhost, or set admin.token_file",
      );
    }
    const origin = request.headers.get("origin");
    if (origin !== null && !isOf(origin, host)) {
      throw new Refusal(
        403,
        "Origin",
        `${JSON.stringify(origin)} is a web page of somebody else; requests of such pages need a token ` +
          "(admin.token_file)",
      );
    }
  }

  /** What the request may do. */
  scopeOf(request: Request): Scope {
    if (this.#tokens.areNone) return "write";
    const token = bearerOf(request);
    return token === null ? "nothing" : this.#tokens.scopeOf(token);
  }

  /** Throws the Refusal that says why the request can't have a route with that access, if it can't. */
  check(request: Request, access: Access): void {
    const scope = this.scopeOf(request);
    if (access === "open" || scope === "write" || scope === access) return;
    if (scope === "read") {
      const headers = { "www-authenticate": `${CHALLENGE}, error="insufficient_scope"` };
      throw new Refusal(
        403,
        "Authorization",
        "this is the token for reading; this route changes something",
        headers,
      );
    }
    if (bearerOf(request) === null) {
      throw new Refusal(401, "Authorization", "a token is needed: send Authorization: Bearer TOKEN", {
        "www-authenticate": CHALLENGE,
      });
    }
    throw new Refusal(401, "Authorization", "the token is not the right one", {
      "www-authenticate": `${CHALLENGE}, error="invalid_token"`,
    });
  }

  /** A browser doesn't connect to unix sockets; whoever does may name it as he likes. */
  #isOurs(host: string): boolean {
    if (this.#listen.kind === "unix") return true;
    const name = host.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1").toLowerCase();
    return isLoopbackHost(name) || name === this.#listen.host.toLowerCase();
  }
}

const CHALLENGE = 'Bearer realm="sennit"';

/** The tokens for an endpoint at `listen`. Errors: throws when they don't do for it. */
export function checkedTokens(listen: Address, given: AdminTokens): Tokens {
  const tokens = new Tokens(given);
  if (tokens.areNone && listen.kind === "tcp" && !isLoopbackHost(listen.host)) {
    throw new Error(`admin.listen: other machines can reach ${listen.host}, so it needs admin.token_file`);
  }
  return tokens;
}

function bearerOf(request: Request): string | null {
  return /^bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}

/** An origin can be `null` too: a page out of a file or a sandbox. */
function isOf(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}
