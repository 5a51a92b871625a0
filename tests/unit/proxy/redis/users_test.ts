import { expect, test } from "bun:test";
import { sha256, Users } from "../../../../src/proxy/redis/users.ts";

test("Users has a default user that anybody is when nothing is configured", () => {
  const users = new Users({ users: null, redisAuth: null });
  expect(users.welcome).toBe(users.default);
  expect(users.default).toMatchObject({ name: "default", isUnlimited: true, isDeclared: false });
  expect(users.all.map(({ name }) => name)).toEqual(["default"]);
});

test("Users asks for redis_auth, beside other users too", () => {
  for (const others of [null, [{ name: "app", rules: "on nopass" }]]) {
    const users = new Users({ users: others, redisAuth: "secret" });
    expect(users.welcome).toBeNull();
    expect(users.default.accepts(sha256("secret"))).toBeTrue();
    expect(users.default.accepts(sha256("other"))).toBeFalse();
  }
});

test("Users has no open door when there are users and nothing is said of the default one", () => {
  const users = new Users({ users: [{ name: "app", rules: "on nopass ~* +@all" }], redisAuth: null });
  expect(users.welcome).toBeNull();
  expect(users.default.accepts(sha256(""))).toBeFalse();
  expect(users.named("app")).toMatchObject({ isOpen: true, isDeclared: true });
  expect(users.named("nobody")).toBeUndefined();
});

test("Users has the default user of `users` when there is one", () => {
  const users = new Users({ users: [{ name: "default", rules: "on nopass ~a +get" }], redisAuth: null });
  expect(users.welcome).toMatchObject({ name: "default", isUnlimited: false, isDeclared: true });
});
