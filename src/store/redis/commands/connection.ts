/** Commands about the connection. */
import { timingSafeEqual } from "node:crypto";
import { VERSION } from "../../../version.ts";
import { Failure } from "../../failure.ts";
import type { Call, Handler, Handlers } from "../call.ts";
import type { RedisClient } from "../client.ts";
import { integerAt, keywordAt } from "../numbers.ts";
import { REDIS_VERSION } from "../redis_version.ts";

const WRONG_PASSWORD = "WRONGPASS invalid username-password pair or user is disabled.";
const NO_PASSWORD =
  "ERR AUTH <password> called without any password configured for the default user. Are you sure your " +
  "configuration is correct?";
const DEFAULT_USER = "default";

const ping: Handler = ({ args, reply }) => {
  if (args.length > 2) throw new Failure("ERR wrong number of arguments for 'ping' command");
  if (args.length === 2) reply.bulk(args[1]!);
  else reply.status("PONG");
};

const quit: Handler = ({ client, reply }) => {
  reply.ok();
  client.end();
};

const select: Handler = ({ args, reply }) => {
  if (integerAt(args, 1) !== 0) throw new Failure("ERR DB index is out of range");
  reply.ok();
};

/** AUTH [username] password */
const auth: Handler = ({ args, client, reply }) => {
  if (args.length > 3) throw new Failure("ERR syntax error");
  const user = args.length === 3 ? args[1]!.toString("latin1") : DEFAULT_USER;
  if (client.password === null && args.length === 2) throw new Failure(NO_PASSWORD);
  authenticate(client, user, args.at(-1)!);
  reply.ok();
};

function authenticate(client: RedisClient, user: string, password: Buffer): void {
  const isRight = client.password === null || isEqual(password, client.password);
  if (user !== DEFAULT_USER || !isRight) throw new Failure(WRONG_PASSWORD);
  client.isAuthenticated = true;
}

function isEqual(given: Buffer, wanted: Buffer): boolean {
  const hash = (bytes: Buffer) => new Bun.CryptoHasher("sha256").update(bytes).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}

/** HELLO [2 | 3 [AUTH username password] [SETNAME name]] */
const hello: Handler = (call) => {
  const { args, client, reply } = call;
  let { version } = reply;
  if (args.length > 1) {
    const wanted = integerAt(args, 1, "ERR Protocol version is not an integer or out of range");
    if (wanted !== 2 && wanted !== 3) throw new Failure("NOPROTO unsupported protocol version");
    version = wanted;
  }
  const name = helloOptions(call);
  if (!client.isAuthenticated) {
    throw new Failure(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH " +
        "<user> <pass> option can be used to authenticate the client and select the RESP protocol version at " +
        "the same time",
    );
  }
  if (name !== null) client.name = name;
  reply.version = version;
  welcome(call);
};

/** Does what the options say; answers the name that the client gives itself, or null. */
function helloOptions({ args, client }: Call): string | null {
  let name: string | null = null;
  for (let i = 2; i < args.length;) {
    const option = keywordAt(args, i);
    if (option === "AUTH" && i + 2 < args.length) {
      authenticate(client, args[i + 1]!.toString("latin1"), args[i + 2]!);
      i += 3;
    } else if (option === "SETNAME" && i + 1 < args.length) {
      name = nameAt(args, i + 1);
      i += 2;
    } else {
      throw new Failure(`ERR Syntax error in HELLO option '${args[i]!.toString("latin1")}'`);
    }
  }
  return name;
}

function welcome({ client, reply }: Call): void {
  reply.map(8);
  const facts: [string, string | number][] = [
    ["server", "redis"],
    ["version", REDIS_VERSION],
    ["proto", reply.version],
    ["id", client.id],
    ["mode", "standalone"],
    ["role", "master"],
  ];
  for (const [name, value] of facts) {
    reply.bulkText(name);
    if (typeof value === "number") reply.integer(value);
    else reply.bulkText(value);
  }
  reply.bulkText("modules");
  reply.array(0);
  reply.bulkText("sennit_version");
  reply.bulkText(VERSION);
}

const reset: Handler = ({ client, reply }) => {
  client.reset();
  reply.version = 2;
  reply.status("RESET");
};

/** Argument `index` as a client's name. */
function nameAt(args: readonly Buffer[], index: number): string {
  const name = args[index]!.toString("latin1");
  if (/[^!-~]/.test(name)) {
    throw new Failure("ERR Client names cannot contain spaces, newlines or special characters.");
  }
  return name;
}

const setname: Handler = ({ args, client, reply }) => {
  client.name = nameAt(args, 2);
  reply.ok();
};

/** As CLIENT INFO has it. */
function describe({ id, peer, name }: RedisClient): string {
  return `id=${id} addr=${peer} name=${name} db=0`;
}

/** Commands about the connection. */
export const CONNECTION_COMMANDS: Handlers = {
  ping,
  echo: ({ args, reply }) => reply.bulk(args[1]!),
  quit,
  select,
  auth,
  hello,
  reset,
  "client|id": ({ client, reply }) => reply.integer(client.id),
  "client|getname": ({ client, reply }) => client.name === "" ? reply.null() : reply.bulkText(client.name),
  "client|setname": setname,
  "client|setinfo": ({ reply }) => reply.ok(),
  "client|info": ({ client, reply }) => reply.bulkText(`${describe(client)}\n`),
};
