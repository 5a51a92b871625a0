/** The options beside the pools, in sections of their own; only our form of the file has room for them. */
import { ownOption, type Resolved } from "./option.ts";
import { GB } from "./size.ts";
import { integer, optionalText, size } from "./value_types.ts";

/** The `log` section. */
export const LOG_OPTIONS = {
  level: ownOption({
    key: "level",
    type: integer(0, 11),
    default: 5,
    description: "How much is logged, on nutcracker's scale: 0 emergencies, 5 notices, 11 everything.",
  }),
  file: ownOption({
    key: "file",
    type: optionalText(),
    default: null,
    description: "File the log is appended to; standard error when left out.",
  }),
};

/** The `limits` section. */
export const LIMIT_OPTIONS = {
  maxTotalBytes: ownOption({
    key: "total_bytes",
    type: size(),
    default: 2 * GB,
    description: "Bytes of requests and replies a worker may hold at a time.",
  }),
};

/** The sections by their top-level key. */
export const SECTIONS = { log: LOG_OPTIONS, limits: LIMIT_OPTIONS };

/** What the log is told. */
export type LogConfig = Resolved<typeof LOG_OPTIONS>;
