/** Why a request is not served, in the words the client reads. What it would have changed is as it was. */

/** Thrown by commands before they change anything. The text is a Redis error with its code. */
export class Failure extends Error {}

/** A key of another type than the command is for. */
export function wrongType(): Failure {
  return new Failure("WRONGTYPE Operation against a key holding the wrong kind of value");
}

/** Options that make no sense. */
export function syntaxError(): Failure {
  return new Failure("ERR syntax error");
}
