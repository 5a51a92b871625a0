import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { environmentOfSuccessor, ServiceManager } from "../../../../src/control/service/sd_notify.ts";
import { eventually } from "../../../support/eventually.ts";
import { NotifySocket } from "../../../support/notify_socket.ts";
import { reasonToSkip } from "../../../support/programs.ts";
import { TempDir } from "../../../support/temp_dir.ts";

const PID = 4711;
const hasSockets = process.platform === "linux" && reasonToSkip("python3") === null;

describe.skipIf(!hasSockets)("ServiceManager", () => {
  test("says each state in its own words, in order", async () => {
    using dir = new TempDir();
    await using socket = await NotifySocket.bind(dir.file("notify"));
    const manager = new ServiceManager({ NOTIFY_SOCKET: socket.address }, PID);
    manager.ready("serves 2 pools");
    manager.reloading();
    manager.mainPid(4712);
    manager.stopping("ends\nsoon");
    await eventually("all were read", () => socket.messages.length === 4);
    const [ready, reloading, ...rest] = socket.messages;
    expect(ready).toBe("READY=1\nSTATUS=serves 2 pools");
    const since = Number(/^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(reloading!)![1]);
    const uptime = Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]);
    expect(Math.abs(since / 1e6 - uptime)).toBeLessThan(60);
    expect(rest).toEqual(["MAINPID=4712", "STOPPING=1\nSTATUS=ends soon"]);
  });

  test("finds an abstract socket", async () => {
    await using socket = await NotifySocket.bind(`@sennit-test-${crypto.randomUUID()}`);
    new ServiceManager({ NOTIFY_SOCKET: socket.address }).ready("x");
    await socket.until("READY=1");
  });

  test("gives a sign of life twice in the watchdog's interval", async () => {
    using dir = new TempDir();
    await using socket = await NotifySocket.bind(dir.file("notify"));
    const environment = {
      NOTIFY_SOCKET: socket.address,
      WATCHDOG_USEC: "3000000",
      WATCHDOG_PID: String(PID),
    };
    const manager = new ServiceManager(environment, PID);
    expect(manager.watchdogMs).toBe(3000);
    for (const now of [0, 200, 1400, 1500, 1600, 3000, 3100]) manager.tick(now);
    manager.stopping("that was all");
    await socket.until("STATUS=that was all");
    expect(socket.messages.filter((message) => message === "WATCHDOG=1").length).toBe(3);
  });

  test("says what couldn't be said as soon as it can, in order", async () => {
    using dir = new TempDir();
    const manager = new ServiceManager({ NOTIFY_SOCKET: dir.file("notify") });
    manager.reloading();
    manager.ready("again");
    await using socket = await NotifySocket.bind(dir.file("notify"));
    manager.tick(0);
    await eventually("both were read", () => socket.messages.length === 2);
    expect(socket.messages.map((message) => message.split("\n")[0])).toEqual(["RELOADING=1", "READY=1"]);
  });
});

describe("ServiceManager", () => {
  const none = [{}, { NOTIFY_SOCKET: "" }, { NOTIFY_SOCKET: "vsock:2:1" }, {
    NOTIFY_SOCKET: `/${"x".repeat(200)}`,
  }];

  test.each(none)("says nothing and expects nothing with %j", (environment) => {
    const manager = new ServiceManager({ ...environment, WATCHDOG_USEC: undefined }, PID);
    manager.ready("x");
    for (let now = 0; now < 100; now++) manager.ready(String(now));
    manager.tick(0);
    expect(manager.watchdogMs).toBeNull();
  });

  test("has no watchdog when another process is meant, or no interval given, and the successor has it", () => {
    const environment = { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "3000000", WATCHDOG_PID: "1" };
    expect(new ServiceManager(environment, PID).watchdogMs).toBeNull();
    expect(new ServiceManager({ ...environment, WATCHDOG_USEC: "soon" }, 1).watchdogMs).toBeNull();
    expect(new ServiceManager(environmentOfSuccessor(environment), PID).watchdogMs).toBe(3000);
  });
});
