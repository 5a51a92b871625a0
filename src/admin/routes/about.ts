/** `/` and `/openapi.json`: what this endpoint can do, for people and for programs. */
import * as z from "zod";
import { openApi } from "../openapi.ts";
import { json, type Route, route, text } from "../route.ts";

/** The routes that tell of all `routes`, and of themselves. */
export function aboutRoutes(routes: readonly Route[], version: string): Route[] {
  const about: Route[] = [
    route({
      method: "get",
      path: "/",
      id: "getIndex",
      access: "read",
      summary: "This list.",
      answer: text("text/plain; charset=utf-8", "A line for each route."),
      handle: () => index([...about, ...routes], version),
    }),
    route({
      method: "get",
      path: "/openapi.json",
      id: "getOpenApi",
      access: "read",
      summary: "All of this for programs, in OpenAPI 3.1.",
      answer: json(z.record(z.string(), z.unknown()), "The document."),
      handle: () => openApi([...about, ...routes], version),
    }),
  ];
  return about;
}

function index(routes: readonly Route[], version: string): string {
  const rows = routes.map(({ method, path, summary }) => [method.toUpperCase(), path, summary] as const);
  const width = Math.max(...rows.map(([, path]) => path.length));
  const lines = rows.map(([method, path, summary]) =>
    `${method.padEnd(6)}  ${path.padEnd(width)}  ${summary}`
  );
  return [`Sennit ${version}`, "", ...lines, ""].join("\n");
}
