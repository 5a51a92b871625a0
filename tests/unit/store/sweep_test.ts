import { expect, test } from "bun:test";
import { SET, STRING } from "../../../src/store/data/entry.ts";
import { insertMembers } from "../../../src/store/data/members.ts";
import { sweep } from "../../../src/store/data/sweep.ts";
import { openedKeyspace, rowsOf } from "./opened_keyspace.ts";

const name = (text: string) => Buffer.from(text);

test("sweep removes keys whose time is over, and what large deleted keys have left, a little at a time", async () => {
  const keyspace = await openedKeyspace();
  await keyspace.begin(1000);
  for (let i = 0; i < 250; i++) await keyspace.setString(name(`over${i}`), name("v"), { expires: 2000 });
  await keyspace.setString(name("later"), name("v"), { expires: 3000 });
  const large = keyspace.create(name("large"), SET);
  insertMembers(
    keyspace,
    large,
    Array.from({ length: 2500 }, (_, i) => ({ member: name(`m${i}`), value: name("") })),
  );
  large.size = 2500;
  keyspace.changed(large);
  await keyspace.commit();

  await keyspace.begin(2000);
  keyspace.remove((await keyspace.find(name("large")))!);
  await keyspace.commit();
  expect(await rowsOf(keyspace, "sennit_members")).toBe(2500);

  let sweeps = 0;
  for (let isMore = true; isMore; sweeps++) {
    await keyspace.begin(2000);
    isMore = await sweep(keyspace);
    await keyspace.commit();
  }
  expect(sweeps).toBe(4);
  expect(await rowsOf(keyspace, "sennit_members")).toBe(0);
  expect(await rowsOf(keyspace, "sennit_graves")).toBe(0);
  expect(await rowsOf(keyspace, "sennit_keys")).toBe(1);
  expect(keyspace.totals.keyCount).toBe(1);
});

test("a transaction that is rolled back leaves keys, rows and counts as they were", async () => {
  const keyspace = await openedKeyspace();
  await keyspace.begin(0);
  await keyspace.setString(name("kept"), name("old"));
  await keyspace.commit();
  await keyspace.begin(0);
  await keyspace.setString(name("kept"), name("new"));
  keyspace.create(name("fresh"), STRING).value = name("v");
  keyspace.flush();
  await keyspace.rollback();
  await keyspace.begin(0);
  expect((await keyspace.find(name("kept")))!.value!.toString()).toBe("old");
  expect(await keyspace.find(name("fresh"))).toBe(null);
  expect(keyspace.totals.keyCount).toBe(1);
});
