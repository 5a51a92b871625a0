/** What is different between two configurations in words, for people. */
import { formatAddress } from "./address.ts";
import type { ConfigDiff, OptionChange, PoolDiff, ServersDiff } from "./diff.ts";
import { poolPath } from "./form.ts";
import { INSTANCE_OPTIONS } from "./instance_options.ts";
import type { Option } from "./option.ts";

/** One line for each difference, instance first; none when there is no difference. Secrets are masked. */
export function describeDiff(diff: ConfigDiff): string[] {
  return [
    ...diff.instance.map(describeInstanceOption),
    ...diff.removed.map((name) => `${poolPath(name)} removed`),
    ...diff.added.map((name) => `${poolPath(name)} added`),
    ...diff.changed.flatMap(describePool),
  ];
}

function describeInstanceOption(change: ConfigDiff["instance"][number]): string {
  const { needsUpgrade }: Option<unknown> = INSTANCE_OPTIONS[change.field];
  return needsUpgrade ? `${describeOption(change)}, once the proxy is upgraded` : describeOption(change);
}

function describePool({ name, options, servers }: PoolDiff): string[] {
  return [...options.map(describeOption), ...describeServers(servers)]
    .map((change) => `${poolPath(name)}: ${change}`);
}

function describeOption({ key, from, to }: OptionChange): string {
  return from === to ? `${key} changed` : `${key}: ${from} -> ${to}`;
}

function describeServers({ added, removed, reweighted, moved }: ServersDiff): string[] {
  return [
    ...removed.map(({ name }) => `${serverPath(name)} removed`),
    ...added.map(({ name, address, weight }) =>
      `${serverPath(name)} added, at ${formatAddress(address)} with weight ${weight}`
    ),
    ...reweighted.map(({ name, from, to }) => `${serverPath(name)}: weight ${from} -> ${to}`),
    ...moved.map(({ name, from, to }) =>
      `${serverPath(name)}: address ${formatAddress(from)} -> ${formatAddress(to)}`
    ),
  ];
}

function serverPath(name: string): string {
  return `server ${JSON.stringify(name)}`;
}
