/** The admin endpoint: the running proxy over HTTP. Other folders import from here. */
export type { Renderings } from "./renderings.ts";
export { type AdminOptions, type AdminReport, type AdminServer, serveAdmin } from "./serve.ts";
export type { AdminTokens } from "./tokens.ts";
