/**
 * What is wrong with the certificates and keys that a configuration names, found before a client meets it. Their
 * contents and the time come from the caller, since nothing in this folder reads files or the clock.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Fault } from "./fault.ts";
import { type ConfigFile, fileFault, filesOf } from "./files.ts";
import { poolPath } from "./form.ts";
import type { Config } from "./load.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import { pathOf } from "./section.ts";

/** Contents of files by their paths. */
type Texts = Readonly<Record<string, string>>;

/** How long before its end a certificate is warned about; milliseconds. */
const SOON_MS = 14 * 24 * 60 * 60_000;

/** The files of one `tls` or `server_tls`; undefined for those it doesn't name. */
interface TlsFiles {
  readonly cert: ConfigFile | undefined;
  readonly key: ConfigFile | undefined;
  readonly ca: ConfigFile | undefined;
}

/** One thing to say about a file. */
interface Remark {
  readonly file: ConfigFile;
  readonly reason: string;
  readonly isFault: boolean;
}

/**
 * Checks every pool's certificates: that they can be read, that a key is its certificate's, and that their time has
 * come and is not over, which is a warning: a proxy that doesn't start because of it helps nobody.
 *
 * Shape: `texts` holds the contents of `filesOf(config)`; `now` is in milliseconds since 1970.
 */
export function checkTlsFiles(
  config: Config,
  texts: Texts,
  now: number,
): { faults: Fault[]; warnings: Fault[] } {
  const remarks = tlsFilesOf(config).flatMap((files) => remarksAbout(files, texts, now));
  const faultsWhere = (isFault: boolean) =>
    remarks.filter((remark) => remark.isFault === isFault)
      .map(({ file, reason }) => fileFault(config, file, reason));
  return { faults: faultsWhere(true), warnings: faultsWhere(false) };
}

function tlsFilesOf(config: Config): TlsFiles[] {
  const files = filesOf(config);
  return config.pools.flatMap(({ name }) =>
    [POOL_OPTIONS.tls.key, POOL_OPTIONS.serverTls.key].map((map) => {
      const named = (key: string) => {
        const option = pathOf(pathOf(poolPath(name), map), key);
        return files.find((file) => file.option === option);
      };
      return { cert: named("cert"), key: named("key"), ca: named("ca") ?? named("client_ca") };
    })
  );
}

function remarksAbout({ cert, key, ca }: TlsFiles, texts: Texts, now: number): Remark[] {
  const remarks: Remark[] = [];
  const say = (file: ConfigFile, isFault: boolean) => (reason: string) =>
    void remarks.push({ file, reason, isFault });
  const certificatesIn = (file: ConfigFile | undefined): X509Certificate[] => {
    if (file === undefined) return [];
    const certificates = readCertificates(texts[file.path]!, say(file, true));
    for (const each of certificates) checkTime(each, now, say(file, false));
    return certificates;
  };
  certificatesIn(ca);
  const [certificate] = certificatesIn(cert);
  const privateKey = key === undefined ? null : readKey(texts[key.path]!, say(key, true));
  if (certificate !== undefined && privateKey !== null && !certificate.checkPrivateKey(privateKey)) {
    say(key!, true)("is not the key of the certificate, which is the first one in its file");
  }
  return remarks;
}

function readCertificates(text: string, fault: (reason: string) => void): X509Certificate[] {
  const blocks = text.match(/-----BEGIN (TRUSTED )?CERTIFICATE-----[\s\S]*?-----END \1CERTIFICATE-----/g) ??
    [];
  if (blocks.length === 0) fault("has no certificate in PEM form");
  return blocks.flatMap((block, index) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      fault(`has a damaged certificate: number ${index + 1} of ${blocks.length} in it`);
      return [];
    }
  });
}

function readKey(text: string, fault: (reason: string) => void): KeyObject | null {
  try {
    return createPrivateKey(text);
  } catch (error) {
    const isEncrypted = (error as { code?: string }).code === "ERR_MISSING_PASSPHRASE";
    fault(
      isEncrypted
        ? "is a key that takes a passphrase, which nobody could give"
        : "has no private key in PEM form",
    );
    return null;
  }
}

function checkTime(certificate: X509Certificate, now: number, warn: (reason: string) => void): void {
  const { validFrom, validTo } = certificate;
  const subject = certificate.subject.replaceAll("\n", ", ");
  const end = Date.parse(validTo);
  if (end <= now) warn(`has a certificate that has expired on ${validTo}: ${subject}`);
  else if (end - now < SOON_MS) warn(`has a certificate that expires on ${validTo}: ${subject}`);
  if (Date.parse(validFrom) > now) {
    warn(`has a certificate that is not valid before ${validFrom}: ${subject}`);
  }
}
