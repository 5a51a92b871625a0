/** One question to a server, on a connection of its own: whether it can take traffic. No client's request is a probe. */
import type { PoolConfig, ServerConfig } from "../../config/mod.ts";
import type { ConnectTls } from "../../transport/tls.ts";
import { ServerQuestion } from "./server_question.ts";

/** What came of a probe so far. */
export type ProbeAnswer = "waiting" | "alive" | "failed";

/** A probe under way. */
export class Probe {
  readonly #question: ServerQuestion;
  #answer: ProbeAnswer = "waiting";

  /** Asks `server` of a pool. */
  constructor(config: PoolConfig, server: ServerConfig, serverTls: ConnectTls | null, now: number) {
    const asked = { config, server, serverTls };
    this.#question = new ServerQuestion(
      asked,
      ({ probe }) => [probe.bytes],
      now,
      (replies) => this.#take(replies?.[0] ?? null),
    );
  }

  /** Goes on; once the answer is known, the connection is closed. */
  tick(now: number): ProbeAnswer {
    this.#question.tick(now);
    return this.#answer;
  }

  /** Closes its connection, whatever the answer would have been. */
  end(): void {
    this.#question.end();
  }

  #take(reply: Uint8Array | null): void {
    const { probe } = this.#question.protocol;
    this.#answer = reply !== null && probe.accepts(reply) ? "alive" : "failed";
  }
}
