/**
 * What sets the connections of one server apart from each other: the version of the protocol, whether what is read
 * counts as used (CLIENT NO-TOUCH), and the database. All are in one small number, which sessions carry and the busy
 * path compares with 0.
 */
import type { RespVersion } from "../protocol/redis/resp_version.ts";

/** 0 is RESP2 and database 0. */
export type Variant = number;

/** What most sessions are of, and all new ones. */
export const USUAL: Variant = 0;

/** The variant with this version, this database and, unless told otherwise, nothing else unusual. */
export function variantOf(version: RespVersion, database: number, isTouching = true): Variant {
  return database * 4 + (isTouching ? 0 : 2) + version - 2;
}

/** As `variant`, but of this version. */
export function withVersion(variant: Variant, version: RespVersion): Variant {
  return variantOf(version, databaseOf(variant), isTouching(variant));
}

/** As `variant`, but with this database. */
export function withDatabase(variant: Variant, database: number): Variant {
  return variantOf(versionOf(variant), database, isTouching(variant));
}

/** The version of the protocol. */
export function versionOf(variant: Variant): RespVersion {
  return variant % 2 === 0 ? 2 : 3;
}

/** The database, as clients number them. */
export function databaseOf(variant: Variant): number {
  return Math.floor(variant / 4);
}

/** Whether servers note when keys were used last, as they do unless they are told not to. */
export function isTouching(variant: Variant): boolean {
  return variant % 4 < 2;
}
