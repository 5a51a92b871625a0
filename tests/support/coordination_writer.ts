/** Counts twenty keys up together, again and again, in the coordination store at a path; says each count once it is written. */
import { writeSync } from "node:fs";
import { FileCoordination } from "../../src/coordination/mod.ts";

const store = new FileCoordination(process.argv[2]!);
const { entries } = await store.list("count/");
let count = Number(entries[0]?.value ?? 0);
for (;;) {
  count++;
  const operations = Array.from({ length: 20 }, (_, i) => ({ put: `count/${i}`, value: String(count) }));
  await store.commit([], operations);
  writeSync(1, `${count}\n`);
}
