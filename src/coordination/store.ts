/**
 * Where an instance keeps what must survive it and is not in its configuration file: one JSON document that changes
 * as a whole. Whoever changes it says which version he has seen, and is refused when there is a newer one, so that
 * of two who change it at once neither loses the other's change unseen.
 *
 * Implementations share one conformance suite. What is asked of them is what a file can do and a replicated store
 * too: versions are opaque, everything takes its time, and a write may end in not knowing.
 */

/** Names one content of the document; none is named twice. */
export type Version = string;

/** The document at some moment. */
export interface StoredDocument {
  /** Plain JSON data; its shape is the caller's to check. */
  readonly value: unknown;
  readonly version: Version;
}

/** What went wrong. */
export type StoreErrorKind =
  /** The document is not of the version that was to be replaced; nothing has changed. */
  | "conflict"
  /** What is stored is no document; it stays as it is until somebody looks after it. */
  | "corrupt"
  /** The store can't be reached, read or written now; nothing has changed. */
  | "unavailable"
  /** The connection to it, or the system, failed in the middle: it may have been written. Read it again. */
  | "uncertain";

/** A failure of a store; the message names the place. */
export class StoreError extends Error {
  constructor(readonly kind: StoreErrorKind, message: string) {
    super(message);
  }
}

/** What a watcher is told. */
export interface StoreWatcher {
  /** The document has another version than the one that was told last; null: there is none any more. */
  changed(document: StoredDocument | null): void;
  /** The document can't be read. Said once; `changed` follows when it can be again, if it is another one then. */
  failed(error: StoreError): void;
}

/** A store. Errors: every promise may reject with a StoreError, and with nothing else. */
export interface Store {
  /** What it is and where, for messages: `file:/var/lib/sennit/state`. */
  readonly name: string;

  /** The document; null when none was ever written. */
  read(): Promise<StoredDocument | null>;

  /**
   * Replaces the document of version `over` (null: there is none yet) with plain JSON data, all or nothing.
   *
   * Shape: the new document's version. It is durable then: no crash, of the process or the machine, takes it back.
   * Errors: StoreError, of the kind "conflict" when there is another version.
   */
  write(value: unknown, over: Version | null): Promise<Version>;

  /**
   * Tells `watcher` of every change from version `known` on, whoever makes it, until the function it answers is
   * called. Of changes that follow each other fast, the last one is told for sure.
   */
  watch(known: Version | null, watcher: StoreWatcher): () => void;
}
