/** What one client, and all together, may make the store hold in memory. Bytes, unless said otherwise. */
import { MB } from "../config/size.ts";

/** The longest key, member or value; and what one request may weigh. */
export const MAX_BULK_BYTES = 64 * MB;
export const MAX_REQUEST_BYTES = 128 * MB;
export const MAX_INLINE_BYTES = 64 * 1024;
/** Most arguments of one request. */
export const MAX_ARGUMENTS = 1_000_000;
/** The longest reply. Beyond, a client has to ask for parts. */
export const MAX_REPLY_BYTES = 64 * MB;
/** A client that has not read so much of its replies is asked to read first: nothing more is done for it. */
export const UNREAD_BYTES = MB;
/** A client with so much that waits to be served is not read from. */
export const WAITING_BYTES = MB;
/** Replies that one transaction may leave waiting for its commit; the next requests are the next one's. */
export const BATCH_REPLY_BYTES = 16 * MB;
/** Requests of one transaction, a number. */
export const BATCH_REQUESTS = 10_000;
/** Of these, from one client. */
export const SESSION_REQUESTS = 2000;
/** All that is held for clients, uploads and replies together. */
export const TOTAL_BYTES = 256 * MB;
/** Connections at once. */
export const MAX_CLIENTS = 10_000;
