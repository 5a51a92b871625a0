/** Token files that let nobody in, or too many, are faults of the configuration, and no fault shows a token. */
import { describe, expect, test } from "bun:test";
import { checkTokenFiles, formatFault, loadConfig } from "../../../src/config/mod.ts";

const TEXT = `pools: { a: { listen: "127.0.0.1:1", redis: true, servers: ["127.0.0.1:2:1"] } }
admin: { token_file: write, read_token_file: read }
`;

function check(write: string, read: string): string[] {
  return checkTokenFiles(loadConfig(TEXT, "a.yml").config!, { write, read }).map(formatFault);
}

describe("checkTokenFiles", () => {
  test("takes two tokens, whatever white space is around them", () => {
    expect(check("one\n", "  two")).toEqual([]);
  });

  test("refuses files that hold none, with line and column", () => {
    expect(check("\n", "sec ret")).toEqual([
      'a.yml:2:22: admin: token_file: "write" is empty; it should hold a token',
      'a.yml:2:46: admin: read_token_file: "read" should hold a token: one line of printable ASCII without spaces',
    ]);
  });

  test("refuses one token for both, because the one for reading would change things", () => {
    expect(check("secret", "secret\n")).toEqual([
      'a.yml:2:46: admin: read_token_file: "read" holds the token of token_file, which allows to change everything',
    ]);
  });
});
