/** Which unit of the router, and so which server, a whole request belongs to. */
import type { Command } from "../../protocol/redis/command.ts";
import { KeyFinder } from "../../protocol/redis/key_finder.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import type { Router } from "../../routing/router.ts";
import { Placement } from "../placement.ts";

/** What decides where a command without keys goes, in nutcracker too. */
const FIXED_KEY = Buffer.from("placeholder");

/** What `find` answers for a request without keys: any server will do. */
export const ANYWHERE = -3;

/** The unit of requests without keys. */
export function fixedUnit(router: Router): number {
  return router.unitOf(FIXED_KEY, 0, FIXED_KEY.length);
}

/** Finds the one unit of a request. */
export class Home {
  /** Keys of the request that was looked at last. */
  count = 0;
  readonly #finder = new KeyFinder();
  readonly #placement = new Placement();

  /**
   * The unit of all keys of the request, `SEVERAL`, `NO_SERVER` or `ANYWHERE`. Keys that can't be told are left to
   * the server, which says what is wrong with them.
   */
  find(router: Router, command: Command, request: RequestScanner): number {
    if (command.handling === "publish" && command.keys.length > 0) {
      this.count = 0;
      // Those who listen to a sharded channel do so on its own server.
      return router.unitOf(request.bytesOf(1), request.start(1), request.end(1));
    }
    this.count = Math.max(0, this.#finder.findKeys(command, request));
    return this.count === 0 ? ANYWHERE : this.#placement.place(router, request, this.keys, this.count);
  }

  /** Argument indexes of the keys of the request that was looked at last. */
  get keys(): Int32Array {
    return this.#finder.keys;
  }
}
