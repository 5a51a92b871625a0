/**
 * The type of `users`: a map of names to rules in the syntax of Redis's ACL SETUSER. What rules there are and what
 * they mean, `protocol/redis/acl` knows. No message shows a rule: one that is wrong may be a misplaced password.
 */
import { parseUser, RuleFault } from "../protocol/redis/acl/rules.ts";
import { didYouMean } from "./suggest.ts";
import { InvalidValue, namedTexts, type PlainType } from "./value.ts";
import { optional } from "./value_types.ts";

/** A user of a pool. */
export interface UserConfig {
  name: string;
  /** Its rules, separated by single spaces; a secret. */
  rules: string;
}

const MOST_LISTED = 30;

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
  try {
    parseUser(name, text);
  } catch (error) {
    if (!(error instanceof RuleFault)) throw error;
    const { number, reason, wanted, known } = error;
    throw new InvalidValue(`rule ${number} ${reason}${didYouMean(wanted, known) || allOf(known)}`);
  }
  if (!rules.some((rule) => rule.startsWith("#") || /^(nopass|off)$/i.test(rule))) {
    // YAML drops everything behind a # after a space, so that the rules may have been there.
    throw new InvalidValue(
      "nobody could log in without a rule #SHA256 or nopass; a text with # needs quotes",
    );
  }
  return { name, rules: rules.join(" ") };
}

/** Words that are few enough to be listed. */
function allOf(words: readonly string[]): string {
  return words.length > 0 && words.length < MOST_LISTED ? `; there are ${words.join(", ")}` : "";
}
