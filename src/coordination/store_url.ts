/** Where a coordination store is, as a user writes it: `file:PATH`, or `etcd:URL[,URL…]/PREFIX`. */
import type { ConnectTls } from "../transport/tls.ts";
import type { CoordinationStore } from "./coordination_store.ts";
import { EtcdCoordination } from "./etcd/etcd_coordination.ts";
import { FileCoordination } from "./file_coordination.ts";

/** How long etcd may take to answer; milliseconds. */
const ETCD_TIMEOUT_MS = 3000;
const FILE = "file:";
const ETCD = "etcd:";
const EXAMPLES = "write file:PATH or etcd:http://HOST:2379/PREFIX";

/** What has been read. */
export type StorePlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "etcd"; readonly endpoints: readonly string[]; readonly root: string };

/** Who we are to the store; it isn't written where everybody sees it. */
export interface StoreLogin {
  readonly user: string | null;
  readonly password: string | null;
  readonly tls: ConnectTls | null;
}

/** Errors: throws what is wrong with the text, and names it. */
export function parseStorePlace(text: string): StorePlace {
  if (text.startsWith(FILE)) {
    if (text === FILE) throw new Error(`${JSON.stringify(text)} has no path`);
    return { kind: "file", path: text.slice(FILE.length) };
  }
  if (text.startsWith(ETCD)) return parseEtcd(text);
  throw new Error(`${JSON.stringify(text)} is not a store; ${EXAMPLES}`);
}

/** Opens the store; nothing is asked yet. */
export function openStore(place: StorePlace, { user, password, tls }: StoreLogin): CoordinationStore {
  if (place.kind === "file") return new FileCoordination(place.path);
  const { endpoints, root } = place;
  return new EtcdCoordination({ endpoints, root, user, password, tls, timeoutMs: ETCD_TIMEOUT_MS });
}

function parseEtcd(text: string): StorePlace {
  const urls = text.slice(ETCD.length).split(",").map((url) => parseUrl(text, url));
  const last = urls.at(-1)!;
  const early = urls.slice(0, -1).find(({ pathname }) => pathname !== "/");
  if (early !== undefined) {
    throw new Error(`${JSON.stringify(text)}: the prefix stands behind the last URL alone`);
  }
  const root = last.pathname.replace(/\/+$/, "");
  if (root === "") throw new Error(`${JSON.stringify(text)} has no prefix for its keys; ${EXAMPLES}`);
  if (!/^[!-~]{1,200}$/.test(root)) throw new Error(`${JSON.stringify(root)} can't be a prefix of keys`);
  return { kind: "etcd", endpoints: urls.map(({ origin }) => origin), root: `${root}/` };
}

function parseUrl(text: string, url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new Error(`${JSON.stringify(text)}: ${JSON.stringify(url)} is no http or https URL; ${EXAMPLES}`);
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw new Error(
      "a store's URL has no user and password in it: whoever reads the file or the log would see them",
    );
  }
  if (parsed.search !== "" || parsed.hash !== "") {
    throw new Error(`${JSON.stringify(text)}: a store's URL ends with its prefix`);
  }
  return parsed;
}
