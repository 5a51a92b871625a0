/** A program for a test: listens on descriptor 3, which it was given, and echoes what clients say. */
import { Budget } from "../../src/transport/budget.ts";
import { listen } from "../../src/transport/listen.ts";
import type { Stream, StreamOwner } from "../../src/transport/stream.ts";

function echo(stream: Stream): StreamOwner {
  return {
    received(chunk) {
      stream.outbox.append(chunk, 0, chunk.length);
      stream.push();
    },
    drained() {},
    ended: () => stream.finish(),
    closed() {},
  };
}

listen({
  address: { kind: "tcp", host: "127.0.0.1", port: 1 },
  descriptor: 3,
  backlog: 5,
  tls: null,
  handshakeMs: () => 0,
  keepaliveMs: () => 0,
  budget: new Budget(1_000_000, () => {}),
  accept: echo,
});
console.log("listening");
