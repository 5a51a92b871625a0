/** Takes a configuration file, and the files it names, from the disk to checked values. */
import { readFile } from "node:fs/promises";
import {
  checkTlsFiles,
  checkTokenFiles,
  type ConfigFile,
  fileFault,
  filesOf,
  loadConfig,
  type LoadResult,
} from "../../config/mod.ts";

/** Contents of files by their paths. They may be secret. */
export type FileTexts = Readonly<Record<string, string>>;

/** What came of reading a configuration and the files it names. */
export interface ReadResult extends LoadResult {
  readonly texts: FileTexts;
}

/**
 * Reads and checks `file`.
 *
 * Errors: none thrown; a file that can't be read, or isn't UTF-8, is a fault like any other.
 */
export async function readConfigFile(file: string): Promise<ReadResult> {
  try {
    return await readConfigText(await readText(file), file);
  } catch (error) {
    const message = `can't be read: ${reasonOf(error)}`;
    return {
      config: null,
      faults: [{ file, line: 0, column: 0, path: "", message }],
      warnings: [],
      texts: {},
    };
  }
}

/** Checks `text` as if it were in `file`, and reads the files it names. Errors: as above. */
export async function readConfigText(text: string, file: string): Promise<ReadResult> {
  const loaded = loadConfig(text, file);
  const { config } = loaded;
  if (config === null) return { ...loaded, texts: {} };
  const texts: Record<string, string> = {};
  const read = async (named: ConfigFile) => {
    try {
      texts[named.path] ??= await readText(named.path);
      return [];
    } catch (error) {
      return [fileFault(config, named, `can't be read: ${reasonOf(error)}`)];
    }
  };
  const unreadable = (await Promise.all(filesOf(config).map(read))).flat();
  if (unreadable.length > 0) return { ...loaded, config: null, faults: unreadable, texts };
  const tls = checkTlsFiles(config, texts, Date.now());
  const faults = [...checkTokenFiles(config, texts), ...tls.faults];
  return {
    config: faults.length === 0 ? config : null,
    faults,
    warnings: [...loaded.warnings, ...tls.warnings],
    texts,
  };
}

async function readText(path: string): Promise<string> {
  return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
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
