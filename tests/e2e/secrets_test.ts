/** Nothing that leaves the proxy holds a secret: its log, its errors, its answers, what it prints about a file. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "bun:test";
import { Authority } from "../support/certificates.ts";
import { fetchAdmin } from "../support/admin_client.ts";
import { eventually } from "../support/eventually.ts";
import { FakeServer } from "../support/fake_server.ts";
import { freePort } from "../support/free_port.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { error, simple } from "../support/resp_encoder.ts";
import { runSennit } from "../support/sennit.ts";
import { Fleet } from "./fleet.ts";

const FRONT = "front-sekret";
const BACKEND = "backend-sekret";
const APP = "app-sekret";
const TYPO = "typed-as-a-name-sekret";
const HASH = createHash("sha256").update(APP).digest("hex");

/** A server that has renamed AUTH, and repeats what it was sent in its error. */
function repeats(request: readonly string[], peer: { write(bytes: Uint8Array): void }): void {
  const words = request.slice(1).map((word) => `'${word}'`).join(" ");
  if (request[0] === "AUTH") {
    peer.write(error(`ERR unknown command 'AUTH', with args beginning with: ${words}`));
  } else peer.write(simple("OK"));
}

test.skipIf(reasonToSkip("openssl") !== null)(
  "no output holds a secret when every one there is is set",
  async () => {
    using authority = new Authority();
    const certificate = authority.sign("proxy");
    const options = {
      redis_auth: FRONT,
      backend_auth: { user: "proxy", password: BACKEND },
      users: { app: `on #${HASH} ~app:* +@all`, ops: `on #${HASH} ~* +@all` },
      tls: { cert: certificate.cert, key: certificate.key },
    };
    const privateKey = readFileSync(certificate.key, "utf8").split("\n").filter((line) => line.length > 40);
    const secrets = [FRONT, BACKEND, APP, HASH, HASH.slice(0, 16), TYPO, ...privateKey];
    const outputs: string[] = [];
    const adminPort = freePort();
    await using fleet = await Fleet.start([await FakeServer.start(repeats)], {
      options,
      verbosity: 11,
      adminPort,
    });
    const connect = () => RawClient.connectTls(fleet.proxy.port, { ca: readFileSync(authority.cert) });
    const say = async (client: RawClient, ...words: string[]) => {
      const reply = (await client.command(...words)) ?? "";
      outputs.push(Bun.inspect(reply));
    };

    using app = await connect();
    await say(app, "AUTH", TYPO);
    await say(app, "AUTH", TYPO, APP);
    await say(app, "AUTH", "app", `${APP}-not`);
    await say(app, "HELLO", "2", "AUTH", "default", FRONT);
    await say(app, "AUTH", "app", APP);
    await say(app, "GET", "app:1");
    await say(app, "GET", "denied");
    await say(app, "CLIENT", "INFO");
    using ops = await connect();
    await say(ops, "AUTH", "ops", APP);
    for (
      const words of ["INFO", "CLIENT LIST", "ACL LIST", "ACL GETUSER app", "ACL USERS", "GET a"]
    ) {
      await say(ops, ...words.split(" "));
    }
    await say(ops, "CONFIG", "GET", "*");
    await say(ops, "ACL", "DRYRUN", "app", "AUTH", "x");

    const ask = async (path: string, init?: RequestInit) => {
      const response = await fetchAdmin(adminPort, path, init);
      expect([path, response.status]).toEqual([path, 200]);
      outputs.push(path, await response.text());
    };
    for (
      const path of ["config", "pools", "pools/main", "stats", "metrics", "clients", "slowlog", "hotkeys"]
    ) {
      await ask(`/${path}`);
    }

    // A reload that works, one with a fault beside the secrets, and what is printed about the file.
    const file = fleet.proxy.configFile;
    const good = readFileSync(file, "utf8");
    writeFileSync(file, good.replace("hash: ", "timeout: 1000\n    hash: "));
    fleet.proxy.signal("SIGHUP");
    await eventually("it is reloaded", () => fleet.logged("config.reloaded").length === 1);
    writeFileSync(file, good.replace("~app:*", `~app:* >${TYPO}`).replace(`"password":`, `"pasword":`));
    fleet.proxy.signal("SIGHUP");
    await eventually("it is rejected", () => fleet.logged("config.rejected").length > 0);
    for (const text of [good, readFileSync(file, "utf8")]) {
      writeFileSync(file, text);
      await ask("/config/check", { method: "POST", body: text });
      await ask("/readyz");
      const { stdout, stderr } = await runSennit("check", file);
      outputs.push(stdout, stderr);
    }
    await eventually("the server's refusal is in the log", () => fleet.logged("server.failed").length > 0);
    await fleet.proxy.stop();
    outputs.push(fleet.proxy.log);

    const all = outputs.join("\n");
    expect(all).toContain("server refused AUTH");
    expect(all).toContain("login.denied");
    expect(all).toContain("~app:*");
    expect(all).toContain('"users"');
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  },
  30_000,
);
