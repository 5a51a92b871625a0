/** Replaces the document of the store at a path again and again, counting up; says each count once it is written. */
import { writeSync } from "node:fs";
import { FileStore } from "../../src/coordination/mod.ts";

const store = new FileStore(process.argv[2]!);
const current = await store.read();
let version = current?.version ?? null;
let count = (current?.value as { count: number } | undefined)?.count ?? 0;
for (;;) {
  count++;
  version = await store.write({ count, padding: "x".repeat((count * 7919) % 300_000) }, version);
  writeSync(1, `${count}\n`);
}
