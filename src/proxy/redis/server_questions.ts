/** What every Redis server is asked about itself. */
import type { ProbeQuestion, VersionQuestion } from "../protocol.ts";
import { encodeCommand } from "./greeting.ts";

const PONG = Buffer.from("+PONG\r\n");

/** PING, answered by exactly +PONG: an error such as LOADING or NOAUTH means that the server can't serve. */
export const PING: ProbeQuestion = {
  bytes: Buffer.from("*1\r\n$4\r\nPING\r\n"),
  accepts: (reply) => PONG.equals(reply),
};

/** INFO, for the version. */
export const INFO_SERVER: VersionQuestion = {
  bytes: encodeCommand(["INFO", "server"]),
  pattern: /^redis_version:([0-9.]+)/m,
  unknown: "6.0.0",
};
