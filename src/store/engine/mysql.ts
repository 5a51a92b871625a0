/** MySQL and MariaDB. */
import type { Durability, Row } from "./engine.ts";
import type { SqlDialect } from "./sql_server_engine.ts";

/** What a statement takes beside its values; bytes. */
const STATEMENT_BYTES = 64 * 1024;

/** MySQL, whose own settings say when commits are on the disk: they are checked, since no client may change them. */
export function mysql(durability: Durability): SqlDialect {
  return {
    name: "mysql",
    types: {
      integer: "BIGINT",
      indexed: "VARBINARY(2048)",
      score: "BINARY(8)",
      blob: "LONGBLOB",
      clustered: "ENGINE = InnoDB ROW_FORMAT = DYNAMIC",
      hasInlineIndexes: true,
    },
    maxIndexedBytes: 2048,
    textOf: (sql) => sql,
    async prepare(ask) {
      const locked = numberIn(await ask("SELECT GET_LOCK(CONCAT('sennit_store_', DATABASE()), 0)"));
      if (locked !== 1) throw new Error("another process uses it");
      const flushes = numberIn(await ask("SELECT @@innodb_flush_log_at_trx_commit"));
      if (durability === "write" && flushes !== 1) {
        throw new Error(
          `the server has innodb_flush_log_at_trx_commit = ${flushes}, and --durability write needs 1`,
        );
      }
      return numberIn(await ask("SELECT @@max_allowed_packet")) - STATEMENT_BYTES;
    },
  };
}

function numberIn([row]: Row[]): number {
  return row![0] as number;
}
