/** The admin endpoint: the running proxy over HTTP. Other folders import from here. */
export { checkedTokens } from "./gate.ts";
export type { Renderings } from "./renderings.ts";
export { type AdminOptions, type AdminServer, serveAdmin } from "./serve.ts";
export type { AdminTokens } from "./tokens.ts";
