/**
 * The shape of the source, as the architecture promises it: who may import whom, where the outside world is named,
 * and how long a file may be. What it forbids is a dependency that would have to be undone later.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Import, readSourceFiles, type SourceFile } from "./support/source_file.ts";

const ROOT = resolve(import.meta.dir, "..");
const FILES = readSourceFiles(ROOT);
const BY_PATH = new Map(FILES.map((file) => [file.path, file]));

const MAX_LINES = 300;

/** Layer 0, lowest first: each may import those before it. */
const PURE = ["hash", "stats", "protocol", "routing", "config"];
const DATA_PLANE = [...PURE, "transport", "proxy"];
const CONTROL_PLANE = ["control", "coordination", "copying", "migration", "replication"];
/** Servers of our own, which know nothing of the proxy. */
const STORES = ["store"];
const FACES = ["admin", "cli"];

/** Which folders a folder may import from, beside itself. Types of `config` are open to all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(PURE.map((folder, i) => [folder, PURE.slice(0, i)])),
  transport: PURE,
  proxy: [...PURE, "transport"],
  ...Object.fromEntries(STORES.map((folder) => [folder, [...PURE, "transport"]])),
  ...Object.fromEntries(CONTROL_PLANE.map((folder) => [folder, [...DATA_PLANE, ...CONTROL_PLANE]])),
  admin: [...CONTROL_PLANE, "config", "stats"],
  cli: [...CONTROL_PLANE, ...STORES, "config", "stats", "admin"],
};

/** Folders whose parts know nothing of each other. */
const STRANGERS = [
  ["src/protocol/redis", "src/protocol/memcached"],
  ["src/routing/ring", "src/routing/slots", "src/routing/cluster", "src/routing/replicas"],
];

/** Outside names, and where alone under src/ each may appear in code. */
const CONFINED: readonly { readonly what: string; readonly code: RegExp; readonly to: readonly string[] }[] =
  [
    { what: "Bun's sockets", code: /\bBun\.(listen|connect|udpSocket)\b/, to: ["src/transport/"] },
    // The demo looks for free ports.
    { what: "Node's sockets", code: /["']node:(net|tls|dgram)["']/, to: ["src/transport/", "src/cli/"] },
    { what: "Bun's HTTP server", code: /\bBun\.serve\b/, to: ["src/admin/"] },
    { what: "Hono", code: /["']hono(\/[^"']*)?["']/, to: ["src/admin/"] },
    {
      what: "the YAML library",
      code: /\b(from|import)\s*\(?\s*["']yaml["']|\bBun\.YAML\b/,
      to: ["src/config/yaml.ts"],
    },
    { what: "the argument parser", code: /\bparseArgs\b/, to: ["src/cli/args.ts"] },
  ];

/** What layer 0 gets from its callers, if it needs it at all. */
const IMPURE =
  /\b(setTimeout|setInterval|setImmediate|queueMicrotask|Promise|async|await|Date\.now|new Date|performance\.now|Bun\.nanoseconds|Bun\.sleep)\b/;
const IMPURE_MODULE = /^(bun|bun:ffi|node:(net|tls|http|https|dgram|dns|fs|timers|child_process)(\/.*)?)$/;

/** What the rule `isForbidden` forbids, as `file -> target` lines. */
function violations(isForbidden: (file: SourceFile, each: Import) => boolean): string[] {
  return FILES.flatMap((file) =>
    file.imports.filter((each) => isForbidden(file, each)).map(({ target }) => `${file.path} -> ${target}`)
  );
}

describe("imports", () => {
  test("lead to files that exist", () => {
    expect(violations((_, { target }) => target.startsWith("src/") && !BY_PATH.has(target))).toEqual([]);
  });

  test("come from folders that have a layer", () => {
    const folders = new Set(FILES.map(({ folder }) => folder).filter((folder) => folder !== ""));
    expect([...folders].filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
  });

  test("lead down the layers", () => {
    expect(violations(({ folder }, { target, typeOnly }) => {
      const to = BY_PATH.get(target)?.folder ?? "";
      if (folder === "" || to === "" || to === folder) return false;
      if (to === "config" && typeOnly) return false;
      return !MAY_IMPORT[folder]!.includes(to);
    })).toEqual([]);
  });

  test("of files outside of all folders lead nowhere but from mod.ts, and from there to public files", () => {
    expect(
      violations(({ path, folder }, { target }) =>
        folder === "" && !(path === "mod.ts" && /^src\/[a-z]+\/mod\.ts$/.test(target))
      ),
    ).toEqual([]);
  });

  test("reach the data plane through its public file alone when they come from above", () => {
    const above = new Set([...CONTROL_PLANE, ...FACES]);
    expect(
      violations(({ folder }, { target }) =>
        above.has(folder) && target.startsWith("src/proxy/") && target !== "src/proxy/mod.ts"
      ),
    ).toEqual([]);
  });

  test.each(STRANGERS)("don't join %s to its siblings", (...siblings: string[]) => {
    const siblingOf = (path: string) => siblings.find((folder) => path.startsWith(`${folder}/`));
    expect(violations(({ path }, { target }) => {
      const [from, to] = [siblingOf(path), siblingOf(target)];
      return from !== undefined && to !== undefined && from !== to;
    })).toEqual([]);
  });

  // Imports of types are gone when the code runs: objects that point at each other may name each other's types.
  test("go round in no circle", () => {
    expect(circles()).toEqual([]);
  });
});

describe("outside names", () => {
  test.each(CONFINED)("of $what appear in their place alone", ({ code, to }) => {
    const naming = FILES.filter((file) => code.test(file.code)).map(({ path }) => path);
    expect(naming.filter((path) => !to.some((place) => path.startsWith(place)))).toEqual([]);
  });

  test("of sockets, files, timers, promises and the clock are unknown to the pure layer", () => {
    const pure = FILES.filter(({ folder }) => PURE.includes(folder));
    const found = pure.flatMap(({ path, code, imports }) => [
      ...(IMPURE.exec(code)?.slice(1, 2) ?? []).map((name) => `${path}: ${name}`),
      ...imports.filter(({ target }) => IMPURE_MODULE.test(target)).map(({ target }) => `${path}: ${target}`),
    ]);
    expect(found).toEqual([]);
  });
});

describe("files", () => {
  test(`have no more than ${MAX_LINES} lines`, () => {
    const long = FILES.filter(({ lineCount }) => lineCount > MAX_LINES);
    expect(long.map(({ path, lineCount }) => `${path}: ${lineCount} lines`)).toEqual([]);
  });
});

describe("deno.json", () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));

  test("pins every dependency to one version", () => {
    const unpinned = Object.entries<string>(manifest.imports).filter(([, target]) =>
      !/^npm:\/?(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(-[\w.]+)?(\/.*)?$/.test(target)
    );
    expect(unpinned).toEqual([]);
    expect(manifest.lock).toEqual({ frozen: true });
  });

  test("is the only manifest", () => {
    const others = [
      "package.json",
      "tsconfig.json",
      "bun.lock",
      "bun.lockb",
      "package-lock.json",
      "bunfig.toml",
    ];
    expect(others.filter((name) => existsSync(join(ROOT, name)))).toEqual([]);
  });

  test("never runs bun in a way that fetches packages by itself", () => {
    const bare = Object.entries<string>(manifest.tasks).filter(([, line]) =>
      /\bbun (?!--no-install)/.test(line)
    );
    expect(bare).toEqual([]);
  });
});

/** Each circle of imports that exist when the code runs, once, as the files on it. */
function circles(): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string) => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    trail.push(path);
    for (const { target, typeOnly } of BY_PATH.get(path)?.imports ?? []) if (!typeOnly) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const { path } of FILES) visit(path);
  return found;
}
