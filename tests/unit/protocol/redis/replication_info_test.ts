import { describe, expect, test } from "bun:test";
import { readReplicationInfo } from "../../../../src/protocol/redis/replication_info.ts";

/** As Redis 7.0.15 says it, without what nobody reads. */
const REPLICA = [
  ...["# Replication", "role:slave", "master_host:10.0.0.1", "master_port:6379", "master_link_status:up"],
  ...["master_last_io_seconds_ago:3", "master_sync_in_progress:0", "slave_read_repl_offset:1420"],
  ...["slave_repl_offset:1400", "master_replid:0f61", "master_repl_offset:1400", ""],
].join("\r\n");

describe("readReplicationInfo", () => {
  test("reads what a replica says", () => {
    expect(readReplicationInfo(`$${REPLICA.length}\r\n${REPLICA}\r\n`)).toEqual({
      isPrimary: false,
      replicationId: "0f61",
      offset: 1400,
      isLinked: true,
      quietSeconds: 3,
    });
  });

  test.each([
    ["master_link_status:up", "master_link_status:down"],
    ["master_sync_in_progress:0", "master_sync_in_progress:1"],
  ])("takes a replica for one without its primary when it says otherwise (%s)", (from, to) => {
    expect(readReplicationInfo(REPLICA.replace(from, to))?.isLinked).toBeFalse();
  });

  test("takes a replica that never heard from its primary for one that just did", () => {
    const never = REPLICA.replace("seconds_ago:3", "seconds_ago:-1");
    expect(readReplicationInfo(never)?.quietSeconds).toBe(0);
  });

  test("reads what a primary says", () => {
    const text = "role:master\r\nconnected_slaves:0\r\nmaster_replid:77\r\nmaster_repl_offset:12\r\n";
    expect(readReplicationInfo(text)).toMatchObject({ isPrimary: true, replicationId: "77", offset: 12 });
  });

  test.each(["-NOPERM this user has no permissions\r\n", "$0\r\n\r\n", "role:sentinel\r\n"])(
    "gives null for %j",
    (reply) => expect(readReplicationInfo(reply)).toBeNull(),
  );
});
