/** Serves complete memcached requests: refuses, answers itself, or hands the bytes to a lane. */
import { decodeBase64 } from "../../protocol/memcached/base64.ts";
import { COMMANDS } from "../../protocol/memcached/command_table.ts";
import { ReplyScanner } from "../../protocol/memcached/reply_scanner.ts";
import { RequestScanner } from "../../protocol/memcached/request_scanner.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { turn } from "../../transport/turn.ts";
import { askAll } from "../ask_all.ts";
import { Families } from "../families.ts";
import { NO_SERVER } from "../failure.ts";
import type { Pool } from "../pool.ts";
import type { ProbeQuestion, Protocol, VersionQuestion } from "../protocol.ts";
import { Request } from "../request.ts";
import type { Session } from "../session.ts";
import { Split } from "../split.ts";
import { HUSHED, sameReply } from "./everywhere.ts";
import { Gather } from "./gather.ts";
import { HUSHES } from "./hush.ts";
import { LOCAL_BY_ID } from "./local_commands.ts";
import { noteKey } from "../request_key.ts";
import { appendRequest } from "./request_bytes.ts";

/** What decides where a command without keys goes, in nutcracker too. */
const FIXED_KEY = Buffer.from("placeholder");
const ASK_VERSION = Buffer.from("version\r\n");
const SAME_OK = sameReply("OK\r\n");
const LONGEST_KEY = 250;
const FAMILIES = new Families(COMMANDS.map(({ family }) => family));

/** `version`, answered by a version: anything else means that the server can't serve. */
const PROBE: ProbeQuestion = {
  bytes: ASK_VERSION,
  accepts: (reply) => Buffer.from(reply).toString("latin1").startsWith("VERSION "),
};

const VERSION_QUESTION: VersionQuestion = {
  bytes: ASK_VERSION,
  pattern: /^VERSION ([0-9.]+)/,
  unknown: "1.4.0",
};

/** Memcached on both sides of one pool. */
export class MemcachedProtocol implements Protocol {
  readonly probe = PROBE;
  readonly version = VERSION_QUESTION;
  readonly families = FAMILIES;
  readonly #pool: Pool;
  readonly #gather: Gather;
  readonly #decodedKey: Uint8Array = new Uint8Array(LONGEST_KEY);

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#gather = new Gather(pool);
  }

  /** memcached's text protocol has no users. */
  admit(_session: Session): void {}

  greetingFor(): null {
    return null;
  }

  newRequestReader(): RequestScanner {
    return new RequestScanner(this.#pool.config);
  }

  newReplyReader(): ReplyScanner {
    return new ReplyScanner();
  }

  errorReply(text: string): Uint8Array {
    return Buffer.from(`SERVER_ERROR ${text}\r\n`);
  }

  faultReply(text: string): Uint8Array {
    return Buffer.from(`CLIENT_ERROR ${text}\r\n`);
  }

  serve(session: Session, request: RequestScanner): void {
    this.#pool.counters.requests++;
    const command = request.command;
    if (command === null || request.error !== "") {
      this.#refuse(session, request);
      return;
    }
    session.client.lastCommand = command.id;
    switch (command.handling) {
      case "gather":
        if (request.count > command.keyAt + 1) this.#gather.send(session, request);
        else this.#forward(session, request, command.id + 1);
        break;
      case "forward":
        if (request.hushed) this.#forwardHushed(session, request, command.id + 1);
        else this.#forward(session, request, command.id + 1);
        break;
      case "everywhere": {
        const merge = request.hushed ? HUSHED : SAME_OK;
        const requests = [(outbox: Outbox) => appendRequest(outbox, request)];
        askAll(session, { command: command.id + 1, requests, merge });
        break;
      }
      case "local":
        LOCAL_BY_ID[command.id]!(session, request);
        break;
    }
  }

  /** Only `noreply` keeps an error back; `q` does not. */
  #refuse(session: Session, request: RequestScanner): void {
    if (request.hushed && request.command!.hush === "noreply") return;
    session.reply(Buffer.from(`${request.error}\r\n`));
  }

  #forward(session: Session, request: RequestScanner, figures: number): void {
    const record = session.expect(figures);
    this.#send(session, request, record, record);
  }

  #forwardHushed(session: Session, request: RequestScanner, figures: number): void {
    const parent = session.expect(figures);
    const split = new Split(parent, HUSHES[request.command!.id]!);
    const fragment = new Request(null, split, figures, turn.now);
    split.add(fragment);
    split.seal();
    this.#send(session, request, parent, fragment);
  }

  /** Sends the request; `record` stands in the session's queue, `sent` in the lane's. */
  #send(session: Session, request: RequestScanner, record: Request, sent: Request): void {
    const server = this.#route(request);
    if (server < 0) {
      this.#pool.fail(sent, NO_SERVER, null);
      return;
    }
    const lane = this.#pool.backends[server]!.laneOf(session);
    session.charge(record);
    const { keyAt } = request.command!;
    if (keyAt > 0 && keyAt < request.count) {
      this.#pool.hotKeys.pass(request, keyAt, server);
      noteKey(sent, request, keyAt);
    }
    if (!lane.begin(sent)) return;
    appendRequest(lane.outbox, request);
    lane.push();
    if (lane.full) session.waitFor(lane);
  }

  /** A key that is written in base64 goes where the same key written plainly goes. */
  #route(request: RequestScanner): number {
    const { router } = this.#pool;
    const { keyAt } = request.command!;
    if (keyAt >= request.count) return router.route(FIXED_KEY, 0, FIXED_KEY.length);
    const bytes = request.bytesOf(keyAt);
    const start = request.start(keyAt);
    const end = request.end(keyAt);
    if (request.isKeyEncoded) {
      const size = decodeBase64(bytes, start, end, this.#decodedKey);
      if (size >= 0) return router.route(this.#decodedKey, 0, size);
    }
    return router.route(bytes, start, end);
  }
}
