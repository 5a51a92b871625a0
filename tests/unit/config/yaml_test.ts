import { describe, expect, test } from "bun:test";
import { type ConfigNode, parseYaml } from "../../../src/config/yaml.ts";

/** The tree without places. */
function bare(node: ConfigNode | null): unknown {
  if (node?.kind === "map") {
    return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, bare(value)]));
  }
  return node?.kind === "list" ? node.items.map(bare) : node?.text ?? null;
}

describe("parseYaml", () => {
  const rows: [title: string, text: string, tree: unknown][] = [
    ["keeps scalars as written", "a: 007\nb: yes\nc: 1e5\nd: ~\ne: null\n", {
      a: "007",
      b: "yes",
      c: "1e5",
      d: "~",
      e: "null",
    }],
    ["undoes quotes and escapes", `a: "x\\ty"\nb: 'it''s'\n`, { a: "x\ty", b: "it's" }],
    ["gives an empty text when there is no value", "a:\n? b\n", { a: "", b: "" }],
    ["reads flow style", "a: {b: [1, 2], c: {}}\n", { a: { b: ["1", "2"], c: {} } }],
    ["resolves an alias", "a: &x [1]\nb: *x\n", { a: ["1"], b: ["1"] }],
    ["lets a key of its own win over a merged one", "a: &x {k: 1, m: 2}\nb:\n  <<: *x\n  k: 3\n", {
      a: { k: "1", m: "2" },
      b: { k: "3", m: "2" },
    }],
    ["lets the earlier of two merged maps win", "a: &x {k: 1}\nb: &y {k: 2, m: 3}\nc: {<<: [*x, *y]}\n", {
      a: { k: "1" },
      b: { k: "2", m: "3" },
      c: { k: "1", m: "3" },
    }],
    ["takes a quoted << for a key", 'a: {"<<": 5}\n', { a: { "<<": "5" } }],
    ["reads block scalars", "a: |\n  x\n  y\n", { a: "x\ny\n" }],
    ["passes over a byte order mark and line ends of Windows", "\ufeffa: 1\r\nb: 2\r\n", { a: "1", b: "2" }],
    ["reads a document between its marks", "%YAML 1.2\n---\na: 1\n...\n", { a: "1" }],
  ];
  for (const [title, text, tree] of rows) {
    test(title, () => {
      const { root, faults } = parseYaml(text);
      expect(faults).toEqual([]);
      expect(bare(root)).toEqual(tree);
    });
  }

  test("gives null when the document is empty", () =>
    expect(parseYaml("# x\n")).toEqual({ root: null, faults: [] }));

  test("knows the place of every node and key", () => {
    const { root } = parseYaml("a:\n  - 1\n  - {k: v}\n");
    expect(root).toEqual({
      kind: "map",
      at: { line: 1, column: 1 },
      repeated: [],
      entries: new Map([["a", {
        keyAt: { line: 1, column: 1 },
        value: {
          kind: "list",
          at: { line: 2, column: 3 },
          items: [{ kind: "text", at: { line: 2, column: 5 }, text: "1" }, {
            kind: "map",
            at: { line: 3, column: 5 },
            repeated: [],
            entries: new Map([["k", {
              keyAt: { line: 3, column: 6 },
              value: { kind: "text", at: { line: 3, column: 9 }, text: "v" },
            }]]),
          }],
        },
      }]]),
    });
  });

  test("refuses an alias inside its own anchor, so that no tree has a cycle", () => {
    expect(parseYaml("a: &x [*x]\n").faults).toHaveLength(1);
  });

  test("shares the node of an alias, so that aliases of aliases cost nothing", () => {
    const levels = Array.from(
      { length: 40 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]`,
    );
    const { root, faults } = parseYaml(`l0: &l0 [x]\n${levels.join("\n")}\n`);
    expect(faults).toEqual([]);
    const first = root?.kind === "map" ? root.entries.get("l40")!.value : null;
    expect(first?.kind === "list" && first.items.every((item) => item === first.items[0])).toBe(true);
  });

  test("never quotes a value in a fault, since it may be a secret", () => {
    const texts = [
      "a: |hunter2\n",
      "a: >hunter2\n",
      "a: ]hunter2\n",
      "a: *hunter2\n",
      "a: !hunter2\n",
      "a: 'x'hunter2\n",
    ];
    for (const text of texts) {
      const { faults } = parseYaml(text);
      expect(faults.length).toBeGreaterThan(0);
      for (const { message } of faults) expect(message).not.toContain("hunter2");
    }
  });

  test("reports nesting it can't follow instead of overflowing the stack", () => {
    expect(parseYaml("- ".repeat(100_000)).faults.length).toBeGreaterThan(0);
  });
});
