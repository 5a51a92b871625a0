/** What is alive in this process's heap, garbage left out. */

/** A heap snapshot of the runtime: four numbers for each object, the third of which is the index of its class's name. */
interface Snapshot {
  readonly nodes: readonly number[];
  readonly nodeClassNames: readonly string[];
}
const FIELDS = 4;
const CLASS = 2;

/** How many objects there are of the classes of these names, in that order. Cost: collects garbage, and walks the heap. */
export function countObjects(...classes: readonly string[]): number[] {
  Bun.gc(true);
  const { nodes, nodeClassNames } = Bun.generateHeapSnapshot() as unknown as Snapshot;
  const counts = new Map(classes.map((name) => [nodeClassNames.indexOf(name), 0]));
  for (let i = CLASS; i < nodes.length; i += FIELDS) {
    const count = counts.get(nodes[i]!);
    if (count !== undefined) counts.set(nodes[i]!, count + 1);
  }
  return classes.map((name) => counts.get(nodeClassNames.indexOf(name))!);
}
