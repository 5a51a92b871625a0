import { expect, test } from "bun:test";
import { TABLE } from "../../../../src/protocol/redis/catalogue.ts";
import { RequestScanner } from "../../../../src/protocol/redis/request_scanner.ts";
import { DATABASE_RULES } from "../../../../src/proxy/redis/database_rules.ts";
import type { Pool } from "../../../../src/proxy/pool.ts";
import { command } from "../../../support/resp_encoder.ts";
import { WIDE } from "../../protocol/redis/scan_requests.ts";

/** What is said to a request in a pool of three databases, or the request as a server gets it. */
function judge(request: string, redisDb = 0, servers = 1): string {
  const pool = { config: { databases: 3, redisDb }, backends: { length: servers } } as unknown as Pool;
  const words = request.split(" ");
  const scanner = new RequestScanner(WIDE);
  const bytes = command(...words);
  scanner.scan(bytes, 0, bytes.length);
  const name = words[0]!.toLowerCase();
  const fault = DATABASE_RULES.get(name)!(pool, scanner);
  const sent = Buffer.from(scanner.copy()).toString();
  return fault === "" ? sent.split("\r\n").filter((_, i) => i > 0 && i % 2 === 0).join(" ") : fault;
}

const NOWHERE = 2147483647;

test("MOVE takes the databases of the pool, as the servers number them", () => {
  expect(judge("MOVE key 2")).toBe("MOVE key 2");
  expect(judge("MOVE key 2", 9)).toBe("MOVE key 11");
});

test("a database that the pool lacks is none of the servers', and what is no number is theirs to refuse", () => {
  for (const beyond of ["3", "-1", "2147483647", "-2147483648"]) {
    expect(judge(`MOVE key ${beyond}`, 9)).toBe(`MOVE key ${NOWHERE}`);
  }
  for (const wrong of ["2147483648", "-2147483649", "99999999999", "01", "x"]) {
    expect(judge(`MOVE key ${wrong}`, 9)).toBe(`MOVE key ${wrong}`);
  }
});

test("COPY does too, however often and wherever DB stands", () => {
  expect(judge("COPY from to REPLACE", 4)).toBe("COPY from to REPLACE");
  expect(judge("COPY from to REPLACE db 1", 4)).toBe("COPY from to REPLACE db 5");
  expect(judge("COPY from to DB 1 DB 2", 4)).toBe("COPY from to DB 5 DB 6");
  expect(judge("COPY DB 1 DB 0", 4)).toBe("COPY DB 1 DB 4");
  expect(judge("COPY from to DB 3")).toBe(`COPY from to DB ${NOWHERE}`);
  // Without a number Redis has its own words for it.
  expect(judge("COPY from to DB", 4)).toBe("COPY from to DB");
});

test("SWAPDB takes a pool of one server", () => {
  expect(judge("SWAPDB 0 2", 4)).toBe("SWAPDB 4 6");
  expect(judge("SWAPDB 0 3", 4)).toBe(`SWAPDB 4 ${NOWHERE}`);
  expect(judge("SWAPDB x 0", 4)).toBe("SWAPDB x 4");
  expect(judge("SWAPDB 0 2", 0, 3)).toStartWith("ERR SWAPDB can't be done in one moment by 3 servers");
});

test("no command with a rule takes the fast path past it", () => {
  for (const name of DATABASE_RULES.keys()) {
    const scanner = new RequestScanner(WIDE);
    const bytes = command(name, "a", "b");
    scanner.scan(bytes, 0, bytes.length);
    expect({ name, singleKey: TABLE.commandOf(scanner)!.singleKey }).toEqual({ name, singleKey: false });
  }
});
