/**
 * What the data plane needs of a protocol: two scanners, a server for complete requests, and a way to say errors.
 * Sessions, lanes and queues are the same for all protocols and see only this.
 */
import type { PoolConfig } from "../config/mod.ts";
import type { ScanStatus } from "../protocol/scan_status.ts";
import type { Backend } from "./backend.ts";
import type { Families } from "./families.ts";
import type { Session } from "./session.ts";
import type { Variant } from "./variant.ts";

/** Finds requests in a client's bytes. */
export interface RequestReader {
  /** Where to go on in the chunk after COMPLETE or NOTHING. */
  readonly next: number;
  /** After BROKEN: what is wrong, for the client. */
  readonly fault: string;
  /** True inside a request. */
  readonly inProgress: boolean;
  /** Bytes of the current argument still to come. */
  readonly announced: number;
  /** Bytes kept of the request in progress. */
  readonly heldBytes: number;
  /** Whether the session may use more than the small limits of strangers. */
  authenticated: boolean;
  scan(chunk: Uint8Array, pos: number, end: number): ScanStatus;
  /** Forgets a request in progress. */
  reset(): void;
}

/** Finds replies in a server's bytes. */
export interface ReplyReader {
  /** Behind the reply after COMPLETE. */
  readonly next: number;
  /** After BROKEN: what is wrong, for the log. */
  readonly fault?: string;
  /** Payload bytes of the reply in progress that are known to come. */
  readonly announced: number;
  scan(chunk: Uint8Array, pos: number, end: number): ScanStatus;
  reset(): void;
}

/** What a lane says to a server before anything else, such as a password. */
export interface Greeting {
  readonly bytes: Uint8Array;
  /** How many replies come back. */
  readonly replies: number;
  /** Why a reply means that the server doesn't want us; empty when it does. */
  refusal(reply: Uint8Array, index: number): string;
}

/** A harmless question that tells whether a server is alive. */
export interface ProbeQuestion {
  readonly bytes: Uint8Array;
  /** Whether this is the answer of a server that can take traffic. */
  accepts(reply: Uint8Array): boolean;
}

/** How a server is asked for its version. */
export interface VersionQuestion {
  readonly bytes: Uint8Array;
  /** Finds the version in the reply, as its first group. */
  readonly pattern: RegExp;
  /** What a pool shows while no server has told its version. */
  readonly unknown: string;
}

/** One protocol, as one pool speaks it to clients and servers. */
export interface Protocol {
  /** What is said first to a server of a pool that is configured so, on a connection of that variant. */
  greetingFor(config: PoolConfig, variant: Variant): Greeting | null;
  readonly probe: ProbeQuestion;
  readonly version: VersionQuestion;
  /** A usual connection to a server is ready. */
  serverReady?(backend: Backend): void;
  /** Says who a new client is, or who a client is now that the configuration has changed. */
  admit(session: Session): void;
  readonly families: Families;
  newRequestReader(): RequestReader;
  newReplyReader(): ReplyReader;
  /** Serves the request the reader has just completed. Its bytes are valid until this returns. */
  serve(session: Session, reader: RequestReader): void;
  /** An error reply with this text, the proxy or a server being at fault. */
  errorReply(text: string): Uint8Array;
  /** An error reply with this text, the client being at fault. */
  faultReply(text: string): Uint8Array;
}
