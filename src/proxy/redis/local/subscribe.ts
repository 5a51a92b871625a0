/** SUBSCRIBE and its kin: what they change in the session, and when their confirmations may be written. */
import { type Kind, KINDS } from "../../pubsub/kind.ts";
import { replyInTurn } from "../../reply_in_turn.ts";
import { confirmation } from "../push_reply.ts";
import { stateOf } from "../redis_session.ts";
import { errorReply } from "../replies.ts";
import type { Session } from "../../session.ts";
import { versionOf } from "../../variant.ts";
import type { LocalCall, LocalCommand } from "./call.ts";

const NOTHING = new Uint8Array(0);

/** By their names in the command table. */
export const SUBSCRIBE_COMMANDS: Record<string, LocalCommand> = Object.fromEntries(KINDS.flatMap((kind) => [
  [kind.subscribe, (call) => begin(call, kind)],
  [kind.unsubscribe, (call) => end(call, kind)],
]));

/** Confirms once all servers concerned have: whoever publishes after that is heard. All topics begin, or none. */
function begin({ session, args }: LocalCall, kind: Kind): null {
  const { subscriptions } = stateOf(session);
  const { subscribers } = session.pool;
  const topics = args.slice(1).map((name) => subscriptions.ask(kind, name));
  const answers = topics.map((topic) => subscribers.whenHeard(topic)).filter((each) => each !== null);
  let fault = "";
  const ready = answers.length === 0 ? null : Promise.all(answers).then((faults) => {
    fault = faults.find((each) => each !== "") ?? "";
  });
  replyInTurn(session, () => {
    if (fault !== "") {
      for (const topic of topics) subscriptions.fail(topic);
      return errorReply(fault);
    }
    return tell(
      session,
      topics.map((topic) => {
        subscriptions.begin(topic);
        return confirmation(
          versionOf(session.variant),
          kind.subscribe,
          topic.name,
          subscriptions.count(kind),
        );
      }),
    );
  }, ready);
  return null;
}

function end({ session, args }: LocalCall, kind: Kind): null {
  const { subscriptions } = stateOf(session);
  const named = args.slice(1);
  if (named.length === 0) subscriptions.askToLeave(kind, null);
  for (const name of named) subscriptions.askToLeave(kind, name);
  replyInTurn(session, () => {
    const names = named.length === 0 ? subscriptions.names(kind) : named;
    const confirmations = names.map((name) => {
      subscriptions.leave(kind, name);
      return confirmation(versionOf(session.variant), kind.unsubscribe, name, subscriptions.count(kind));
    });
    if (names.length === 0) {
      confirmations.push(
        confirmation(versionOf(session.variant), kind.unsubscribe, null, subscriptions.count(kind)),
      );
    }
    return tell(session, confirmations);
  });
  return null;
}

/** Confirmations are for a client that wants no replies, too. Shape: what is left for others to hear. */
function tell({ stream }: Session, confirmations: readonly Uint8Array[]): Uint8Array {
  for (const bytes of confirmations) stream.outbox.append(bytes, 0, bytes.length);
  return NOTHING;
}
