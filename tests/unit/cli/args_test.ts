import { describe, expect, test } from "bun:test";
import { splitArguments, UsageError } from "../../../src/cli/args.ts";
import { RUN_FLAGS } from "../../../src/cli/manual.ts";

function split(...argv: string[]) {
  const { flags, words } = splitArguments(argv, RUN_FLAGS);
  return { flags: Object.fromEntries(flags), words };
}

describe("splitArguments", () => {
  const rows: [argv: string[], flags: Record<string, string | true>, words?: string[]][] = [
    [[], {}],
    [["-c", "x.yml"], { "conf-file": "x.yml" }],
    [["-cx.yml"], { "conf-file": "x.yml" }],
    [["--conf-file", "x.yml"], { "conf-file": "x.yml" }],
    [["--conf-file=x.yml"], { "conf-file": "x.yml" }],
    [["--conf-file=-"], { "conf-file": "-" }],
    [["-tc", "x.yml"], { "test-conf": true, "conf-file": "x.yml" }],
    [["-dDtVh"], { daemonize: true, "describe-stats": true, "test-conf": true, version: true, help: true }],
    [["-v", "11", "-v6"], { verbose: "6" }],
    [["-s", "22222", "-a", "0.0.0.0", "-i", "30000", "-p", "x.pid", "-m", "512", "-o", "x.log"], {
      "stats-port": "22222",
      "stats-addr": "0.0.0.0",
      "stats-interval": "30000",
      "pid-file": "x.pid",
      "mbuf-size": "512",
      output: "x.log",
    }],
    [["a", "-d", "b"], { daemonize: true }, ["a", "b"]],
    [["--", "-d"], {}, ["-d"]],
  ];
  for (const [argv, flags, words = []] of rows) {
    test(`reads ${JSON.stringify(argv.join(" "))}`, () => expect(split(...argv)).toEqual({ flags, words }));
  }

  const refused: [argv: string[], message: string][] = [
    [["--tets-conf"], 'unknown flag --tets-conf; did you mean "--test-conf"?'],
    [["--conf=x"], 'unknown flag --conf; did you mean "--conf-file"?'],
    [["--colour"], "unknown flag --colour"],
    [["-x"], "unknown flag -x"],
    [["-tx"], "unknown flag -x"],
    [["-c"], "-c needs a value: -c FILE"],
    [["-c", "-t"], "-c needs a value: -c FILE"],
    [["--conf-file="], "--conf-file needs a value"],
    [["--daemonize=yes"], "--daemonize takes no value"],
    [["-v", "x"], "-v x: not a whole number in 0..2147483647"],
    [["-v", "1.5"], "-v 1.5: not a whole number"],
    [["--stats-port=70000"], "--stats-port 70000: not a whole number in 1..65535"],
    [["-m", "511"], "-m 511: not a whole number in 512..16777216"],
    [["-m", "16777217"], "not a whole number in 512..16777216"],
  ];
  for (const [argv, message] of refused) {
    test(`refuses ${JSON.stringify(argv.join(" "))}`, () => {
      expect(() => split(...argv)).toThrow(UsageError);
      expect(() => split(...argv)).toThrow(message);
    });
  }
});
