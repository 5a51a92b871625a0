/** The comparison as Markdown: the machine, then one table. */
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type as systemName } from "node:os";
import { findProgram } from "../../tests/support/programs.ts";
import type { Line } from "./measure.ts";

const COLUMNS: readonly { readonly title: string; readonly cell: (line: Line) => string }[] = [
  { title: "row", cell: ({ row }) => row },
  { title: "target", cell: ({ target }) => target },
  { title: "CPU µs/request", cell: ({ cpuPerRequest }) => digits(cpuPerRequest) },
  { title: "ratio", cell: ({ ratio }) => ratio?.toFixed(2) ?? "" },
  {
    title: "bar",
    cell: ({ verdict }) => verdict ? `${verdict.bar} ${verdict.met ? "met" : "**missed**"}` : "",
  },
  { title: "requests/s", cell: ({ requestsPerSecond: rate }) => rate?.toFixed(0) ?? "" },
  { title: "p50 ms", cell: ({ p50 }) => digits(p50) },
  { title: "p99 ms", cell: ({ p99 }) => digits(p99) },
  { title: "p99.9 ms", cell: ({ p999 }) => digits(p999) },
  { title: "RSS MB", cell: ({ resident }) => megabytes(resident) },
  { title: "peak MB", cell: ({ peak }) => megabytes(peak) },
];

/** A heading of the table's columns, in two lines. */
export function tableHead(): string {
  return `${row(COLUMNS.map(({ title }) => title))}\n${row(COLUMNS.map(() => "---"))}`;
}

/** One line of the table. */
export function tableLine(line: Line): string {
  return row(COLUMNS.map(({ cell }) => cell(line)));
}

/** How many bars are met and missed. */
export function barSummary(lines: readonly Line[]): string {
  const verdicts = lines.flatMap(({ verdict }) => verdict ?? []);
  const met = verdicts.filter((verdict) => verdict.met).length;
  return `${met} bars met, ${verdicts.length - met} missed`;
}

/** What was measured on, and with which of `programs`. */
export function machine(programs: readonly string[]): string {
  const [cpu] = cpus();
  return [
    `${cpus().length} × ${cpu?.model ?? process.arch}, ${(totalmem() / 2 ** 30).toFixed(0)} GB`,
    `${distribution()}, ${systemName()} ${release()}`,
    [`Bun ${Bun.version}`, ...programs.map((program) => firstLine(program, "--version"))].join(", "),
    `load average ${loadavg()[0]!.toFixed(2)} at the start, ${new Date().toISOString().slice(0, 10)}`,
  ].map((fact) => `- ${fact}`).join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Three significant digits. */
function digits(value: number | undefined): string {
  if (value === undefined) return "";
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "" : (bytes / 2 ** 20).toFixed(0);
}

function distribution(): string {
  return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "Linux";
}

function firstLine(program: string, flag: string): string {
  const { stdout, stderr } = Bun.spawnSync([findProgram(program), flag]);
  const [line] = `${stdout}${stderr}`.trim().split("\n");
  return line!.replace(/ sha=.*/, "").replace("This is ", "");
}
