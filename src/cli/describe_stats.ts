/** `-D`: what the figures of nutcracker's statistics mean. */

/** A figure and what it tells. */
type Figure = readonly [name: string, meaning: string];

const POOL_FIGURES: readonly Figure[] = [
  ["client_eof", "clients that closed their connection"],
  ["client_err", "client connections that ended in any other way"],
  ["client_connections", "clients connected now"],
  ["server_ejects", "servers taken out of the ring because they kept failing"],
  ["forward_error", "requests answered with an error because their server couldn't be asked"],
  ["fragments", "parts that requests with several keys were split into"],
];

const SERVER_FIGURES: readonly Figure[] = [
  ["server_eof", "connections the server closed"],
  ["server_err", "connections that broke in any other way"],
  ["server_timedout", "requests that got no reply in time"],
  ["server_connections", "connections open now"],
  ["server_ejected_at", "when the server was last taken out of the ring, in microseconds since 1970"],
  ["requests", "requests sent to the server"],
  ["request_bytes", "bytes of those requests"],
  ["responses", "replies received from the server"],
  ["response_bytes", "bytes of those replies"],
  ["in_queue", "requests waiting to be sent now"],
  ["in_queue_bytes", "bytes of those requests"],
  ["out_queue", "requests sent and not yet answered now"],
  ["out_queue_bytes", "bytes of those requests"],
];

/** The figures of pools and servers, by the names nutcracker gives them. */
export function describeStats(): string {
  return [
    "The statistics port, which this version doesn't open yet, has these figures. What is counted today is shown by",
    "the command INFO stats.",
    "",
    "Of a pool:",
    ...lines(POOL_FIGURES),
    "",
    "Of a server:",
    ...lines(SERVER_FIGURES),
  ].join("\n");
}

function lines(figures: readonly Figure[]): string[] {
  const width = Math.max(...figures.map(([name]) => name.length));
  return figures.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`);
}
