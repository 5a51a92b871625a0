/**
 * Memory that is never touched and so never resident, but counts as live. The runtime collects garbage each time as
 * much has come as is live, and counts what is received: with a live heap of 6 MB that was once in 12 MB of chunks,
 * though those are free long before (protocol/chunk_holds.ts), and took 15% of the CPU of values of 100 KB. More
 * than this saves nothing more, and lets the garbage of small requests grow.
 */
const BALLAST_BYTES = 32 * 1024 * 1024;

let ballast: ArrayBuffer | null = null;

/** Makes collections rarer from now on; called once per process. */
export function takeBallast(): void {
  ballast ??= new ArrayBuffer(BALLAST_BYTES);
}
