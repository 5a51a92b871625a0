/** Which server has which key of one request. One per splitter; its arrays are reused. */
import type { Arguments } from "../protocol/arguments.ts";
import type { Router } from "../routing/router.ts";

/** What `place` answers when the keys don't live on one server. */
export const SEVERAL = -2;
/** The end of a chain. */
export const NONE = -1;

/** The keys of one request by server. Keys are numbered from 0, in the order of the request. */
export class Placement {
  /** The next key of the same server, by key; `NONE` behind the last. */
  next: Int32Array = new Int32Array(64);
  /** The first key, by server. */
  first: Int32Array = new Int32Array(0);
  /** Number of keys, by server. */
  size: Int32Array = new Int32Array(0);
  #serverOf = new Int32Array(64);
  #last = new Int32Array(0);

  /** The server of all keys, `SEVERAL`, or -1 when some have none. Keys are given by their argument indexes. */
  place(router: Router, request: Arguments, keys: Int32Array, count: number): number {
    if (count > this.#serverOf.length) this.#grow(count);
    let common = SEVERAL;
    let several = false;
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      const server = router.route(request.bytesOf(key), request.start(key), request.end(key));
      if (server < 0) return server;
      this.#serverOf[i] = server;
      if (i > 0 && server !== common) several = true;
      common = server;
    }
    return several ? SEVERAL : common;
  }

  /** Chains the keys that were placed last; answers their servers, of `servers`, in the order of their first keys. */
  chain(count: number, servers: number): number[] {
    const chained: number[] = [];
    if (this.first.length < servers) {
      this.first = new Int32Array(servers);
      this.size = new Int32Array(servers);
      this.#last = new Int32Array(servers);
    }
    this.size.fill(0);
    for (let i = 0; i < count; i++) {
      const server = this.#serverOf[i]!;
      if (this.size[server] === 0) {
        chained.push(server);
        this.first[server] = i;
      } else {
        this.next[this.#last[server]!] = i;
      }
      this.#last[server] = i;
      this.next[i] = NONE;
      this.size[server]!++;
    }
    return chained;
  }

  #grow(count: number): void {
    this.#serverOf = new Int32Array(count);
    this.next = new Int32Array(count);
  }
}
