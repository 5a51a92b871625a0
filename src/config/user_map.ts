/**
 * The type of `users`: a map of names to rules in the syntax of Redis's ACL SETUSER.
 *
 * Here it is only seen to that a rule can be one; what it allows is worked out where requests are judged. No message
 * shows a rule that may hold a password: a bare word is one that was put in the wrong place as likely as not.
 *
 * Source: the rules are those of https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/.
 */
import { didYouMean } from "./suggest.ts";
import { InvalidValue, namedTexts, type PlainType } from "./value.ts";
import { optional } from "./value_types.ts";

/** A user of a pool. */
export interface UserConfig {
  name: string;
  /** Its rules, separated by single spaces; a secret. */
  rules: string;
}

/** Rules that are one word. */
const WORDS = ["on", "off", "nopass", "allkeys", "resetkeys", "allcommands", "nocommands"];

/** Rules that begin with a sign, and all they may look like. */
const SHAPES: readonly { readonly sign: RegExp; readonly shape: RegExp; readonly meant: string }[] = [
  { sign: /^~/, shape: /^~.+$/, meant: "a key pattern such as ~app:*" },
  { sign: /^%/, shape: /^%(R|W|RW|WR)~.+$/i, meant: "a key pattern such as %R~app:* or %RW~app:*" },
  { sign: /^[+-]@/, shape: /^[+-]@[a-z]+$/i, meant: "a category such as +@read" },
  {
    sign: /^[+-]/,
    shape: /^[+-][a-z][a-z0-9_.-]*(\|[a-z][a-z0-9_-]*)?$/i,
    meant: "a command such as +get or +config|get",
  },
];

const HOW_TO_HASH = "write # and the 64 digits of: printf %s PASSWORD | sha256sum";

const RULES_JSON = { type: "string", examples: ["on #<sha256 of the password> ~app:* +@read"] };

/** The users of a pool, in the file's order; null when they are left out. */
export function userMap(): PlainType<UserConfig[] | null> {
  return optional({
    schema: namedTexts("users", readUser, RULES_JSON),
    label: "map of name: rules",
    show: (users) => users.map(({ name }) => name).join(", "),
  });
}

/** Errors: InvalidValue that says what is wrong with the name, or which rule is none. */
function readUser(name: string, text: string): UserConfig {
  if (!/^[^\s\p{Cc}]+$/u.test(name)) {
    throw new InvalidValue("the name of a user has no spaces in it, and is not empty");
  }
  const rules = text.trim().split(/\s+/);
  for (const [index, rule] of rules.entries()) {
    const wrong = faultOf(rule);
    if (wrong !== null) throw new InvalidValue(`rule ${index + 1} ${wrong}`);
  }
  if (!rules.some((rule) => rule.startsWith("#") || /^(nopass|off)$/i.test(rule))) {
    // YAML drops everything behind a # after a space, so that the rules may have been there.
    throw new InvalidValue(
      "nobody could log in without a rule #SHA256 or nopass; a text with # needs quotes",
    );
  }
  return { name, rules: rules.join(" ") };
}

function faultOf(rule: string): string | null {
  const word = rule.toLowerCase();
  if (WORDS.includes(word)) return null;
  if (rule.startsWith(">")) return `is a password in plain text; ${HOW_TO_HASH}`;
  if (rule.startsWith("#")) {
    return /^#[0-9a-f]{64}$/i.test(rule) ? null : `has no SHA-256 behind its #; ${HOW_TO_HASH}`;
  }
  const form = SHAPES.find(({ sign }) => sign.test(rule));
  if (form) return form.shape.test(rule) ? null : `is not ${form.meant}`;
  return `is not one that is known here${didYouMean(word, WORDS) || `; its words are ${WORDS.join(", ")}`}`;
}
