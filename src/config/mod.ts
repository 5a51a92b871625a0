/** The configuration: what a file may say, and what it resolves to. Other folders import from here. */
export { type Address, formatAddress, parseListen, type TcpAddress, type UnixAddress } from "./address.ts";
export type { AddressMapping } from "./cluster_options.ts";
export { type DescribedOption, describeInstance, describePool } from "./describe.ts";
export { describeDiff } from "./describe_diff.ts";
export {
  changesNothing,
  type ConfigDiff,
  diffConfigs,
  type OptionChange,
  type PoolDiff,
  type ServersDiff,
} from "./diff.ts";
export { type Fault, formatFault } from "./fault.ts";
export { type ConfigFile, fileFault, filesOf } from "./files.ts";
export { DEFAULT_ADMIN_LISTEN, type InstanceConfig, type LogConfig } from "./instance_options.ts";
export { EACH_USER, type RateConfig, type RenameConfig } from "./guard_options.ts";
export { configJsonSchema } from "./json_schema.ts";
export type { CommandConfig } from "./command_map.ts";
export { type Config, loadConfig, type LoadResult } from "./load.ts";
export type { ConfigForm } from "./option.ts";
export type { PoolConfig } from "./pool_options.ts";
export { optionReference } from "./reference.ts";
export { formatReplica, type ReplicaConfig } from "./replica_entry.ts";
export type { ReadFrom } from "./replica_options.ts";
export { formatServer, MAX_WEIGHT, parseServer, type ServerConfig } from "./server_entry.ts";
export { formatSize } from "./size.ts";
export { starterFile } from "./starter.ts";
export { didYouMean } from "./suggest.ts";
export { checkTlsFiles } from "./tls_files.ts";
export { checkTokenFiles, tokenFault, tokenIn } from "./token_files.ts";
export type { UserConfig } from "./user_map.ts";
export { markdownTable } from "./table.ts";
export { InvalidValue } from "./value.ts";
export { configYaml, type Written, writtenConfig, type WrittenMap } from "./written.ts";
