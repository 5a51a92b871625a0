/** Commands about the server, which is the proxy. */
import { VERSION } from "../../../version.ts";
import { arrayReply, bulkReply, integerReply } from "../replies.ts";
import { lowestVersion } from "../../server_versions.ts";
import type { LocalCall, LocalCommand } from "./call.ts";

/** TIME: seconds and microseconds of the proxy's clock. */
export const time: LocalCommand = () => {
  const now = Date.now();
  return arrayReply([bulkReply(String(Math.floor(now / 1000))), bulkReply(String((now % 1000) * 1000))]);
};

/** ROLE: to its clients a pool is a primary, and it has no replicas. */
export const role: LocalCommand = () => arrayReply([bulkReply("master"), integerReply(0), arrayReply([])]);

/** LOLWUT. */
export const lolwut: LocalCommand = () =>
  bulkReply(`A sennit is a cord made by braiding strands.\nSennit ver. ${VERSION}\n`);

/** INFO [section …]: server, clients and stats of the proxy. */
export const info: LocalCommand = async (call) => {
  const version = await lowestVersion(call.pool);
  const asked = call.args.slice(1).map((section) => section.toString("latin1").toLowerCase());
  const everything = asked.length === 0 ||
    asked.some((name) => ["all", "default", "everything"].includes(name));
  const sections = Object.entries(sectionsOf(call, version)).filter(([name]) =>
    everything || asked.includes(name)
  );
  return bulkReply(sections.map(([name, fields]) => renderSection(name, fields)).join("\r\n"));
};

type Fields = Record<string, string | number>;

function sectionsOf({ pool }: LocalCall, version: string): Record<string, Fields> {
  const uptime = Math.floor(performance.now() / 1000);
  return {
    server: {
      redis_version: version,
      redis_mode: "standalone",
      sennit_version: VERSION,
      os: `${process.platform} ${process.arch}`,
      arch_bits: 64,
      process_id: process.pid,
      tcp_port: pool.config.listen.kind === "tcp" ? pool.config.listen.port : 0,
      uptime_in_seconds: uptime,
      uptime_in_days: Math.floor(uptime / 86400),
      role: "master",
    },
    clients: {
      connected_clients: pool.sessions.size,
      maxclients: pool.config.clientConnections || pool.shared.maxClients,
      blocked_clients: 0,
    },
    stats: {
      total_connections_received: pool.accepted,
      rejected_connections: pool.rejected,
      total_commands_processed: pool.requests,
      total_error_replies: pool.failures,
      client_protocol_errors: pool.faultySessions,
      clients_closed_by_proxy: pool.cutSessions,
      bytes_in_flight: pool.shared.budget.used,
    },
  };
}

function renderSection(name: string, fields: Fields): string {
  const lines = Object.entries(fields).map(([key, value]) => `${key}:${value}\r\n`);
  return `# ${name[0]!.toUpperCase()}${name.slice(1)}\r\n${lines.join("")}`;
}
