/** A learned command in the form of the table's, so that the data path serves both in the same way. */
import { UNTIL_SERVED } from "../blocking_option.ts";
import type { Command } from "../command.ts";
import { groupOfCategories, isOnePlainKey } from "../command_table.ts";
import { categoriesOf } from "../commands/categories.ts";
import type { Verdict } from "./judge.ts";
import { idOfLearned } from "./learned_ids.ts";

/** The group of commands that modules bring. */
export const MODULES = "module";

/** The command; null when it has to be refused and there is no number left for that. */
export function learnedCommand(verdict: Verdict): Command | null {
  const id = idOfLearned(verdict.name);
  if (id < 0) return null;
  const { name, arity, flags, keys, blocks, isDeclared, refusal } = verdict;
  const categories = categoriesOf(flags, verdict.categories);
  const isDangerous = categories.includes("@admin") || categories.includes("@dangerous");
  const readsOnly = flags.includes("readonly");
  return {
    id,
    name,
    arity,
    flags: flags.toSorted(),
    categories,
    keys,
    handling: refusal === "" ? "forward" : "refuse",
    merge: null,
    refusal: refusal === "" ? "" : `${name.toUpperCase().replace("|", " ")} ${refusal}`,
    group: flags.includes("module") ? MODULES : groupOfCategories(categories) ?? MODULES,
    since: "",
    administrative: isDangerous && keys.length === 0 && refusal === "" && !isDeclared,
    connectionNeutral: true,
    retrySafe: readsOnly,
    // Nobody says whether it goes on where an earlier request on the same server ended.
    forReplicas: false,
    cursor: 0,
    blockingKeyword: "",
    timeoutAt: blocks ? UNTIL_SERVED : 0,
    subcommands: verdict.subcommands.map(learnedCommand).filter((each) => each !== null),
    singleKey: refusal === "" && !blocks && isOnePlainKey(keys),
    write: !readsOnly,
  };
}
