/** Every rule of a configuration file, by a file that breaks it: where the fault is, whose it is, what it says. */
import { expect, test } from "bun:test";
import { compare, readMarks } from "./bad_file.ts";
import { BAD_CLUSTER_FILES } from "./bad_cluster_files.ts";
import { BAD_INSTANCE_FILES } from "./bad_instance_files.ts";
import { BAD_POOL_FILES } from "./bad_pool_files.ts";
import { BAD_REPLICA_FILES } from "./bad_replica_files.ts";
import { BAD_SECURITY_FILES } from "./bad_security_files.ts";

const BAD_FILES = [
  ...[BAD_POOL_FILES, BAD_CLUSTER_FILES, BAD_INSTANCE_FILES, BAD_REPLICA_FILES, BAD_SECURITY_FILES],
].flat();

for (const [title, marked, ...expected] of BAD_FILES) {
  test(`loadConfig places the fault when a file ${title}`, () => {
    const { found, wanted } = compare(marked, expected);
    expect(found).toEqual(wanted);
  });
}

test("loadConfig reports the faults of all pools at once when several are bad, in the order of the file", () => {
  const marked = "a:\n  listen: ^x\n  redis: ^yes\n  servers:\n  - ^a\n  - a:1:1\nb: ^5\n^c: {^hsah: md5}\n";
  const { found } = compare(marked, []);
  expect(found.map((fault) => fault.place)).toEqual([...readMarks(marked).places.slice(0, 5), "8:1", "8:5"]);
});
