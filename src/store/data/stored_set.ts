/** Results that become keys: written with an id of their own first, since the key they become may be one of their sources. */
import type { Type } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { insertMembers, type Member } from "./members.ts";

/** Makes the pages of members the key `name`, whatever it was; without any there is no such key. Shape: how many there are. */
export async function storeMembers(
  keyspace: Keyspace,
  name: Buffer,
  type: Type,
  pages: AsyncIterable<readonly Member[]>,
): Promise<number> {
  keyspace.checkLength(name, "key");
  const id = keyspace.totals.takeId();
  let size = 0;
  for await (const page of pages) {
    insertMembers(keyspace, { id, type }, page);
    size += page.length;
  }
  const old = await keyspace.find(name);
  if (old !== null) keyspace.remove(old);
  if (size > 0) {
    const entry = keyspace.create(name, type, id);
    entry.size = size;
    keyspace.changed(entry);
  }
  return size;
}
