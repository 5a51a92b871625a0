/** Takes a configuration file from the disk to checked values. */
import { readFile } from "node:fs/promises";
import { loadConfig, type LoadResult } from "../config/mod.ts";

/**
 * Reads and checks `file`.
 *
 * Errors: none thrown; a file that can't be read, or isn't UTF-8, is a fault like any other.
 */
export async function readConfigFile(file: string): Promise<LoadResult> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const message = `can't be read: ${reasonOf(error)}`;
    return { config: null, faults: [{ file, line: 0, column: 0, path: "", message }], warnings: [] };
  }
  return loadConfig(text, file);
}

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EISDIR: "it is a directory",
};

function reasonOf(error: unknown): string {
  if (error instanceof TypeError) return "it is not UTF-8 text";
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return REASONS[code] ?? String(error);
}
