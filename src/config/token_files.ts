/** What is wrong with the tokens of the admin endpoint, found before anybody is kept out, or let in, by one. */
import type { Fault } from "./fault.ts";
import { fileFault, filesOf } from "./files.ts";
import { ADMIN_OPTIONS, INSTANCE_OPTIONS } from "./instance_options.ts";
import type { Config } from "./load.ts";
import { pathOf } from "./section.ts";

/** Checks the token files. Shape: `texts` holds the contents of `filesOf(config)`; no fault shows any. */
export function checkTokenFiles(config: Config, texts: Readonly<Record<string, string>>): Fault[] {
  const { tokenFile, readTokenFile } = ADMIN_OPTIONS;
  const [write, read] = [tokenFile, readTokenFile].map(({ key }) => {
    const option = pathOf(INSTANCE_OPTIONS.admin.key, key);
    return filesOf(config).find((file) => file.option === option);
  });
  const faults = [write, read].flatMap((file) => {
    const reason = file && tokenFault(texts[file.path]!);
    return file && reason ? [fileFault(config, file, reason)] : [];
  });
  if (faults.length > 0 || !write || !read || tokenIn(texts[write.path]!) !== tokenIn(texts[read.path]!)) {
    return faults;
  }
  const reason = `holds the token of ${tokenFile.key}, which allows to change everything`;
  return [fileFault(config, read, reason)];
}

/** The token in a file's content. */
export function tokenIn(content: string): string {
  return content.trim();
}

/** Why the content of a token file won't do, for a sentence about the file; null when it will. */
export function tokenFault(content: string): string | null {
  const token = tokenIn(content);
  if (token === "") return "is empty; it should hold a token";
  if (/^[\x21-\x7e]+$/.test(token)) return null;
  return "should hold a token: one line of printable ASCII without spaces";
}
