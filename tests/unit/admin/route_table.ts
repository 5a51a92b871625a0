/** The routes as README shows them. */
import { markdownTable } from "../../../src/config/mod.ts";
import { Endpoint } from "./endpoint.ts";

/** Every route with the token it needs. */
export function routeTable(): string {
  const rows = new Endpoint().routes.map(({ method, path, access, summary }) => [
    `\`${method.toUpperCase()} ${path}\``,
    access === "open" ? "none" : access,
    summary,
  ]);
  return markdownTable([["Route", "Token", "What it does"], ...rows]);
}
