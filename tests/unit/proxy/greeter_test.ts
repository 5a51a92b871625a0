/** Which first words of a server let a lane go on; AUTH and SELECT themselves are tests/unit/proxy/redis/greeting_test.ts. */
import { describe, expect, test } from "bun:test";
import { ReplyScanner } from "../../../src/protocol/redis/reply_scanner.ts";
import { Greeter } from "../../../src/proxy/greeter.ts";
import { redisGreeting } from "../../../src/proxy/redis/greeting.ts";

function greeter(): Greeter {
  return new Greeter(redisGreeting({ user: null, password: "secret" }, 1)!, new ReplyScanner());
}

describe("Greeter", () => {
  test("is welcome after all replies, and leaves what is behind them", () => {
    const greeted = greeter();
    expect(greeted.read(Buffer.from("+O"))).toBe(2);
    expect(greeted.read(Buffer.from("K\r\n+OK\r\n$1\r\n"))).toBe(8);
    expect([greeted.welcome, greeted.refusal]).toEqual([true, ""]);
  });

  test.each([
    ["+OK\r\n-ERR no such database\r\n", "server refused SELECT: ERR no such database"],
    ["HTTP/1.1 400\r\n", "the server's reply is no valid reply"],
  ])("is refused by %j", (bytes, refusal) => {
    const greeted = greeter();
    greeted.read(Buffer.from(bytes));
    expect([greeted.welcome, greeted.refusal]).toEqual([false, refusal]);
  });

  test("is refused by a reply without an end before that fills memory", () => {
    const greeted = greeter();
    greeted.read(Buffer.from("+"));
    let read = 0;
    while (greeted.refusal === "" && read < 1_000_000) read += greeted.read(Buffer.alloc(16_000, "x"));
    expect(greeted.refusal).toContain("has no end");
    expect(read).toBeLessThan(100_000);
  });
});
