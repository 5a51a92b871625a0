/**
 * An EVALSHA on its way: stands in its session's queue and its lane's like any other request, and looks at the reply
 * before the session does. `-NOSCRIPT` means that nothing was run, so the script is loaded and the request sent once
 * more, unless the session has asked for something since, which must not be overtaken.
 */
import { ERROR } from "../../protocol/redis/bytes.ts";
import { release } from "../../protocol/chunk_holds.ts";
import { turn } from "../../transport/turn.ts";
import type { Lane } from "../lane.ts";
import { ReplyView } from "../reply_view.ts";
import { LOCAL_COMMAND, type ReplyTaker, Request, WAITING } from "../request.ts";
import { passOn } from "../taken_reply.ts";
import type { Script } from "./script_cache.ts";

const NOSCRIPT = "-NOSCRIPT ";

/** Takes the reply to SCRIPT LOAD, which nobody asked for. */
const NOBODY: ReplyTaker = {
  take(request) {
    if (request.bytes !== null) release(request.bytes);
    request.bytes = null;
  },
};

/** Has the script loaded before whatever is queued on the lane next. */
export function bring(script: Script, lane: Lane): void {
  if (!lane.begin(new Request(null, NOBODY, LOCAL_COMMAND, turn.now))) return;
  lane.outbox.append(script.bytes, 0, script.bytes.length);
  script.saidTo(lane);
}

/** Takes the reply of one EVALSHA. */
export class ScriptRun implements ReplyTaker {
  readonly preface: Script;
  #lane: Lane;
  /** The request, in case it has to be sent again. */
  readonly #bytes: Uint8Array;
  #isRepaired = false;
  /** What is counted for the session on this request's behalf: the request, and parts of the reply. */
  #counted = 0;

  constructor(script: Script, lane: Lane, bytes: Uint8Array) {
    this.preface = script;
    this.#lane = lane;
    this.#bytes = bytes;
  }

  /** The request has been queued on the lane: what it keeps counts against its client. */
  sent(request: Request): void {
    this.#count(request, this.#bytes.length);
  }

  /** It goes out on another lane, whose server may not have the script. */
  sendingOn(lane: Lane): void {
    this.#lane = lane;
    if (this.preface.isNeededOn(lane)) bring(this.preface, lane);
  }

  /** A reply that has begun and is no error can be passed on as it comes. */
  keep(request: Request, size: number): void {
    const held = request.held!;
    const [first] = held.parts;
    if (first!.bytes[first!.start] === ERROR) {
      this.#count(request, size);
    } else {
      this.#uncount(request);
      request.held = held;
      request.taker = null;
    }
  }

  take(request: Request): void {
    const reply = new ReplyView(request);
    const isMissing = reply.has(NOSCRIPT, reply.from);
    if (isMissing) this.preface.forgottenBy(this.#lane);
    const { replies } = request.session!;
    if (isMissing && !this.#isRepaired && replies.isNewest(request)) this.#repair(request);
    else this.#deliver(request);
  }

  #repair(request: Request): void {
    this.#isRepaired = true;
    if (request.bytes !== null) release(request.bytes);
    request.bytes = null;
    request.body = null;
    request.held = null;
    request.state = WAITING;
    request.end = this.#counted;
    const lane = this.#lane;
    bring(this.preface, lane);
    // If the lane is down now, it fails, and that is delivered.
    if (!lane.begin(request)) return;
    lane.outbox.append(this.#bytes, 0, this.#bytes.length);
    lane.push();
  }

  #deliver(request: Request): void {
    const { end } = request;
    this.#uncount(request);
    request.end = end;
    passOn(request);
  }

  #count(request: Request, size: number): void {
    this.#counted += size;
    request.end = this.#counted - size;
    request.session!.replies.holdPart(request, size);
  }

  #uncount(request: Request): void {
    request.end = this.#counted;
    this.#counted = 0;
    request.session!.replies.dropPart(request);
  }
}
