/**
 * Handing open descriptors to another process of this machine, as SCM_RIGHTS messages over a socket pair. One end
 * stays here, the other goes to a child when it is spawned. Linux only: elsewhere the structures differ.
 *
 * Source: unix(7), cmsg(3); sizes are those of 64-bit Linux.
 */
import { libc, MSG_DONTWAIT, pointerTo } from "./libc.ts";

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** struct msghdr: name, namelen, iov, iovlen, control, controllen, flags. */
const MSGHDR_BYTES = 56;
const IOVEC_BYTES = 16;
/** struct cmsghdr; the descriptors follow, an int each, and padding to whole eights. */
const CMSGHDR_BYTES = 16;
const INT_BYTES = 4;
/** Where a struct msghdr says how long the control part is. */
const CONTROL_LENGTH_AT = 40;

/**
 * Descriptors in one message; Linux takes 253. Few messages, because each of them takes hundreds of bytes of the
 * channel's room, which those for a few hundred pools would fill.
 */
const MOST_AT_ONCE = 250;

/** Makes the two ends of a channel; the second one is for the child. Errors: throws when the system refuses. */
export function descriptorChannel(): [here: number, there: number] {
  const pair = new Uint8Array(8);
  if (libc()!.socketpair(AF_UNIX, SOCK_STREAM, 0, pointerTo(pair)) < 0) {
    throw new Error("the system gives no socket pair");
  }
  const view = new DataView(pair.buffer);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

/**
 * Sends duplicates of `descriptors` through `channel`; never waits.
 *
 * Errors: throws when the other side is gone, or has not taken what was sent before. Some may have been sent then.
 */
export function sendDescriptors(channel: number, descriptors: readonly number[]): void {
  for (let i = 0; i < descriptors.length; i += MOST_AT_ONCE) {
    const some = descriptors.slice(i, i + MOST_AT_ONCE);
    const control = new Uint8Array(CMSGHDR_BYTES + Math.ceil(some.length / 2) * 2 * INT_BYTES);
    const view = new DataView(control.buffer);
    view.setBigUint64(0, BigInt(CMSGHDR_BYTES + some.length * INT_BYTES), true);
    view.setInt32(8, SOL_SOCKET, true);
    view.setInt32(12, SCM_RIGHTS, true);
    some.forEach((descriptor, at) => view.setInt32(CMSGHDR_BYTES + at * INT_BYTES, descriptor, true));
    const message = new Message(control);
    const sent = libc()!.sendmsg(channel, message.pointer, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (Number(sent) < 1) throw new Error("descriptors could not be passed on");
  }
}

/**
 * Takes the `count` descriptors that were sent through `channel` by one call.
 *
 * Errors: throws when not all of them came, as when this process may not have so many open; none is kept then, and
 * those of the next call are not mixed up with them.
 */
export function receiveDescriptors(channel: number, count: number): number[] {
  const taken: number[] = [];
  for (let left = count; left > 0; left -= MOST_AT_ONCE) taken.push(...receiveSome(channel));
  if (taken.length === count) return taken;
  for (const descriptor of taken) libc()!.close(descriptor);
  throw new Error(`of ${count} descriptors that were passed on, ${taken.length} came`);
}

/** The descriptors of the next message; fewer than were sent when there is no room for more open files. */
function receiveSome(channel: number): number[] {
  const control = new Uint8Array(CMSGHDR_BYTES + MOST_AT_ONCE * INT_BYTES);
  const message = new Message(control);
  const received = libc()!.recvmsg(channel, message.pointer, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (Number(received) < 1 || message.controlBytes < CMSGHDR_BYTES) return [];
  const view = new DataView(control.buffer);
  const count = (Number(view.getBigUint64(0, true)) - CMSGHDR_BYTES) / INT_BYTES;
  return Array.from({ length: count }, (_, at) => view.getInt32(CMSGHDR_BYTES + at * INT_BYTES, true));
}

/** A struct msghdr for one byte, which the system wants beside the descriptors, and `control`. Keeps its parts alive. */
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
    header.setBigUint64(CONTROL_LENGTH_AT, BigInt(control.length), true);
  }

  get pointer() {
    return pointerTo(this.#header);
  }

  /** Bytes of the control part that the system has filled. */
  get controlBytes(): number {
    return Number(new DataView(this.#header.buffer).getBigUint64(CONTROL_LENGTH_AT, true));
  }
}
