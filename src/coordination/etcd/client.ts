/**
 * Asks an etcd cluster over its JSON gateway, at whichever of its endpoints answers. A question that can't have been
 * heard goes to the next endpoint; one that may have been done is never asked again here.
 */
import type { ConnectTls } from "../../transport/tls.ts";
import { StoreError } from "../store.ts";

/** Where a cluster is, and who we are to it. */
export interface EtcdOptions {
  /** `http://host:port` or `https://…`; at least one. */
  readonly endpoints: readonly string[];
  /** What all keys begin with. */
  readonly root: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly tls: ConnectTls | null;
  /** How long an answer may take. Units: milliseconds. */
  readonly timeoutMs: number;
}

/** gRPC's codes that say for sure that nothing was done. */
const REFUSED = new Set([3, 5, 7, 8, 9, 11, 12, 16]);
const UNAUTHENTICATED = 16;
const INVALID = 3;
/** Failures of a connection that was never made. */
const UNREACHED = new Set([
  "ConnectionRefused",
  "FailedToOpenSocket",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EHOSTUNREACH",
]);

/** An error that etcd has told. */
export class EtcdError extends StoreError {
  constructor(kind: "unavailable" | "uncertain", message: string, readonly code: number) {
    super(kind, message);
  }
}

/** One cluster. */
export class EtcdClient {
  readonly name: string;
  readonly options: EtcdOptions;
  #current = 0;
  #token: Promise<string> | null = null;

  constructor(options: EtcdOptions) {
    this.options = options;
    this.name = `etcd:${options.endpoints.join(",")}${options.root.replace(/\/$/, "")}`;
  }

  /** The endpoint that answered last, or is to be tried next. */
  get endpoint(): string {
    return this.options.endpoints[this.#current]!;
  }

  /** Goes on with the next endpoint, unless somebody has already left this one. */
  leave(endpoint: string): void {
    if (endpoint === this.endpoint) this.#current = (this.#current + 1) % this.options.endpoints.length;
  }

  /**
   * What etcd answers. A question that `mayRepeat` is asked at every endpoint until one answers.
   *
   * Errors: StoreError, "uncertain" when it may have been done.
   */
  async ask<T>(path: string, body: unknown, mayRepeat: boolean, signal?: AbortSignal): Promise<T> {
    for (let tries = 1;; tries++) {
      const { endpoint } = this;
      try {
        return await this.askAt<T>(endpoint, path, body, signal);
      } catch (error) {
        const { kind } = error as StoreError;
        const isHeard = error instanceof EtcdError && REFUSED.has(error.code);
        if (isHeard || signal?.aborted) throw error;
        this.leave(endpoint);
        const isSafe = mayRepeat || kind === "unavailable";
        if (!isSafe || tries >= this.options.endpoints.length) {
          throw mayRepeat ? new StoreError("unavailable", (error as Error).message) : error;
        }
      }
    }
  }

  /** What one endpoint answers. */
  async askAt<T>(endpoint: string, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    const deadline = AbortSignal.timeout(this.options.timeoutMs);
    const within = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    const text = await this.open(endpoint, path, body, within, (answer) => answer.text());
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new StoreError("uncertain", `${this.name} answers ${path} with what is no JSON`);
    }
  }

  /** Has `read` read what one endpoint answers. Whoever is not known any more makes himself known once. */
  async open<T>(
    endpoint: string,
    path: string,
    body: unknown,
    signal: AbortSignal,
    read: (answer: Response) => Promise<T>,
  ): Promise<T> {
    for (let isFirst = true;; isFirst = false) {
      const token = await this.#authenticate(endpoint, signal);
      try {
        return await this.#post(endpoint, path, body, token, signal, read);
      } catch (error) {
        if (!isFirst || token === null || !isAboutToken(error)) throw error;
        this.#token = null;
      }
    }
  }

  async #post<T>(
    endpoint: string,
    path: string,
    body: unknown,
    token: string | null,
    signal: AbortSignal,
    read: (answer: Response) => Promise<T>,
  ): Promise<T> {
    try {
      const answer = await fetch(endpoint + path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: token === null ? {} : { authorization: token },
        redirect: "error",
        signal,
        ...this.#tls(),
        // A quiet watch is no failure.
        timeout: false,
      } as RequestInit);
      if (!answer.ok) throw this.#told(path, answer.status, await answer.text());
      return await read(answer);
    } catch (error) {
      throw error instanceof StoreError ? error : this.#broken(endpoint, error as Error);
    }
  }

  #authenticate(endpoint: string, signal: AbortSignal): Promise<string> | null {
    const { user, password } = this.options;
    if (user === null) return null;
    this.#token ??= this.#post(
      endpoint,
      "/v3/auth/authenticate",
      { name: user, password: password ?? "" },
      null,
      signal,
      async (answer) => ((await answer.json()) as { token: string }).token,
    ).catch((error) => {
      this.#token = null;
      // Nothing that was to be done under it has been.
      throw new StoreError("unavailable", (error as Error).message);
    });
    return this.#token;
  }

  #tls(): { tls?: unknown } {
    const { tls } = this.options;
    if (tls === null) return {};
    const { ca, cert, key, serverName, verify } = tls;
    return {
      tls: {
        rejectUnauthorized: verify,
        ...(ca === null ? {} : { ca }),
        ...(cert === null || key === null ? {} : { cert, key }),
        ...(serverName === null ? {} : { serverName }),
      },
    };
  }

  #told(path: string, status: number, text: string): EtcdError {
    let code = 0;
    let message = `HTTP status ${status}`;
    try {
      const told = JSON.parse(text) as { code?: number; message?: string; error?: string };
      code = told.code ?? 0;
      message = told.message ?? told.error ?? message;
    } catch {
      // Something else than etcd answers there; its status is all that can be told.
    }
    return new EtcdError(
      REFUSED.has(code) ? "unavailable" : "uncertain",
      `${this.name}: ${path}: ${message}`,
      code,
    );
  }

  #broken(endpoint: string, error: Error): StoreError {
    const { code, name, message } = error as Error & { code?: string };
    const kind = UNREACHED.has(code ?? "") || isCertificate(code) ? "unavailable" : "uncertain";
    const reason = name === "TimeoutError"
      ? `no answer within ${this.options.timeoutMs} ms`
      : code ?? message;
    return new StoreError(kind, `etcd at ${endpoint}: ${reason}`);
  }
}

/** The token has run out, or etcd was restarted and has forgotten it. */
function isAboutToken(error: unknown): boolean {
  if (!(error instanceof EtcdError)) return false;
  return error.code === UNAUTHENTICATED ||
    (error.code === INVALID && /auth|user name is empty/.test(error.message));
}

/** Nothing is sent to a server that is not the right one. */
function isCertificate(code = ""): boolean {
  return /CERT|TLS|SSL|UNABLE_TO/.test(code);
}
