import { FFIType, ptr } from "bun:ffi";
import { afterEach, describe, expect, spyOn, test } from "bun:test";
import { loadFunctions } from "../../../src/transport/c_library.ts";
import { closeDescriptor, openSocket } from "../../../src/transport/listening_socket.ts";
import { freePort } from "../../support/free_port.ts";

const opened: number[] = [];
afterEach(() => opened.splice(0).forEach(closeDescriptor));

async function open(port: number, shared: boolean): Promise<number> {
  const address = { kind: "tcp", host: "127.0.0.1", port } as const;
  const descriptor = await openSocket({ address, backlog: 10, shared });
  opened.push(descriptor);
  return descriptor;
}

/** The system's own calls, which connect without the event loop: in the middle of somebody else's work. */
const c = loadFunctions({
  socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  connect: { args: [FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
  getsockopt: {
    args: [FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr, FFIType.ptr],
    returns: FFIType.i32,
  },
});
const [AF_INET, SOCK_STREAM, SOL_SOCKET, SO_ERROR] = [2, 1, 1, 4];

/** Connects to a port of 127.0.0.1 at once. Shape: the connection's descriptor. */
function connectNow(port: number): number {
  const descriptor = c!.socket(AF_INET, SOCK_STREAM, 0);
  opened.push(descriptor);
  const address = Buffer.from([AF_INET, 0, port >> 8, port & 0xff, 127, 0, 0, 1, ...new Uint8Array(8)]);
  expect(c!.connect(descriptor, ptr(address), address.length)).toBe(0);
  return descriptor;
}

/** The error that came on a connection; 0: none. */
function errorOn(descriptor: number): number {
  const [error, size] = [new Int32Array(1), new Uint32Array([4])];
  expect(c!.getsockopt(descriptor, SOL_SOCKET, SO_ERROR, ptr(error), ptr(size))).toBe(0);
  return new DataView(error.buffer).getInt32(0, true);
}

describe.skipIf(process.platform !== "linux")("openSocket", () => {
  test.each([false, true])(
    "resets nobody who connects as soon as anything listens (shared: %p)",
    async (shared) => {
      const port = freePort();
      const listen = Bun.listen;
      const early: number[] = [];
      using _ = spyOn(Bun, "listen").mockImplementation(
        ((options: never) => {
          const listener = listen(options);
          early.push(connectNow(port));
          return listener;
        }) as never,
      );
      await open(port, shared);
      expect(early.length).toBeGreaterThan(0);
      expect(early.map(errorOn)).toEqual(early.map(() => 0));
    },
  );

  test("lets siblings listen on an address, and nobody who wants it alone", async () => {
    const port = freePort();
    await open(port, false);
    await open(port, true);
    await open(port, true);
    await expect(open(port, false)).rejects.toThrow(
      `listen on 127.0.0.1:${port}: another process listens there`,
    );
  });

  test("wants an address alone where others would share it", async () => {
    const port = freePort();
    await open(port, true);
    await expect(open(port, false)).rejects.toThrow("another process listens there");
  });
});
