/**
 * Handing open descriptors to another process of this machine, as SCM_RIGHTS messages over a socket pair. One end
 * stays here, the other goes to a child when it is spawned. Linux only: elsewhere the structures differ.
 *
 * Source: unix(7), cmsg(3); sizes are those of 64-bit Linux.
 */
import { libc, pointerTo } from "./libc.ts";

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** struct msghdr: name, namelen, iov, iovlen, control, controllen, flags. */
const MSGHDR_BYTES = 56;
const IOVEC_BYTES = 16;
/** struct cmsghdr and one int, aligned. */
const CONTROL_BYTES = 24;
const CMSG_LENGTH = 20;

/** Whether descriptors can be passed to another process here. */
export function canPassDescriptors(): boolean {
  return process.platform === "linux" && libc() !== null;
}

/** Makes the two ends of a channel; the second one is for the child. Errors: throws when the system refuses. */
export function descriptorChannel(): [here: number, there: number] {
  const pair = new Uint8Array(8);
  if (libc()!.socketpair(AF_UNIX, SOCK_STREAM, 0, pointerTo(pair)) < 0) {
    throw new Error("the system gives no socket pair");
  }
  const view = new DataView(pair.buffer);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

/** Sends a duplicate of `descriptor` through `channel`. Errors: throws when the other side is gone. */
export function sendDescriptor(channel: number, descriptor: number): void {
  const control = new Uint8Array(CONTROL_BYTES);
  const view = new DataView(control.buffer);
  view.setBigUint64(0, BigInt(CMSG_LENGTH), true);
  view.setInt32(8, SOL_SOCKET, true);
  view.setInt32(12, SCM_RIGHTS, true);
  view.setInt32(16, descriptor, true);
  const message = new Message(control);
  if (Number(libc()!.sendmsg(channel, message.pointer, MSG_NOSIGNAL)) < 0) {
    throw new Error("a descriptor could not be passed on");
  }
}

/** Takes the next descriptor that was sent through `channel`. Errors: throws when there is none. */
export function receiveDescriptor(channel: number): number {
  const control = new Uint8Array(CONTROL_BYTES);
  const message = new Message(control);
  if (Number(libc()!.recvmsg(channel, message.pointer, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)) < 1) {
    throw new Error("a descriptor was announced and did not come");
  }
  return new DataView(control.buffer).getInt32(16, true);
}

/** A struct msghdr for one byte, which the system wants beside the descriptor, and `control`. Keeps its parts alive. */
class Message {
  readonly #byte = new Uint8Array(1);
  readonly #vector = new Uint8Array(IOVEC_BYTES);
  readonly #header = new Uint8Array(MSGHDR_BYTES);

  constructor(control: Uint8Array) {
    const vector = new DataView(this.#vector.buffer);
    vector.setBigUint64(0, BigInt(pointerTo(this.#byte)), true);
    vector.setBigUint64(8, 1n, true);
    const header = new DataView(this.#header.buffer);
    header.setBigUint64(16, BigInt(pointerTo(this.#vector)), true);
    header.setBigUint64(24, 1n, true);
    header.setBigUint64(32, BigInt(pointerTo(control)), true);
    header.setBigUint64(40, BigInt(control.length), true);
  }

  get pointer() {
    return pointerTo(this.#header);
  }
}
