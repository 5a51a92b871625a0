/** The file of a unix socket, which outlives a process that had no time to remove it. */
import { lstatSync, unlinkSync } from "node:fs";
import { isListenedOn } from "./unix_probe.ts";

/** Removes the file of a unix socket nobody listens on any more. Errors: when somebody does, or it is no socket. */
export async function removeStale(path: string): Promise<void> {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return;
  if (!status.isSocket()) throw new Error("the file exists and is no socket");
  if (isListenedOn(path) ?? await answers(path)) throw new Error("another process listens there");
  unlinkSync(path);
}

async function answers(path: string): Promise<boolean> {
  try {
    const probe = await Bun.connect({ unix: path, socket: { data() {} } });
    probe.terminate();
    return true;
  } catch {
    return false;
  }
}
