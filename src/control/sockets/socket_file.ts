/**
 * A unix socket's path for a server that makes its file by itself. The server listens under another name in the same
 * folder, and the file is renamed when it is ready: its permissions are right before anybody finds it, a successor
 * takes the path over without a gap, and its predecessor, when it stops, doesn't take the file away.
 */
import { chmodSync, lstatSync, renameSync, unlinkSync } from "node:fs";
import type { UnixAddress } from "../../config/mod.ts";
import { removeStale } from "../../transport/socket_file.ts";

/** The file of one listening server. */
export class SocketFile {
  /** Where the server should listen. */
  readonly temporary: string;
  readonly #address: UnixAddress;
  #inode = 0;

  private constructor(address: UnixAddress) {
    this.#address = address;
    this.temporary = besides(address.path);
  }

  /**
   * Claims the path; a predecessor may listen there when it is to be taken over.
   *
   * Errors: throws when another process listens there, or when the file is no socket.
   */
  static async claim(address: UnixAddress, takeOver: boolean): Promise<SocketFile> {
    const file = new SocketFile(address);
    if (!takeOver) await removeStale(address.path);
    await removeStale(file.temporary);
    return file;
  }

  /** Puts the socket where it belongs, now that the server listens. */
  publish(): void {
    const { path, mode } = this.#address;
    if (mode > 0) chmodSync(this.temporary, mode);
    this.#inode = lstatSync(this.temporary).ino;
    renameSync(this.temporary, path);
  }

  /** Removes the file, unless it is another server's by now. */
  remove(): void {
    const { path } = this.#address;
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === this.#inode) unlinkSync(path);
  }
}

/** Another name of the same length, because a path may be as long as the system allows. */
function besides(path: string): string {
  const last = Array.from(path).at(-1)!;
  return path.slice(0, -last.length) + (last === "~" ? "^" : "~");
}
