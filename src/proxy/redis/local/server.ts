/** Commands about the server, which is the proxy. */
import { renderInfo } from "../../../stats/mod.ts";
import { VERSION } from "../../../version.ts";
import { versionOf } from "../../variant.ts";
import { arrayReply, bulkReply, integerReply, verbatimReply } from "../replies.ts";
import { lowestVersion } from "../../server_versions.ts";
import type { LocalCommand } from "./call.ts";
import { askForInfo } from "./server_info.ts";

/** TIME: seconds and microseconds of the proxy's clock. */
export const time: LocalCommand = () => {
  const now = Date.now();
  return arrayReply([bulkReply(String(Math.floor(now / 1000))), bulkReply(String((now % 1000) * 1000))]);
};

/** ROLE: to its clients a pool is a primary, and it has no replicas. */
export const role: LocalCommand = () => arrayReply([bulkReply("master"), integerReply(0), arrayReply([])]);

/** LOLWUT. */
export const lolwut: LocalCommand = (call) =>
  verbatimReply(
    versionOf(call.session.variant),
    `A sennit is a cord made by braiding strands.\nSennit ver. ${VERSION}\n`,
  );

/** INFO [section …]: the pool's figures, of all workers together; with `servers`, each server's own besides. */
export const info: LocalCommand = async (call) => {
  const { pool, args } = call;
  const { shared, config } = pool;
  const asked = args.slice(1).map((section) => section.toString("latin1").toLowerCase());
  const [figures, redisVersion, { keyspace, sections }] = await Promise.all([
    shared.supervisor.instanceFigures(),
    lowestVersion(pool),
    askForInfo(pool, asked),
  ]);
  const facts = {
    pool: config.name,
    redisVersion,
    os: `${process.platform} ${process.arch}`,
    port: config.listen.kind === "tcp" ? config.listen.port : 0,
    maxClients: pool.mostClients,
    keyspace,
  };
  const own = renderInfo(figures, facts, asked);
  return verbatimReply(
    versionOf(call.session.variant),
    [own, ...sections].filter((section) => section !== "").join("\r\n"),
  );
};
