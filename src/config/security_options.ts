/** The pool options about who may connect and what for: TLS on both sides, users, passwords. */
import { ownOption } from "./option.ts";
import { optionMap, optionMapOrFlag } from "./option_map.ts";
import { userMap } from "./user_map.ts";
import { flag, inputFile, optionalInputFile, optionalText, plainText } from "./value_types.ts";

/** The `tls` of a pool. */
const TLS_OPTIONS = {
  cert: ownOption({
    key: "cert",
    type: inputFile("certificate chain"),
    description: "PEM file with the certificate clients see, and what leads to its CA.",
  }),
  key: ownOption({
    key: "key",
    type: inputFile("private key"),
    description: "PEM file with the key of `tls.cert`.",
  }),
  clientCa: ownOption({
    key: "client_ca",
    type: optionalInputFile("CA certificates"),
    default: null,
    description: "PEM file with the CAs a client's certificate must come from; left out, none is asked for.",
  }),
};

/** The `server_tls` of a pool. */
const SERVER_TLS_OPTIONS = {
  ca: ownOption({
    key: "ca",
    type: optionalInputFile("CA certificates"),
    default: null,
    description: "PEM file with the CAs the servers' certificates must come from; left out, the system's.",
  }),
  cert: ownOption({
    key: "cert",
    type: optionalInputFile("certificate chain"),
    default: null,
    description: "PEM file with the certificate that is shown to the servers.",
  }),
  key: ownOption({
    key: "key",
    type: optionalInputFile("private key"),
    default: null,
    description: "PEM file with the key of `server_tls.cert`.",
  }),
  serverName: ownOption({
    key: "server_name",
    type: optionalText(),
    default: null,
    description: "Name asked for and expected in the certificate; left out, the server's host.",
  }),
  verify: ownOption({
    key: "verify",
    type: flag(),
    default: true,
    description: "Refuse a server whose certificate doesn't hold.",
  }),
};

/** The `backend_auth` of a pool. */
const BACKEND_AUTH_OPTIONS = {
  user: ownOption({
    key: "user",
    type: optionalText(),
    default: null,
    description: "User the proxy is at the servers; left out, their default user.",
  }),
  password: ownOption({
    key: "password",
    type: plainText(),
    secret: true,
    description: "Its password.",
  }),
};

/** The pool options about security. */
export const SECURITY_OPTIONS = {
  tls: ownOption({
    key: "tls",
    type: optionMap(TLS_OPTIONS),
    default: null,
    description: "Clients connect by TLS.",
  }),
  serverTls: ownOption({
    key: "server_tls",
    type: optionMapOrFlag(SERVER_TLS_OPTIONS),
    default: null,
    description: "The servers are connected to by TLS; `true` or `{}` trusts the system's CAs.",
  }),
  users: ownOption({
    key: "users",
    type: userMap(),
    default: null,
    secret: true,
    description:
      "Users of the pool, each with its rules as in Redis's ACL SETUSER: `'on #SHA256 ~app:* +@read'`; Redis pools only.",
  }),
  backendAuth: ownOption({
    key: "backend_auth",
    type: optionMap(BACKEND_AUTH_OPTIONS),
    default: null,
    description: "What the servers are sent instead of `redis_auth`; Redis pools only.",
  }),
  adminCommands: ownOption({
    key: "admin_commands",
    type: flag(),
    default: false,
    description: "Let users without rules of their own send commands in @admin and @dangerous.",
  }),
};
