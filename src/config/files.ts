/** The files a configuration depends on. They are read elsewhere: nothing in this folder touches a file. */
import { type Fault, type Position, quote } from "./fault.ts";
import { poolPath } from "./form.ts";
import { INSTANCE_OPTIONS } from "./instance_options.ts";
import type { Config } from "./load.ts";
import { type Options, pairsOf } from "./option.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import { pathOf } from "./section.ts";

/** A file that is read with the configuration. */
export interface ConfigFile {
  /** As the configuration names it. */
  path: string;
  /** Where it does; line 0 when that isn't known. */
  at: Position;
  /** The option that names it, as faults call it: `pool "cache": tls: cert`. */
  option: string;
  /** What must be in it: `certificate chain`. */
  what: string;
}

/** The files of a configuration, in the order of the option table; one that is named twice is there twice. */
export function filesOf(config: Config): ConfigFile[] {
  return [
    ...filesIn(INSTANCE_OPTIONS, config, "", config.places),
    ...config.pools.flatMap((pool) => filesIn(POOL_OPTIONS, pool, poolPath(pool.name), config.places)),
  ];
}

function filesIn(options: Options, values: object, owner: string, places: Config["places"]): ConfigFile[] {
  return pairsOf(options, values).flatMap(({ option: { key, type }, value }) => {
    if (value === null) return [];
    const option = pathOf(owner, key);
    if ("options" in type) return filesIn(type.options, value as object, option, places);
    if (type.file === undefined) return [];
    return [{ path: value as string, at: places[option] ?? NOWHERE, option, what: type.file }];
  });
}

const NOWHERE: Position = { line: 0, column: 0 };

/** The fault of a configuration whose file can't be used; `reason` follows the path: `can't be read: …`. */
export function fileFault(config: Config, file: ConfigFile, reason: string): Fault {
  const { line, column } = file.at;
  return { file: config.file, line, column, path: file.option, message: `${quote(file.path)} ${reason}` };
}
