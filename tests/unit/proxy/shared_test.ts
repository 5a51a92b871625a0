/** Whose memory is taken when a worker has too little: the largest client's, and of those who asked to be kept, last. */
import { expect, test } from "bun:test";
import type { Pool } from "../../../src/proxy/pool.ts";
import type { Session } from "../../../src/proxy/session.ts";
import { Shared } from "../../../src/proxy/shared.ts";
import { eventually } from "../../support/eventually.ts";

test("Shared closes those who hold most until there is room, who may not be evicted after all others", async () => {
  const shared = new Shared(25, 10, () => {});
  const closed: string[] = [];
  const session = (name: string, heldBytes: number, isKept: boolean) => {
    const made = {
      heldBytes,
      client: { isKept },
      close() {
        closed.push(name);
        shared.budget.change(-made.heldBytes);
        made.heldBytes = 0;
      },
    };
    return made as unknown as Session;
  };
  const sessions = [
    session("kept, large", 40, true),
    session("small", 10, false),
    session("nothing", 0, false),
    session("large", 30, false),
    session("kept, small", 20, true),
  ];
  shared.pools = [{ sessions: new Set(sessions) } as unknown as Pool];
  shared.budget.change(100);
  await eventually("there is room", () => !shared.budget.isOver);
  expect(closed).toEqual(["large", "small", "kept, large"]);
});
