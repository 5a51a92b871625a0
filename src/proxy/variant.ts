/**
 * What sets the connections of one server apart from each other: the version of the protocol and the database. Both
 * are in one small number, which sessions carry and the busy path compares with 0.
 */
import type { RespVersion } from "../protocol/redis/resp_version.ts";

/** A version and a database; 0 is RESP2 and database 0. */
export type Variant = number;

/** What most sessions are of, and all new ones. */
export const USUAL: Variant = 0;

/** The variant with this version and this database. */
export function variantOf(version: RespVersion, database: number): Variant {
  return database * 2 + version - 2;
}

/** The version of the protocol. */
export function versionOf(variant: Variant): RespVersion {
  return variant % 2 === 0 ? 2 : 3;
}

/** The database, as clients number them. */
export function databaseOf(variant: Variant): number {
  return Math.floor(variant / 2);
}
