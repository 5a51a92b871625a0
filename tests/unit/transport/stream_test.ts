import { expect, test } from "bun:test";
import { Budget } from "../../../src/transport/budget.ts";
import { listen } from "../../../src/transport/listen.ts";
import { NOBODY, type Stream } from "../../../src/transport/stream.ts";
import { turn } from "../../../src/transport/turn.ts";
import { freePort } from "../../support/free_port.ts";

/** When the owner stops reading, told by where that stands to the write at the end of the turn. */
const PAUSES: readonly [when: string, pause: (stream: Stream) => void][] = [
  ["before", (stream) => stream.pause()],
  ["after", (stream) => turn.atEnd({ endTurn: () => stream.pause(), turnFailed() {} })],
];

test.each(PAUSES)(
  "Stream ends when a write finds the peer gone and reading stopped %s it",
  async (_, pause) => {
    const { promise: closed, resolve } = Promise.withResolvers<string>();
    const port = freePort();
    const listener = listen({
      address: { kind: "tcp", host: "127.0.0.1", port },
      descriptor: null,
      backlog: 1,
      tls: null,
      handshakeMs: () => 0,
      keepaliveMs: () => 0,
      budget: new Budget(1024, () => {}),
      accept: (stream) => ({
        ...NOBODY,
        received(chunk): void {
          stream.outbox.append(chunk, 0, chunk.length);
          stream.push();
          pause(stream);
          // The runtime has not looked for events again when the turn ends.
          client.terminate();
        },
        closed: resolve,
      }),
    });
    const client = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: { data() {} },
    });
    client.write("x");
    expect(await closed).toBe("");
    listener.stop();
  },
);
