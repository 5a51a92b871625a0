/**
 * Compares this proxy with nutcracker, and with any other that is named, in front of the same redis-servers and in
 * the same run. What counts is CPU per request of the proxy's process: on one machine, throughput says as much about
 * the load generator. Prints Markdown.
 *
 * Run: deno task bench:compare [--rows get-64-*,idle] [--rounds 3] [--quick] [--peer name=host:port:pid]
 */
import { parseArgs } from "node:util";
import { RedisServer } from "../tests/support/redis_server.ts";
import { selectRows } from "./support/matrix.ts";
import { type Line, measureRow, type Setting } from "./support/measure.ts";
import { barSummary, machine, tableHead, tableLine } from "./support/report.ts";
import { chooseSennit, peerTarget } from "./support/target.ts";

const SERVERS = 2;
/** Rows that go to a server directly have as many connections as those that go to a proxy. */
const MAX_CLIENTS = 15_000;

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

const servers = await RedisServer.startMany(SERVERS, { args: ["--maxclients", String(MAX_CLIENTS)] });
try {
  const setting = { ...(values.quick ? quick : thorough), servers, peers } as Setting;
  const rounds = values.rounds === undefined ? setting.rounds : Number(values.rounds);
  console.log(`${machine()}\n- sennit: ${chooseSennit()}\n- ${rounds} rounds, ${SERVERS} redis-servers\n`);
  console.log(tableHead());
  const lines: Line[] = [];
  for (const row of rows) {
    const measured = await measureRow(row, { ...setting, rounds });
    for (const line of measured) console.log(tableLine(line));
    lines.push(...measured);
  }
  console.log(`\n${barSummary(lines)}`);
} finally {
  for (const server of servers) await server[Symbol.asyncDispose]();
}
