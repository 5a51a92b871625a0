/** The `cluster` of a pool: a Redis Cluster that the pool makes look like one server. */
import { type Address, formatAddress, parseTcp } from "./address.ts";
import { quote } from "./fault.ts";
import { ownOption } from "./option.ts";
import { optionMap } from "./option_map.ts";
import { fromText, InvalidValue, listOf, namedTexts, type PlainType } from "./value.ts";
import { milliseconds, optional } from "./value_types.ts";

/** Where a node that is announced at one address is reached. */
export interface AddressMapping {
  /** `host:port`, or a host alone. */
  from: string;
  /** Of the same form. */
  to: string;
}

const ADDRESS_JSON = { type: "string", examples: ["10.0.0.1:7000"] };

/** The `cluster` of a pool. */
const OPTIONS = {
  seeds: ownOption({
    key: "seeds",
    type: addressList(),
    description: "Nodes that are asked for all the others, until one answers.",
  }),
  addressMap: ownOption({
    key: "address_map",
    type: addressMap(),
    default: null,
    description:
      "Where nodes are reached that announce another address: `host:port: host:port`, or `host: host` for all ports.",
  }),
  refreshMs: ownOption({
    key: "refresh",
    type: milliseconds(100),
    default: 10_000,
    description: "How often the cluster is asked for its layout when nothing hints at a change.",
  }),
};

/** The pool options about fleets that know themselves who is in them. */
export const CLUSTER_OPTIONS = {
  cluster: ownOption({
    key: "cluster",
    type: optionMap(OPTIONS),
    default: null,
    description: "A Redis Cluster in place of `servers`.",
  }),
};

function addressList(): PlainType<Address[]> {
  return {
    schema: listOf(fromText(parseNode, ADDRESS_JSON), "addresses"),
    label: "list of host:port",
    show: (addresses) => addresses.map(formatAddress).join(", "),
    written: (addresses) => addresses.map(formatAddress),
  };
}

function parseNode(text: string): Address {
  const colon = text.lastIndexOf(":");
  if (colon < 0) throw new InvalidValue(`${quote(text)} has no port; write host:port`);
  return parseTcp(text.slice(0, colon), text.slice(colon + 1));
}

function addressMap(): PlainType<AddressMapping[] | null> {
  const type = optional<AddressMapping[]>({
    schema: namedTexts("addresses", readMapping, ADDRESS_JSON),
    label: "map of address: address",
    show: (mappings) => mappings.map(({ from, to }) => `${from} -> ${to}`).join(", "),
  });
  const written = (mappings: AddressMapping[] | null) =>
    mappings === null ? null : Object.fromEntries(mappings.map(({ from, to }) => [from, to]));
  return { ...type, written };
}

/** Both with a port, or both without. */
function readMapping(from: string, to: string): AddressMapping {
  const [source, target] = [readPlace(from), readPlace(to)];
  if (source.hasPort !== target.hasPort) {
    throw new InvalidValue(`${quote(from)} and ${quote(to)}: write a port in both, or in neither`);
  }
  return { from: source.text, to: target.text };
}

function readPlace(text: string): { text: string; hasPort: boolean } {
  const [, bracketed, port] = /^\[([^\]]*)\](?::(.*))?$/.exec(text) ?? [];
  const parts = bracketed === undefined
    ? text.split(":")
    : [`[${bracketed}]`, ...(port === undefined ? [] : [port])];
  if (parts.length !== 2) {
    // A port of our own choice: only the host is looked at.
    const { host } = parseTcp(text, "1");
    return { text: host, hasPort: false };
  }
  return { text: formatAddress(parseTcp(parts[0]!, parts[1]!)), hasPort: true };
}
