/** The bytes of a memcached request as a server gets them: what asks for silence is left out. */
import { SPACE } from "../../protocol/memcached/bytes.ts";
import { flagsAt } from "../../protocol/memcached/command.ts";
import { isQuietFlag } from "../../protocol/memcached/command_line.ts";
import type { RequestScanner } from "../../protocol/memcached/request_scanner.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { appendRange } from "../request_bytes.ts";

export const CRLF = Buffer.from("\r\n");
const ONE_SPACE = Buffer.from([SPACE]);

/** Appends the request; a line that is not as tidy as it could be is written anew. */
export function appendRequest(outbox: Outbox, request: RequestScanner): void {
  if (request.plain) {
    appendRange(outbox, request, request.from, request.to);
    return;
  }
  const command = request.command!;
  const firstFlag = command.isMeta ? flagsAt(command) : Infinity;
  for (let i = 0; i < request.sentWords; i++) {
    if (i >= firstFlag && isQuietFlag(request.bytesOf(i), request.start(i)) && command.hush === "q") continue;
    if (i > 0) outbox.append(ONE_SPACE, 0, 1);
    appendWord(outbox, request, i);
  }
  outbox.append(CRLF, 0, 2);
  appendRange(outbox, request, request.blockAt, request.to);
}

/** Appends one word. */
export function appendWord(outbox: Outbox, request: RequestScanner, word: number): void {
  outbox.append(request.bytesOf(word), request.start(word), request.end(word));
}
