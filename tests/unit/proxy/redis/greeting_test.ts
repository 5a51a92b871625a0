import { describe, expect, test } from "bun:test";
import type { PoolConfig } from "../../../../src/config/mod.ts";
import { variantOf } from "../../../../src/proxy/variant.ts";
import { encodeCommand, laneGreeting, redisGreeting } from "../../../../src/proxy/redis/greeting.ts";
import { command, error, simple } from "../../../support/resp_encoder.ts";

function password(text: string) {
  return { user: null, password: text };
}

describe("redisGreeting", () => {
  test("is null when neither a password nor a database is needed", () => {
    expect(redisGreeting(null, 0)).toBeNull();
  });

  test.each([
    ["a password", password("secret"), 0, [["AUTH", "secret"]]],
    ["a user", { user: "app", password: "secret" }, 0, [["AUTH", "app", "secret"]]],
    ["a database", null, 7, [["SELECT", "7"]]],
    ["both, the password first", password("pässword"), 15, [["AUTH", "pässword"], ["SELECT", "15"]]],
    ["an empty password", password(""), 0, [["AUTH", ""]]],
  ])("says %s", (_, credentials, database, commands) => {
    const greeting = redisGreeting(credentials, database)!;
    expect(Buffer.from(greeting.bytes)).toEqual(Buffer.concat(commands.map((words) => command(...words))));
    expect(greeting.replies).toBe(commands.length);
  });

  test.each([
    ["without a password", null, 0, [["HELLO", "3"]]],
    ["with a password", password("secret"), 2, [["HELLO", "3", "AUTH", "default", "secret"], [
      "SELECT",
      "2",
    ]]],
    ["with a user", { user: "app", password: "x" }, 0, [["HELLO", "3", "AUTH", "app", "x"]]],
  ])("says HELLO 3 %s", (_, credentials, database, commands) => {
    const greeting = redisGreeting(credentials, database, 3)!;
    expect(Buffer.from(greeting.bytes)).toEqual(Buffer.concat(commands.map((words) => command(...words))));
    expect(greeting.replies).toBe(commands.length);
  });

  test("says CLIENT NO-TOUCH ON last on connections that don't touch what they read", () => {
    const config = { backendAuth: null, redisAuth: null, redisDb: 1 } as PoolConfig;
    expect(Buffer.from(laneGreeting(config, variantOf(3, 2, false))!.bytes)).toEqual(Buffer.concat([
      command("HELLO", "3"),
      command("SELECT", "3"),
      command("CLIENT", "NO-TOUCH", "ON"),
    ]));
  });

  test("takes an error for a refusal of the command it answers, and says it", () => {
    const greeting = redisGreeting(password("secret"), 3)!;
    expect([greeting.refusal(simple("OK"), 0), greeting.refusal(simple("OK"), 1)]).toEqual(["", ""]);
    expect(greeting.refusal(error("WRONGPASS invalid password"), 0))
      .toBe("server refused AUTH: WRONGPASS invalid password");
    expect(greeting.refusal(error("ERR DB index is out of range"), 1))
      .toBe("server refused SELECT: ERR DB index is out of range");
  });

  test("tells nobody the password in a refusal, even if the server repeats it", () => {
    const refusal = redisGreeting(password("pässword"), 0)!.refusal(
      error("ERR unknown command 'AUTH', with args beginning with: 'pässword'"),
      0,
    );
    expect(refusal).toBe("server refused AUTH: ERR unknown command 'AUTH', with args beginning with: '***'");
  });
});

test("encodeCommand counts bytes, not characters", () => {
  expect(Buffer.from(encodeCommand(["ECHO", "é"])).toString()).toBe("*2\r\n$4\r\nECHO\r\n$2\r\né\r\n");
});
