/** The TLS of a pool, with the contents of the files that its configuration names. */
import type { PoolConfig } from "../../config/mod.ts";
import type { ConnectTls, ListenTls } from "../../transport/tls.ts";
import type { FileTexts } from "../settings/config_file.ts";

/** What a pool shows its clients; null: they connect without TLS. */
export function listenTlsOf({ tls }: PoolConfig, texts: FileTexts): ListenTls | null {
  if (tls === null) return null;
  return { cert: texts[tls.cert]!, key: texts[tls.key]!, clientCa: textOf(tls.clientCa, texts) };
}

/** How a pool's servers are connected to; null: without TLS. */
export function connectTlsOf({ serverTls }: PoolConfig, texts: FileTexts): ConnectTls | null {
  if (serverTls === null) return null;
  const { ca, cert, key, serverName, verify } = serverTls;
  return {
    ca: textOf(ca, texts),
    cert: textOf(cert, texts),
    key: textOf(key, texts),
    serverName,
    verify,
  };
}

function textOf(path: string | null, texts: FileTexts): string | null {
  return path === null ? null : texts[path]!;
}
