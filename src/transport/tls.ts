/**
 * TLS as our sockets use it: from PEM texts to the runtime's options, and from a handshake that failed to words for
 * the log. The runtime speaks TLS 1.2 and 1.3 and nothing older.
 */
import { createSecureContext } from "node:tls";
import type { TLSOptions } from "bun";

/** What a listener shows its clients, and what it wants to see of them; PEM texts. */
export interface ListenTls {
  /** The certificate, with those between it and its authority behind it. */
  readonly cert: string;
  readonly key: string;
  /** Authorities one of which has issued every client's certificate; null: clients need none. */
  readonly clientCa: string | null;
}

/** How a server proves who it is, and how we do; PEM texts. */
export interface ConnectTls {
  /** Authorities to trust; null: those of the system. */
  readonly ca: string | null;
  /** Our own certificate and its key, for servers that ask for one; both or neither. */
  readonly cert: string | null;
  readonly key: string | null;
  /** The name to ask for and to find in the certificate; null: the host of the server's address. */
  readonly serverName: string | null;
  /** False: any certificate of any server will do. */
  readonly verify: boolean;
}

/** How reasons that come from TLS begin. */
export const TLS_REASON = "TLS: ";

/** The peer went away in the middle of the handshake, as health checks and port scanners do. */
export const LEFT_IN_HANDSHAKE: string = `${TLS_REASON}the peer closed the connection during the handshake`;

/** What `Bun.listen` needs. */
export function listenOptions({ cert, key, clientCa }: ListenTls): TLSOptions {
  if (clientCa === null) return { cert, key };
  return { cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: true };
}

/** What `Bun.connect` needs. Said outright, verifying is out of reach of the runtime's environment variables. */
export function connectOptions({ ca, cert, key, serverName, verify }: ConnectTls): TLSOptions {
  return {
    rejectUnauthorized: verify,
    ...(ca === null ? {} : { ca }),
    ...(cert === null || key === null ? {} : { cert, key }),
    ...(serverName === null ? {} : { serverName }),
  };
}

/** Tries certificates and keys before anything is listened on or connected with them. Errors: throws with `what` in front. */
export function checkTls(what: string, tls: ListenTls | ConnectTls | null): void {
  if (tls === null) return;
  const { cert, key } = tls;
  const ca = "clientCa" in tls ? tls.clientCa : tls.ca;
  try {
    createSecureContext({ cert: cert ?? undefined, key: key ?? undefined, ca: ca ?? undefined });
  } catch (error) {
    throw new Error(`${what}: ${fileReason(error as Error)}`);
  }
}

function fileReason({ message }: Error): string {
  if (/KEY_VALUES_MISMATCH|KEY_TYPE_MISMATCH/.test(message)) return "the key is not that of the certificate";
  if (/Invalid CA/.test(message)) return "the authorities' file holds no certificate in PEM form";
  if (/PEM|ASN1|asn1/.test(message)) {
    return "the certificate or its key can't be read: it is not whole, or not PEM";
  }
  return message;
}

/**
 * Whether a server may be talked to after this end of a handshake. Told to verify nothing, the runtime still calls
 * it a failure when the certificate is for another name; a handshake that has really failed it reports otherwise.
 */
export function isTrusted({ verify }: ConnectTls, ok: boolean, error: Error | null): boolean {
  if (verify) return ok && error === null;
  const { code } = error as { code?: string } | null ?? {};
  return ok || (code !== "ECONNRESET" && code !== "EPROTO");
}

/** Words for what the runtime and the TLS library call it. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/CERT_HAS_EXPIRED|CRL_HAS_EXPIRED/, "the peer's certificate has expired"],
  [/CERT_NOT_YET_VALID/, "the peer's certificate is not valid yet"],
  [/CERT_REVOKED/, "the peer's certificate is revoked"],
  [/UNABLE_TO_|SELF_SIGNED_CERT|CERT_UNTRUSTED/, "the peer's certificate was issued by nobody we trust"],
  [/PEER_DID_NOT_RETURN_A_CERTIFICATE/, "the client shows no certificate"],
  [/ALERT_CERTIFICATE_REQUIRED/, "the peer wants to see a certificate, and server_tls has none"],
  [/ALERT_UNKNOWN_CA/, "the peer doesn't know who issued our certificate"],
  [/ALERT_CERTIFICATE_EXPIRED/, "our certificate has expired, says the peer"],
  [/ALERT_BAD_CERTIFICATE|ALERT_CERTIFICATE_UNKNOWN/, "the peer doesn't accept our certificate"],
  [/WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY/, "the peer doesn't speak TLS"],
  [/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/, "the peer speaks no TLS of version 1.2 or later"],
  [
    /NO_SHARED_CIPHER|ALERT_HANDSHAKE_FAILURE/,
    "we and the peer have no cipher in common, or it wants a certificate",
  ],
];

/** Why a handshake failed, or a connection after it, in words that begin with `TLS_REASON`. */
export function tlsReason(error: Error | null): string {
  const { code = "", message = "" } = error as { code?: string; message?: string } ?? {};
  if (code === "ECONNRESET") return LEFT_IN_HANDSHAKE;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `${TLS_REASON}${wrongName(message)}`;
  const known = REASONS.find(([pattern]) => pattern.test(code) || pattern.test(message));
  return TLS_REASON + (known?.[1] ?? (message.slice(message.lastIndexOf(":") + 1) || code));
}

/** The peer's library refused what ours sent, or sent what ours can't read: nothing of this program's doing. */
export function isTlsError(error: Error): boolean {
  return (error as { code?: unknown }).code === "EPROTO";
}

/** The runtime says which name was looked for and which were there. */
function wrongName(message: string): string {
  return `the peer's certificate is for another name: ${message.slice(message.indexOf(": ") + 2)}`;
}
