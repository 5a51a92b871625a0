/**
 * What a route is: one declaration from which the app serves it, the OpenAPI document describes it and the tests
 * check its answers.
 */
import * as z from "zod";
import type { RefusalStatus } from "./refusal.ts";

/** Who may use a route: everybody, who holds either token, or who holds the write token. */
export type Access = "open" | "read" | "write";

/** The form of an answer's body. */
export interface Answer<T> {
  readonly status: number;
  readonly media: string;
  readonly description: string;
  readonly schema: z.ZodType;
  /** Makes the answer that holds `value`. */
  write(value: T): Response;
}

/** An answer in JSON, laid out for people. */
export function json<T>(schema: z.ZodType<T>, description: string, status = 200): Answer<T> {
  const media = "application/json";
  const write = (value: T) => textResponse(`${JSON.stringify(value, null, 2)}\n`, media, status);
  return { status, media, description, schema, write };
}

/** An answer in text of the given media type; `schema` is what the text means where that is JSON. */
export function text(media: string, description: string, schema: z.ZodType = z.string()): Answer<string> {
  const write = (value: string) => textResponse(value, media, 200);
  return { status: 200, media, description, schema, write };
}

/** The length is said here because nobody can count it in the answer to a HEAD. */
function textResponse(text: string, media: string, status: number): Response {
  const headers = { "content-type": media, "content-length": String(Buffer.byteLength(text)) };
  return new Response(text, { status, headers });
}

/** A body that a route takes: checked JSON, or text when there is no schema. */
export interface Body<B> {
  readonly media: string;
  readonly description: string;
  readonly schema: z.ZodType<B> | null;
}

/** A body in JSON. */
export function jsonBody<B>(schema: z.ZodType<B>, description: string): Body<B> {
  return { media: "application/json", description, schema };
}

/** A body of text that the route makes sense of itself. */
export function textBody(media: string, description: string): Body<string> {
  return { media, description, schema: null };
}

/** What a route is asked. */
export interface Question<P, Q, B> {
  /** The parts of the path that are parameters. */
  readonly params: P;
  /** What is behind the `?`. */
  readonly query: Q;
  readonly body: B;
  /** Whether the asker may use routes for reading. */
  readonly mayRead: boolean;
  readonly request: Request;
}

/** The declaration of a route. */
export interface Route<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  // deno-lint-ignore no-explicit-any
  B = any,
  // deno-lint-ignore no-explicit-any
  A = any,
> {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** As OpenAPI writes it: `/pools/{pool}`. */
  readonly path: string;
  /** What it is called in programs made from the OpenAPI document. */
  readonly id: string;
  readonly access: Access;
  /** One line, for lists of routes. */
  readonly summary: string;
  /** What else there is to know. */
  readonly description?: string;
  readonly params?: P;
  readonly query?: Q;
  /** Headers it reads itself; only documented here. */
  readonly headers?: z.ZodObject;
  readonly body?: Body<B>;
  readonly answer: Answer<A>;
  /** Answers the handler may give instead, with `write`. */
  readonly otherwise?: readonly Answer<unknown>[];
  /** Statuses it may refuse with, beside those of bad input, bad tokens and failures. */
  readonly refuses?: readonly RefusalStatus[];
  /** Gives the answer's value, or a whole answer. Errors: Refusal, and whatever the instance throws. */
  handle(question: Question<z.output<P>, z.output<Q>, B>): A | Response | Promise<A | Response>;
}

/** Checks a declaration and forgets the types that only its handler needs. */
export function route<P extends z.ZodObject, Q extends z.ZodObject, B, A>(
  declared: Route<P, Q, B, A>,
): Route {
  return declared as unknown as Route;
}

/** The path as the router writes it: `/pools/:pool`. */
export function routerPath({ path }: Route): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}
