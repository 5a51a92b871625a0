/** How a cluster's nodes are reached: under another address than they announce, with a password, by TLS. */
import { expect, test } from "bun:test";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { type OptionTexts, poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { type RedisOptions, RedisServer } from "../support/redis_server.ts";
import { startSennit } from "../support/sennit.ts";

/** A cluster of one node, which has all slots. */
async function startAlone(options: RedisOptions): Promise<RedisServer> {
  const args = ["--cluster-enabled", "yes", "--cluster-port", String(freePort()), ...options.args ?? []];
  const node = await RedisServer.start({ ...options, args });
  await node.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await eventually("the cluster is well", async () => {
    return String(await node.command("CLUSTER", "INFO")).includes("cluster_state:ok");
  });
  return node;
}

/** A key can be set and read through a proxy with these options. */
async function expectServed(options: OptionTexts): Promise<void> {
  await using proxy = await startSennit(poolConfig({ listen: freePort(), servers: [], options }));
  using client = await proxy.connect();
  expect(await client.command("SET", "key", "value")).toBe("OK");
  expect(await client.command("GET", "key")).toBe("value");
}

test.skipIf(reasonToSkip("redis-server") !== null)(
  "a node is reached where address_map says, with the password for servers",
  async () => {
    const args = ["--cluster-announce-ip", "10.99.99.99", "--cluster-announce-port", "7000"];
    await using node = await startAlone({ password: "secret", args });
    await expectServed({
      backend_auth: { password: "secret" },
      cluster: { seeds: [node.address], address_map: { "10.99.99.99:7000": node.address } },
    });
  },
);

test.skipIf(reasonToSkip("redis-server", "openssl") !== null)(
  "nodes are reached by TLS at the ports that they announce for it",
  async () => {
    using authority = new Authority();
    await using node = await startAlone({ tls: authority.sign("node"), args: ["--tls-cluster", "yes"] });
    await expectServed({ server_tls: { ca: authority.cert }, cluster: { seeds: [node.address] } });
  },
);
