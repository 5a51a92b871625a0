/** A store of one document in a file of this machine, for the processes of this machine. */
import { DocumentFile } from "./document_file.ts";
import { watchFile } from "./file_watch.ts";
import { type Store, type StoredDocument, StoreError, type StoreWatcher, type Version } from "./store.ts";

/** A store in the file at `path`. */
export class FileStore implements Store {
  readonly #file: DocumentFile;

  constructor(path: string) {
    this.#file = new DocumentFile(path);
  }

  get name(): string {
    return this.#file.name;
  }

  async read(): Promise<StoredDocument | null> {
    const content = await this.#file.read();
    return content === null ? null : { value: content.document, version: content.version };
  }

  async write(value: unknown, over: Version | null): Promise<Version> {
    const content = await this.#file.change((current) => {
      if ((current?.version ?? null) === over) return value;
      throw new StoreError("conflict", `${this.name} was changed by somebody else meanwhile`);
    });
    return content!.version;
  }

  watch(known: Version | null, watcher: StoreWatcher): () => void {
    return watchFile(this.#file.path, known, () => this.read(), watcher);
  }
}
