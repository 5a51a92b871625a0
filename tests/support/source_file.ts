/** What the architecture test sees of a source file: its code without comments, and what it imports. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";

/** One import, export-from or dynamic import. */
export interface Import {
  /** Path from the repository's root for a file, else the specifier as written (`node:fs`, `yaml`). */
  readonly target: string;
  /** Whether it is gone once types are taken away. */
  readonly typeOnly: boolean;
  /** What stands between `import` and `from`; empty for a dynamic or bare import. */
  readonly clause: string;
}

/** A file under src/, or mod.ts. */
export interface SourceFile {
  /** Path from the repository's root. */
  readonly path: string;
  /** The first folder under src/; empty for files outside of all folders. */
  readonly folder: string;
  readonly lineCount: number;
  /** The text with comments blanked. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** All source files, from the repository at `root`. */
export function readSourceFiles(root: string): SourceFile[] {
  const paths = ["mod.ts", ...new Bun.Glob("src/**/*.{ts,tsx}").scanSync(root)];
  return paths.sort().map((path) => sourceFile(path, readFileSync(join(root, path), "utf8")));
}

/** What is to be seen in one file's text. */
export function sourceFile(path: string, text: string): SourceFile {
  const parts = path.split("/");
  const code = withoutComments(text);
  return {
    path,
    folder: parts[0] === "src" && parts.length > 2 ? parts[1]! : "",
    lineCount: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    code,
    imports: findImports(code, dirname(path)),
  };
}

/** Strings are matched first, so that what looks like a comment in them stays. */
const STRING_OR_COMMENT =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

function withoutComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (found) => found.startsWith("/") ? " " : found);
}

const FROM = /^(?:import|export)\s+([^"';]*?)\s*from\s*["']([^"']+)["']/gm;
const BARE = /^import\s*["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["'`]([^"'`]+)["'`]/g;

function findImports(code: string, from: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, clause: string) => {
    const target = specifier.startsWith(".") ? join(from, specifier) : specifier;
    found.push({ target, clause, typeOnly: isTypeOnly(clause) });
  };
  for (const [, clause, specifier] of code.matchAll(FROM)) add(specifier!, clause!);
  for (const [, specifier] of code.matchAll(BARE)) add(specifier!, "");
  for (const [, specifier] of code.matchAll(DYNAMIC)) add(specifier!, "");
  return found;
}

function isTypeOnly(clause: string): boolean {
  if (/^type\s/.test(clause)) return true;
  const braces = /^\{([^}]*)\}$/.exec(clause);
  if (braces === null) return false;
  const names = braces[1]!.split(",").map((name) => name.trim()).filter((name) => name !== "");
  return names.length > 0 && names.every((name) => name.startsWith("type "));
}
