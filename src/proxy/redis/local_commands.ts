/** The commands the proxy answers itself: one line per command, by the name in the command table. */
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { replyLater } from "../reply_later.ts";
import type { Session } from "../session.ts";
import type { LocalCommand, LocalContext } from "./local/call.ts";
import { aclCat, aclDryRun, aclGenPass, aclGetUser, aclList, aclUsers, aclWhoAmI } from "./local/acl.ts";
import { clientKill, clientList, clientPause, clientUnblock, clientUnpause } from "./local/all_clients.ts";
import { clientGetName, clientId, clientInfo, clientSetInfo, clientSetName } from "./local/client.ts";
import { COMMAND_COMMANDS } from "./local/command.ts";
import { hello } from "./local/hello.ts";
import { auth, echo, ping, quit, reset, select } from "./local/connection.ts";
import { readonly, readwrite } from "./local/read_mode.ts";
import { clientNoEvict, clientNoTouch } from "./local/client_treatment.ts";
import { monitor } from "./local/monitor.ts";
import { PUBSUB_COMMANDS } from "./local/pubsub.ts";
import { SUBSCRIBE_COMMANDS } from "./local/subscribe.ts";
import { info, lolwut, role, time } from "./local/server.ts";
import { clientCaching, clientGetRedir, clientTracking, clientTrackingInfo } from "./local/tracking.ts";
import { slowlogGet, slowlogLen, slowlogReset } from "./local/slowlog.ts";

/** Every local command; a test holds this against the table. */
export const LOCAL_COMMANDS: Record<string, LocalCommand> = {
  ping,
  echo,
  quit,
  auth,
  select,
  hello,
  reset,
  time,
  lolwut,
  info,
  role,
  readonly,
  readwrite,
  monitor,
  "client|id": clientId,
  "client|getname": clientGetName,
  "client|setname": clientSetName,
  "client|setinfo": clientSetInfo,
  "client|info": clientInfo,
  "client|list": clientList,
  "client|kill": clientKill,
  "client|caching": clientCaching,
  "client|getredir": clientGetRedir,
  "client|tracking": clientTracking,
  "client|trackinginfo": clientTrackingInfo,
  "client|pause": clientPause,
  "client|unpause": clientUnpause,
  "client|unblock": clientUnblock,
  "client|no-evict": clientNoEvict,
  "client|no-touch": clientNoTouch,
  "acl|whoami": aclWhoAmI,
  "acl|users": aclUsers,
  "acl|list": aclList,
  "acl|getuser": aclGetUser,
  "acl|cat": aclCat,
  "acl|genpass": aclGenPass,
  "acl|dryrun": aclDryRun,
  "slowlog|get": slowlogGet,
  "slowlog|len": slowlogLen,
  "slowlog|reset": slowlogReset,
  ...SUBSCRIBE_COMMANDS,
  ...PUBSUB_COMMANDS,
  ...COMMAND_COMMANDS,
};

/** Answers local commands of one pool. */
export class LocalCommands {
  readonly #context: LocalContext;

  constructor(context: LocalContext) {
    this.#context = context;
  }

  /** Answers the request now, or puts a record in the queue and answers it when the command is done. */
  serve(session: Session, command: Command, request: RequestScanner): void {
    const call = { ...this.#context, session, command, request, args: copyArguments(request) };
    const answer = LOCAL_COMMANDS[command.name]!(call);
    if (answer === null) return;
    if (answer instanceof Uint8Array) session.reply(answer);
    else replyLater(session, answer);
  }
}

function copyArguments(request: RequestScanner): Buffer[] {
  const args: Buffer[] = [];
  for (let i = 0; i < request.count; i++) {
    args.push(Buffer.from(request.bytesOf(i).subarray(request.start(i), request.end(i))));
  }
  return args;
}
