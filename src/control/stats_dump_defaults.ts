/** What nutcracker's flags `-s`, `-a` and `-i` stand for when they are left out; its own address is every one. */
export const STATS_DUMP_DEFAULTS = { port: 22222, host: "127.0.0.1", intervalMs: 30_000 } as const;
