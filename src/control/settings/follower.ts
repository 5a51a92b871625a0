/** What follows the configuration beside the workers: it gets ready for a new one, and takes it over when all others do. */
import type { Config } from "../../config/mod.ts";
import type { FileTexts } from "./config_file.ts";

/** A follower that is ready for another configuration. */
export interface Step {
  /** Takes it over; this can't fail. */
  commit(): void;
  /** Stays as it was. */
  abort(): void;
}

/** Somebody who must follow. */
export interface Follower {
  /** Gets ready. Errors: throws why it can't; then nobody takes the configuration over. */
  prepare(config: Config, texts: FileTexts): Promise<Step>;
}

/** Has all get ready. Errors: throws when one can't; the others stay as they were. */
export async function prepareAll(
  followers: readonly Follower[],
  config: Config,
  texts: FileTexts,
): Promise<Step> {
  const steps: Step[] = [];
  const abort = () => steps.forEach((step) => step.abort());
  try {
    for (const follower of followers) steps.push(await follower.prepare(config, texts));
  } catch (error) {
    abort();
    throw error;
  }
  return { abort, commit: () => steps.forEach((step) => step.commit()) };
}
