/** PostgreSQL. */
import type { Durability, Row } from "./engine.ts";
import type { SqlDialect } from "./sql_server_engine.ts";

/** Any number, as long as it stays. */
const LOCK = 7001;

const texts = new Map<string, string>();

/** PostgreSQL, whose commits wait for the disk or don't as this connection asks it to. */
export function postgres(durability: Durability): SqlDialect {
  return {
    name: "postgres",
    types: {
      integer: "BIGINT",
      indexed: "BYTEA",
      score: "BYTEA",
      blob: "BYTEA",
      clustered: "",
      hasInlineIndexes: false,
    },
    maxIndexedBytes: 2048,
    textOf: numbered,
    async prepare(ask) {
      const locked = flag(await ask(`SELECT CASE WHEN pg_try_advisory_lock(${LOCK}) THEN 1 ELSE 0 END`));
      if (!locked) throw new Error("another process uses it");
      await ask(`SET synchronous_commit TO ${durability === "write" ? "on" : "off"}`);
      await ask("SET client_min_messages TO warning");
      const syncs = flag(await ask("SELECT CASE WHEN current_setting('fsync') = 'on' THEN 1 ELSE 0 END"));
      if (durability === "write" && !syncs) {
        throw new Error("the server runs with fsync = off, so that --durability write can't be kept");
      }
      return Infinity;
    },
  };
}

/** With `$1`, `$2` … in place of every `?`. */
function numbered(sql: string): string {
  let text = texts.get(sql);
  if (text === undefined) {
    let n = 0;
    text = sql.replaceAll("?", () => `$${++n}`);
    texts.set(sql, text);
  }
  return text;
}

function flag([row]: Row[]): boolean {
  return row![0] === 1;
}
