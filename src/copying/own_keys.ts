/** Keys that we keep on servers beside those of clients, who should not see them. */

/** Where a server keeps its fence, in database 0. */
export const FENCE_KEY = "sennit:fence";
/** What names of unfinished copies begin with. */
export const UNFINISHED_PREFIX = "sennit:unfinished:";

const OWN = [Buffer.from(FENCE_KEY), Buffer.from(UNFINISHED_PREFIX)] as const;

/** Whether a key is a client's. */
export function isClientsKey(key: Buffer): boolean {
  return !key.equals(OWN[0]) && !key.subarray(0, OWN[1].length).equals(OWN[1]);
}
