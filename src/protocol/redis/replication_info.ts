/** What a Redis server says of its replication: the fields of `INFO replication` that tell whether to read from it. */

/** One server's replication, as it reports it. */
export interface ReplicationInfo {
  readonly isPrimary: boolean;
  /** The history its offset counts in. */
  readonly replicationId: string;
  /** How far it has come: bytes of the stream. */
  readonly offset: number;
  /** Of a replica: whether it is connected to its primary, and not in the middle of copying everything. */
  readonly isLinked: boolean;
  /** Of a replica: seconds since it heard from its primary; 0 when it doesn't say. */
  readonly quietSeconds: number;
}

/** Reads the reply, one character per byte; null when it is none of a server with replication. */
export function readReplicationInfo(reply: string): ReplicationInfo | null {
  const fields = new Map(
    reply.split("\r\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
  const role = fields.get("role");
  if (role !== "master" && role !== "slave") return null;
  const isPrimary = role === "master";
  return {
    isPrimary,
    replicationId: fields.get("master_replid") ?? "",
    offset: Number(fields.get(isPrimary ? "master_repl_offset" : "slave_repl_offset") ?? 0),
    isLinked: fields.get("master_link_status") === "up" && fields.get("master_sync_in_progress") !== "1",
    quietSeconds: Math.max(0, Number(fields.get("master_last_io_seconds_ago") ?? 0)),
  };
}
