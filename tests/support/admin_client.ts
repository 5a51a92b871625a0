/** Asks an admin endpoint, each time over a connection of its own. */
import type { Endpoint } from "./raw_client.ts";

/** What the endpoint at a port or a path answers. */
export async function fetchAdmin(from: Endpoint, path: string, init: RequestInit = {}): Promise<Response> {
  const place = typeof from === "number" ? `http://127.0.0.1:${from}` : "http://sennit";
  const headers = { connection: "close", ...init.headers };
  return await fetch(
    place + path,
    { ...init, headers, ...(typeof from === "string" ? { unix: from } : {}) } as never,
  );
}

/** Status and JSON of the answer to a line such as `GET /pools`, with a body that is sent as JSON. */
export async function askAdmin(from: Endpoint, line: string, body?: unknown, token?: string) {
  const [method, path] = line.split(" ");
  const response = await fetchAdmin(from, path!, {
    method: method!,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // deno-lint-ignore no-explicit-any
  return { status: response.status, body: await response.json() as any };
}
