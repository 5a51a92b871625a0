/** `watch: true`: a configuration file that changes is loaded without anybody's asking. */
import { describe, expect, test } from "bun:test";
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { freePort, isFree } from "../support/free_port.ts";
import { configText } from "../support/loaded_config.ts";
import { RawClient } from "../support/raw_client.ts";
import { startSennit } from "../support/sennit.ts";
import { countLogged, reload } from "./reloading.ts";

const SERVERS = ["127.0.0.1:1:1"];
/** Longer than a proxy that watches takes to notice, a second, and to see that the file has settled. */
const NOTICED_MS = 1700;

describe("watch: true", () => {
  test("loads a file that was written or moved there, once, and a bad one changes nothing", async () => {
    const [port, other, third] = [freePort(), freePort(), freePort()];
    const text = (...ports: number[]) =>
      configText(ports.map((listen, i) => ({ name: `p${i}`, listen, servers: SERVERS })), "watch: true");
    await using proxy = await startSennit(text(port));
    await eventually("it has started", () => countLogged(proxy, "started") === 1);

    writeFileSync(proxy.configFile, text(port, other));
    await eventually("the pool is there", () => !isFree(other));
    using client = await RawClient.connect(other);
    expect(await client.command("PING")).toBe("PONG");

    appendFileSync(proxy.configFile, "\nnonsense: [\n");
    await eventually("it is refused", () => countLogged(proxy, "config.rejected") === 1);
    expect(await client.command("PING")).toBe("PONG");

    writeFileSync(`${proxy.configFile}.new`, text(port, other, third));
    renameSync(`${proxy.configFile}.new`, proxy.configFile);
    await eventually("it is loaded", () => countLogged(proxy, "config.reloaded") === 2);
    expect(isFree(third)).toBe(false);
    // What SIGHUP has loaded is not loaded once more.
    await reload(proxy, text(port, third));
    await eventually("its end is said", () => countLogged(proxy, "pool.closed") === 1);
    writeFileSync(proxy.configFile, text(port));
    await eventually("the last file is in force", () => countLogged(proxy, "pool.closed") === 2);
    expect(countLogged(proxy, "config.reloaded")).toBe(4);
    expect(countLogged(proxy, "config.rejected")).toBe(1);
  }, 20_000);

  test("is off unless the file says otherwise, and can be turned on and off by a reload", async () => {
    const [port, other] = [freePort(), freePort()];
    const text = (watch: boolean, ...ports: number[]) =>
      configText(ports.map((listen, i) => ({ name: `p${i}`, listen, servers: SERVERS })), `watch: ${watch}`);
    await using proxy = await startSennit(text(false, port));
    await eventually("it has started", () => countLogged(proxy, "started") === 1);
    writeFileSync(proxy.configFile, text(true, port, other));
    await Bun.sleep(NOTICED_MS);
    expect([countLogged(proxy, "config.reloaded"), isFree(other)]).toEqual([0, true]);
    await reload(proxy, text(true, port));
    expect(countLogged(proxy, "config.reloaded")).toBe(1);
    writeFileSync(proxy.configFile, text(false, port, other));
    await eventually("it is loaded", () => countLogged(proxy, "config.reloaded") === 2);
    expect(isFree(other)).toBe(false);
    writeFileSync(proxy.configFile, text(true, port));
    await Bun.sleep(NOTICED_MS);
    expect([countLogged(proxy, "config.reloaded"), isFree(other)]).toEqual([2, false]);
    await reload(proxy, text(false, port, other));
    expect(countLogged(proxy, "config.reloaded")).toBe(3);
  }, 20_000);
});
