/** Primaries with their replicas behind a proxy, and who was asked what. */
import { askAdmin } from "../support/admin_client.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import type { OptionTexts } from "../support/pool_config.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Fleet, type FleetOptions } from "./fleet.ts";

/** How long a replica may take to be connected. */
const SLOW = { timeoutMs: 15_000 };

/** Has a server send what it has to a new replica without waiting for others. */
export const AT_ONCE = { args: ["--repl-diskless-sync-delay", "0"] };

/** A replica of a server, which follows it. */
export async function replicaOf(server: RedisServer): Promise<RedisServer> {
  const [host, port] = server.address.split(":") as [string, string];
  const replica = await RedisServer.start({ args: ["--replicaof", host, port, ...AT_ONCE.args] });
  await eventually("the replica follows", async () => {
    return String(await replica.command("INFO", "replication")).includes("master_link_status:up");
  }, SLOW);
  return replica;
}

/** What the admin endpoint says of a replica. */
export interface ReplicaView {
  readonly id: string;
  readonly zone: string | null;
  readonly state: string;
  readonly lagMs: number | null;
}

/** What a fleet of groups is made of. */
export interface GroupOptions extends Omit<FleetOptions, "adminPort"> {
  /** Replicas of each primary. */
  readonly replicas: number;
  /** What stands behind the address of replica `index` in the file. */
  readonly words?: (index: number) => string;
}

/** A fleet whose servers have replicas. */
export class ReplicaFleet implements AsyncDisposable {
  readonly fleet: Fleet<RedisServer>;
  readonly adminPort: number;
  /** By the place of their primary. */
  readonly replicas: readonly (readonly RedisServer[])[];

  private constructor(
    fleet: Fleet<RedisServer>,
    adminPort: number,
    replicas: readonly (readonly RedisServer[])[],
  ) {
    this.fleet = fleet;
    this.adminPort = adminPort;
    this.replicas = replicas;
  }

  /** Starts the proxy once every replica follows, and waits until each is read from. */
  static async start(primaries: number, options: GroupOptions): Promise<ReplicaFleet> {
    const servers = await RedisServer.startMany(primaries, AT_ONCE);
    const replicas = await Promise.all(
      servers.map((server) => Promise.all(Array.from({ length: options.replicas }, () => replicaOf(server)))),
    );
    const adminPort = freePort();
    const named = Object.fromEntries(servers.map(({ address }, i) => [
      address,
      replicas[i]!.map((replica, index) => `${replica.address} ${options.words?.(index) ?? ""}`.trim()),
    ]));
    const own: OptionTexts = { ...options.options, replicas: named };
    const fleet = await Fleet.start(servers, { ...options, adminPort, options: own });
    const made = new ReplicaFleet(fleet, adminPort, replicas);
    if (options.options?.read_from !== "primary") await made.untilFit();
    return made;
  }

  /** All replicas. */
  get all(): readonly RedisServer[] {
    return this.replicas.flat();
  }

  /** What the pool shows of its replicas. */
  async views(): Promise<ReplicaView[]> {
    const { body } = await askAdmin(this.adminPort, "GET /pools/main");
    return body.servers.flatMap(({ replicas }: { replicas: ReplicaView[] }) => replicas);
  }

  /** Waits until every replica is read from, or those in `but` are not and all others are. */
  async untilFit(but: readonly RedisServer[] = []): Promise<void> {
    const unfit = but.map(({ address }) => address).sort();
    await eventually(`all but ${unfit} are fit`, async () => {
      const views = await this.views();
      const found = views.filter(({ state }) => state !== "read").map(({ id }) => id).sort();
      return Bun.deepEquals(found, unfit);
    }, SLOW);
  }

  /** A figure of the pool. */
  async figure(name: string): Promise<number> {
    const { body } = await askAdmin(this.adminPort, "GET /stats");
    return Number(body.main[name]);
  }

  /** Waits until what was written is known to be at all replicas, so that it is read there. */
  async untilReadThere(read: () => Promise<unknown>): Promise<void> {
    await eventually("what was written is read from replicas", async () => {
      const before = await this.figure("replica_reads");
      await read();
      return await this.figure("replica_reads") > before;
    }, SLOW);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
    for (const replica of this.all) await replica[Symbol.asyncDispose]();
  }
}

/** How often a server ran each command, by its name, but for what replication and the proxy's questions run. */
export async function callsOf(server: RedisServer): Promise<Record<string, number>> {
  const text = String(await server.command("INFO", "commandstats"));
  const calls = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) =>
    [name!, Number(count)] as const
  );
  return Object.fromEntries(calls);
}

/** Forgets what the servers have run. */
export async function resetCalls(servers: readonly RedisServer[]): Promise<void> {
  for (const server of servers) await server.command("CONFIG", "RESETSTAT");
}
