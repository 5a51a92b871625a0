/**
 * Numbers by which the cursors of SCAN name servers. A client keeps a cursor for as long as it likes, across reloads
 * and from one worker, or one proxy, to another; so a number follows from the server's name alone wherever it can,
 * and is not given to another server while there are numbers nobody ever had.
 */
import { murmur } from "../../hash/murmur.ts";

/** Numbers there are: 1 to this. */
export const MOST_SERVER_NUMBERS = 1023;

/** The numbers of a pool's servers by name; servers that have gone keep theirs, in case they come back. */
export type ServerNumbers = ReadonlyMap<string, number>;

/**
 * The numbers once the pool has these servers.
 *
 * Shape: what has a number keeps it. A new server gets the one its name hashes to, or the next that is free; of
 * several new ones at once, in the order of their names, so that the same servers get the same numbers wherever they
 * begin together. With more servers than numbers, some have none.
 */
export function numberServers(names: readonly string[], before: ServerNumbers): ServerNumbers {
  const numbers = new Map(before);
  const taken = new Set(numbers.values());
  for (const name of names.toSorted()) {
    if (numbers.has(name)) continue;
    if (taken.size === MOST_SERVER_NUMBERS) forget(numbers, taken, new Set(names));
    if (taken.size === MOST_SERVER_NUMBERS) break;
    let number = preferred(name);
    while (taken.has(number)) number = number % MOST_SERVER_NUMBERS + 1;
    numbers.set(name, number);
    taken.add(number);
  }
  return numbers;
}

function preferred(name: string): number {
  const bytes = Buffer.from(name);
  return murmur(bytes, 0, bytes.length) % MOST_SERVER_NUMBERS + 1;
}

/** Gives up the number of the server that has gone and was numbered first, if any has gone. */
function forget(numbers: Map<string, number>, taken: Set<number>, present: ReadonlySet<string>): void {
  for (const [name, number] of numbers) {
    if (present.has(name)) continue;
    numbers.delete(name);
    taken.delete(number);
    return;
  }
}
