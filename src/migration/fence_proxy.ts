/**
 * Keeps a proxy from a server, whatever it believes: its user is switched off and its connections are ended; where it
 * has no user of its own, its connections, by their names, and then it is looked whether they are gone. (Switching a
 * user off ends no connection, as tried on Redis 7.0.15.)
 */
import { Refusal, type ServerConnection } from "../copying/mod.ts";
import type { ProxyMember } from "./slot_keys.ts";

/** Errors: throws when connections of the proxy are still there, a Refusal, or ConnectionLost. */
export async function fenceProxy(
  server: ServerConnection,
  proxy: string,
  { user }: ProxyMember,
): Promise<void> {
  if (user !== null) {
    await server.call("ACL", "SETUSER", user, "off");
    await server.call("CLIENT", "KILL", "USER", user);
  }
  const isItsOwn = (line: string) =>
    user === null
      ? line.includes(` name=${proxy} `)
      : new RegExp(` user=${RegExp.escape(user)}( |$)`).test(line);
  for (const line of await clientsOf(server)) {
    if (!isItsOwn(line)) continue;
    const id = / ?id=(\d+) /.exec(line)![1]!;
    const killed = await server.pipeline([["CLIENT", "KILL", "ID", id]]);
    if (killed[0] instanceof Refusal) throw killed[0];
  }
  const left = (await clientsOf(server)).filter(isItsOwn).length;
  if (left > 0) throw new Error(`${proxy} still has ${left} connections to ${server.server}`);
}

async function clientsOf(server: ServerConnection): Promise<string[]> {
  return String(await server.call("CLIENT", "LIST")).split("\n").filter((line) => line !== "");
}
