/** Sharded channels in a cluster: a node may send a listener elsewhere, as it does with requests. */
import { turn } from "../../transport/turn.ts";
import type { Pool } from "../pool.ts";

/** What a node says to whoever had better listen elsewhere, or later. */
const REFUSED = /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN) /;
/** After so long it is asked again; milliseconds. */
const RETRY_MS = 50;

/** What comes of a question in the end that a node may refuse; `ask` asks again where the layout says then. */
export async function heardAtLast(
  { redirects, config }: Pool,
  ask: () => Promise<string> | null,
  answer: Promise<string>,
): Promise<string> {
  const until = turn.now + (config.timeoutMs || Infinity);
  for (let fault = await answer;; fault = await ask() ?? "") {
    if (!REFUSED.test(fault) || turn.now >= until) return fault;
    redirects!.doubt();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
