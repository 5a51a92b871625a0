/**
 * Compares this proxy with nutcracker, and with any other that is named, in front of the same servers and in the same
 * run, for Redis and for memcached. What counts is CPU per request of the proxy's process: on one machine, throughput
 * says as much about the load generator. Prints Markdown.
 *
 * Run: deno task bench:compare [--rows get-64-*,mc-*] [--rounds 3] [--quick] [--peer name=host:port:pid[:memcached]]
 */
import { parseArgs } from "node:util";
import type { ProtocolName } from "./support/load.ts";
import { selectRows } from "./support/matrix.ts";
import { type Line, measureRow, type Setting } from "./support/measure.ts";
import { PROTOCOLS } from "./support/protocol.ts";
import { barSummary, machine, tableHead, tableLine } from "./support/report.ts";
import { type Backends, chooseSennit, peerTarget } from "./support/target.ts";

const SERVERS = 2;

const { values } = parseArgs({
  options: {
    rows: { type: "string", multiple: true, default: [] },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    peer: { type: "string", multiple: true, default: [] },
  },
});
const rows = selectRows(values.rows.flatMap((names) => names.split(",")));
const peers = values.peer.map(peerTarget);
const quick: Partial<Setting> = { effort: { cpuSeconds: 0.5, maxSeconds: 2 }, rounds: 1, startups: 5 };
const thorough: Partial<Setting> = { effort: { cpuSeconds: 1.5, maxSeconds: 6 }, rounds: 3, startups: 20 };

const protocols = [...new Set(rows.map(({ load }) => load.protocol))];
const backends = new Map<ProtocolName, Backends>();
try {
  for (const protocol of protocols) {
    backends.set(protocol, { protocol, servers: await PROTOCOLS[protocol].startServers(SERVERS) });
  }
  const setting = { ...(values.quick ? quick : thorough), backends, peers } as Setting;
  const rounds = values.rounds === undefined ? setting.rounds : Number(values.rounds);
  const programs = protocols.map((protocol) => PROTOCOLS[protocol].program);
  console.log(machine([...programs, "nutcracker"]));
  console.log(`- sennit: ${chooseSennit()}\n- ${rounds} rounds, ${SERVERS} × ${programs.join(" and ")}\n`);
  console.log(tableHead());
  const lines: Line[] = [];
  for (const row of rows) {
    const measured = await measureRow(row, { ...setting, rounds });
    for (const line of measured) console.log(tableLine(line));
    lines.push(...measured);
  }
  console.log(`\n${barSummary(lines)}`);
} finally {
  for (const server of [...backends.values()].flatMap(({ servers }) => servers)) {
    await server[Symbol.asyncDispose]();
  }
}
