/** Certificates for tests, made by openssl when they are needed: an authority, and what it signs. */
import { readFileSync, writeFileSync } from "node:fs";
import { findProgram } from "./programs.ts";
import { TempDir } from "./temp_dir.ts";

/** A certificate and its key in files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateOptions {
  /** Names of the holder: `DNS:localhost`, `IP:127.0.0.1`. */
  readonly names?: readonly string[];
  /** Days from now until it ends; negative: it ended so many days ago. */
  readonly days?: number;
}

const LOCAL = ["DNS:localhost", "IP:127.0.0.1"];

/** An authority of a test's own; its files are gone with it. */
export class Authority implements Disposable {
  readonly #dir = new TempDir();
  readonly #own: Certificate;
  #made = 0;

  constructor(name = "test authority") {
    this.#own = this.#files("ca");
    // deno-fmt-ignore
    openssl(
      "req", "-x509", ...NEW_KEY, "-keyout", this.#own.key, "-out", this.#own.cert, "-days", "30",
      "-subj", `/CN=${name}`,
    );
  }

  /** The file of its certificate. */
  get cert(): string {
    return this.#own.cert;
  }

  /** Signs a new certificate. */
  sign(name: string, { names = LOCAL, days = 30 }: CertificateOptions = {}): Certificate {
    const made = this.#files(`${name}-${this.#made++}`);
    const request = `${made.cert}.request`;
    openssl("req", ...NEW_KEY, "-keyout", made.key, "-out", request, "-subj", `/CN=${name}`);
    writeFileSync(`${made.cert}.names`, `subjectAltName=${names.join(",")}\n`);
    // deno-fmt-ignore
    openssl(
      "x509", "-req", "-in", request, "-CA", this.#own.cert, "-CAkey", this.#own.key, "-CAcreateserial",
      "-days", String(days), "-extfile", `${made.cert}.names`, "-out", made.cert,
    );
    return made;
  }

  /** A file in the same directory, with the contents of others one after the other. */
  join(name: string, ...files: readonly string[]): string {
    const path = this.#dir.file(name);
    writeFileSync(path, files.map((file) => readFileSync(file, "utf8")).join(""));
    return path;
  }

  [Symbol.dispose](): void {
    this.#dir.remove();
  }

  #files(name: string): Certificate {
    return { cert: this.#dir.file(`${name}.pem`), key: this.#dir.file(`${name}.key`) };
  }
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function openssl(...args: readonly string[]): void {
  const { success, stderr } = Bun.spawnSync([findProgram("openssl"), ...args], {
    stdout: "ignore",
    stderr: "pipe",
  });
  if (!success) throw new Error(`openssl ${args[0]}: ${stderr.toString()}`);
}
