import { describe, expect, test } from "bun:test";
import {
  connectOptions,
  isTrusted,
  LEFT_IN_HANDSHAKE,
  listenOptions,
  tlsReason,
} from "../../../src/transport/tls.ts";

const TRUSTING = { ca: null, cert: null, key: null, serverName: null, verify: false };

function fault(code: string, message = ""): Error {
  return Object.assign(new Error(message), { code });
}

describe("tlsReason", () => {
  const library = "error:100000f7:SSL routines:OPENSSL_internal:";

  test.each([
    ["CERT_HAS_EXPIRED", "", "TLS: the peer's certificate has expired"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "", "TLS: the peer's certificate was issued by nobody we trust"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "", "TLS: the peer's certificate was issued by nobody we trust"],
    ["EPROTO", `${library}WRONG_VERSION_NUMBER`, "TLS: the peer doesn't speak TLS"],
    ["EPROTO", `${library}UNSUPPORTED_PROTOCOL`, "TLS: the peer speaks no TLS of version 1.2 or later"],
    ["EPROTO", `${library}TLSV1_ALERT_UNKNOWN_CA`, "TLS: the peer doesn't know who issued our certificate"],
    ["EPROTO", `${library}SOMETHING_NEW`, "TLS: SOMETHING_NEW"],
    ["SOMETHING_ELSE", "", "TLS: SOMETHING_ELSE"],
    ["ECONNRESET", "Client network socket disconnected", LEFT_IN_HANDSHAKE],
    [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "Hostname/IP does not match certificate's altnames: Host: a. is not b",
      "TLS: the peer's certificate is for another name: Host: a. is not b",
    ],
  ])("puts %p with %p into words", (code, message, words) => {
    expect(tlsReason(fault(code, message))).toBe(words);
  });
});

test("isTrusted holds what the runtime says of a server against what is asked of it", () => {
  const verifying = { ...TRUSTING, verify: true };
  expect(isTrusted(verifying, true, null)).toBeTrue();
  expect(isTrusted(verifying, true, fault("SELF_SIGNED_CERT_IN_CHAIN"))).toBeFalse();
  expect(isTrusted(verifying, false, null)).toBeFalse();
  expect(isTrusted(TRUSTING, true, fault("SELF_SIGNED_CERT_IN_CHAIN"))).toBeTrue();
  expect(isTrusted(TRUSTING, false, fault("UNABLE_TO_VERIFY_LEAF_SIGNATURE"))).toBeTrue();
  expect(isTrusted(TRUSTING, false, fault("EPROTO"))).toBeFalse();
  expect(isTrusted(TRUSTING, false, fault("ECONNRESET"))).toBeFalse();
});

test("listenOptions asks for certificates where an authority is named", () => {
  expect(listenOptions({ cert: "c", key: "k", clientCa: null })).toEqual({ cert: "c", key: "k" });
  expect(listenOptions({ cert: "c", key: "k", clientCa: "a" })).toMatchObject({
    requestCert: true,
    rejectUnauthorized: true,
  });
});

test("connectOptions verifies outright, and trusts the system where no authority is named", () => {
  expect(connectOptions({ ...TRUSTING, verify: true })).toEqual({ rejectUnauthorized: true });
  expect(connectOptions({ ca: "a", cert: "c", key: "k", serverName: "n", verify: true })).toEqual({
    ca: "a",
    cert: "c",
    key: "k",
    serverName: "n",
    rejectUnauthorized: true,
  });
});
