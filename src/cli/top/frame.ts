/** Draws what `sennit top` shows, for a terminal of any width from 60 columns on. */
import type { Row, View } from "./view.ts";

/** Columns behind the name; what a row shows there, and how wide that is. */
const COLUMNS: readonly (readonly [title: string, width: number, show: (row: Row) => string])[] = [
  ["STATE", 9, ({ state }) => state],
  ["REQ/S", 8, ({ requests }) => short(requests)],
  ["P50", 7, ({ p50 }) => duration(p50)],
  ["P99", 7, ({ p99 }) => duration(p99)],
  ["ERR/S", 6, ({ errors }) => short(errors)],
  ["WAIT", 6, ({ waiting }) => short(waiting)],
  ["CONN", 6, ({ connections }) => short(connections)],
];
const FIGURES_WIDTH = COLUMNS.reduce((sum, [, width]) => sum + width + 1, 0);
const NARROWEST_NAME = 8;
const UNITS = ["", "k", "M", "G", "T"];

/** The lines, none wider than `width`; no more than `height`, the last of which says what is left out. */
export function frame(view: View, width: number, height: number): string[] {
  const { version, upSeconds, workers, cpu, residentBytes, clients, received, sent, pools } = view;
  const total = pools.reduce((sum, { pool }) => sum + pool.requests, 0);
  const nameWidth = Math.max(NARROWEST_NAME, width - FIGURES_WIDTH);
  const lines = [
    `Sennit ${version}  up ${elapsed(upSeconds)}  workers ${workers}  cpu ${Math.round(cpu * 100)}%` +
    `  memory ${bytes(residentBytes)}`,
    `clients ${short(clients)}  requests ${short(total)}/s  in ${bytes(received)}/s  out ${bytes(sent)}/s`,
    "",
    ["POOL / SERVER".padEnd(nameWidth), ...COLUMNS.map(([title, width]) => title.padStart(width))].join(" "),
    ...pools.flatMap(({ pool, servers }) => [
      rowLine(pool, nameWidth),
      ...servers.map((server) => rowLine({ ...server, name: `  ${server.name}` }, nameWidth)),
    ]),
  ];
  const shown = lines.length > height
    ? [...lines.slice(0, height - 1), `… and ${lines.length - height + 1} more lines`]
    : lines;
  return shown.map((line) => line.slice(0, width).trimEnd());
}

function rowLine(row: Row, nameWidth: number): string {
  const name = row.name.length > nameWidth ? `${row.name.slice(0, nameWidth - 1)}…` : row.name;
  const cells = COLUMNS.map(([, width, show]) => show(row).padStart(width));
  return [name.padEnd(nameWidth), ...cells].join(" ");
}

/** At most five characters, such as 950, 12.3k, 4.1M. */
export function short(value: number): string {
  let unit = 0;
  let scaled = value;
  while (Math.round(scaled) >= 1000 && unit < UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = (unit > 0 && scaled < 99.95) || (scaled > 0 && scaled < 0.95) ? 1 : 0;
  return scaled.toFixed(digits) + UNITS[unit]!;
}

function bytes(value: number): string {
  return `${short(value)}B`;
}

/** Of seconds, such as 340us, 1.2ms, 3.0s; a dash for none. */
export function duration(seconds: number): string {
  if (Number.isNaN(seconds)) return "-";
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)}us`;
  if (seconds < 1) return `${(seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)}ms`;
  return `${seconds.toFixed(1)}s`;
}

/** Such as 12s, 3m05s, 2h07m, 5d03h. */
export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [[86_400, "d"], [3600, "h"], [60, "m"], [1, "s"]] as const;
  const first = parts.findIndex(([size]) => whole >= size);
  if (first < 0) return "0s";
  const [size, unit] = parts[first]!;
  const next = parts[first + 1];
  const rest = next === undefined
    ? ""
    : `${String(Math.floor(whole % size / next[0])).padStart(2, "0")}${next[1]}`;
  return `${Math.floor(whole / size)}${unit}${rest}`;
}
