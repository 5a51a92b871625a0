/** What is found wrong with the certificates and keys of a configuration before anybody connects. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { checkTlsFiles, filesOf, loadConfig } from "../../../src/config/mod.ts";
import { Authority, type Certificate } from "../../support/certificates.ts";
import { reasonToSkip } from "../../support/programs.ts";

let authority: Authority;
let good: Certificate;
let broken: string;

/** The messages about a pool with this `tls` and `server_tls`, without the path they begin with. */
function check(tls: object, serverTls: object, now = Date.now()) {
  const text = `a:
  listen: 127.0.0.1:1
  redis: true
  servers: ["127.0.0.1:2:1"]
  tls: ${JSON.stringify(tls)}
  server_tls: ${JSON.stringify(serverTls)}
`;
  const config = loadConfig(text, "tls.yml").config!;
  const texts = Object.fromEntries(filesOf(config).map(({ path }) => [path, readFileSync(path, "utf8")]));
  const { faults, warnings } = checkTlsFiles(config, texts, now);
  const show = ({ line, path, message }: (typeof faults)[number]) =>
    `${line} ${path.replace('pool "a": ', "")}: ${message.replace(/^"[^"]*" /, "")}`;
  return { faults: faults.map(show), warnings: warnings.map(show) };
}

describe.skipIf(reasonToSkip("openssl") !== null)("checkTlsFiles", () => {
  beforeAll(() => {
    authority = new Authority();
    good = authority.sign("good");
    broken = authority.join("broken.pem", good.cert);
    const text = readFileSync(broken, "utf8");
    writeFileSync(broken, text.replace(/\n.{20}/, "\n"));
  });
  afterAll(() => authority[Symbol.dispose]());

  test("has nothing to say about good files, in bundles too", () => {
    const bundle = authority.join("bundle.pem", good.cert, authority.cert);
    const key = authority.join("commented.key", good.key);
    expect(check({ cert: bundle, key, client_ca: bundle }, { ca: authority.cert })).toEqual({
      faults: [],
      warnings: [],
    });
  });

  test("finds what is no certificate and no key, in the place of its option", () => {
    const files = { cert: good.key, key: good.cert, client_ca: good.key };
    expect(check(files, { ca: broken, cert: broken, key: good.key }).faults).toEqual([
      "5 tls: client_ca: has no certificate in PEM form",
      "5 tls: cert: has no certificate in PEM form",
      "5 tls: key: has no private key in PEM form",
      "6 server_tls: ca: has a damaged certificate: number 1 of 1 in it",
      "6 server_tls: cert: has a damaged certificate: number 1 of 1 in it",
    ]);
  });

  test("finds a key that is another certificate's, as when a chain is in the wrong order", () => {
    const wrongOrder = authority.join("order.pem", authority.cert, good.cert);
    expect(check({ cert: wrongOrder, key: good.key }, {}).faults).toEqual([
      "5 tls: key: is not the key of the certificate, which is the first one in its file",
    ]);
  });

  test("warns about certificates whose time is over, is soon over, or has not come", () => {
    const day = 24 * 60 * 60_000;
    const files = { cert: good.cert, key: good.key };
    expect(check(files, {}, Date.now() + 40 * day)).toMatchObject({
      faults: [],
      warnings: [expect.stringMatching(/^5 tls: cert: has a certificate that has expired on .*: CN=good$/)],
    });
    expect(check(files, {}, Date.now() + 20 * day).warnings[0]).toContain("that expires on");
    expect(check(files, {}, Date.now() - 2 * day).warnings[0]).toContain("that is not valid before");
  });
});
