import { describe, expect, test } from "bun:test";
import { closeSync, fstatSync, openSync } from "node:fs";
import {
  descriptorChannel,
  receiveDescriptors,
  sendDescriptors,
} from "../../../src/transport/descriptor_channel.ts";
import { openFiles } from "../../support/open_files.ts";
import { TempDir } from "../../support/temp_dir.ts";

/** A channel that is closed at the end of the block. */
function channel() {
  const [here, there] = descriptorChannel();
  return {
    here,
    there,
    [Symbol.dispose]() {
      closeSync(here);
      closeSync(there);
    },
  };
}

describe.skipIf(process.platform !== "linux")("a descriptor channel", () => {
  // More than go into one message, and just as many as do.
  test.each([0, 1, 2, 3, 249, 250, 251, 501])("passes %d descriptors on, in order", (count) => {
    using dir = new TempDir();
    const before = openFiles();
    {
      using ends = channel();
      const files = Array.from({ length: count }, (_, i) => openSync(dir.file(String(i)), "w"));
      sendDescriptors(ends.here, files);
      const received = receiveDescriptors(ends.there, count);
      expect(received.map((each) => fstatSync(each).ino)).toEqual(files.map((each) => fstatSync(each).ino));
      expect(new Set([...files, ...received]).size).toBe(2 * count);
      for (const each of [...files, ...received]) closeSync(each);
    }
    expect(openFiles()).toBe(before);
  });

  test("keeps none when fewer came than were announced, and the next ones are whole", () => {
    using ends = channel();
    using dir = new TempDir();
    const file = openSync(dir.file("x"), "w");
    const before = openFiles();
    sendDescriptors(ends.here, [file, file]);
    expect(() => receiveDescriptors(ends.there, 3)).toThrow("of 3 descriptors that were passed on, 2 came");
    expect(() => receiveDescriptors(ends.there, 1)).toThrow("of 1 descriptors that were passed on, 0 came");
    expect(openFiles()).toBe(before);
    sendDescriptors(ends.here, [file]);
    const [received] = receiveDescriptors(ends.there, 1);
    expect(fstatSync(received!).ino).toBe(fstatSync(file).ino);
    closeSync(received!);
    closeSync(file);
  });

  test("doesn't wait for a side that takes nothing", () => {
    using ends = channel();
    const send = () => {
      for (let i = 0; i < 100_000; i++) sendDescriptors(ends.here, [0]);
    };
    expect(send).toThrow("descriptors could not be passed on");
  });

  test("says when the other side is gone, and ends nobody by a signal", () => {
    const [here, there] = descriptorChannel();
    closeSync(there);
    expect(() => sendDescriptors(here, [0])).toThrow("descriptors could not be passed on");
    expect(() => receiveDescriptors(here, 1)).toThrow("0 came");
    closeSync(here);
  });
});
