/**
 * Running scripts by name on servers that may not have them: what clients load and run is remembered, and comes
 * along with the first EVALSHA that needs it on a connection. So a server that was started anew, or has just joined,
 * has every script when it is needed, and the order of a session's requests is what it was.
 */
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { textOf } from "../../protocol/arguments.ts";
import type { Lane } from "../lane.ts";
import type { Request } from "../request.ts";
import { appendRange } from "../request_bytes.ts";
import { type Script, ScriptCache } from "./script_cache.ts";
import { bring, ScriptRun } from "./script_run.ts";

/** The scripts of one pool. */
export class Scripts {
  readonly #cache: ScriptCache;

  /** `former` are those of the same pool before its configuration changed. */
  constructor(former: Scripts | null) {
    this.#cache = former === null ? new ScriptCache() : former.#cache;
  }

  /** Learns from a request that is about to be sent. */
  note(request: RequestScanner, { name }: Command): void {
    if (name === "eval" || name === "eval_ro") this.#remember(request, 1);
    else if (name === "script|load") this.#remember(request, 2);
    else if (name === "script|flush") this.#cache.clear();
  }

  /** The script that a request runs by its name; null when it doesn't, or nobody has told it. */
  scriptOf(request: RequestScanner, { name }: Command): Script | null {
    return name === "evalsha" || name === "evalsha_ro" ? this.#cache.find(textOf(request, 1)) : null;
  }

  /** Sends an EVALSHA, whose record the session expects, with the script where the server may not have it. */
  run(script: Script, record: Request, request: RequestScanner, lane: Lane): void {
    const session = record.session!;
    const run = new ScriptRun(script, lane, request.copy());
    record.taker = run;
    session.charge(record);
    run.sent(record);
    if (script.isNeededOn(lane)) bring(script, lane);
    if (!lane.begin(record)) return;
    appendRange(lane.outbox, request, request.from, request.to);
    lane.push();
    if (lane.full) session.waitFor(lane);
  }

  #remember(request: RequestScanner, index: number): void {
    this.#cache.remember(request.bytesOf(index).subarray(request.start(index), request.end(index)));
  }
}
