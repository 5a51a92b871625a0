/** ACL categories. Most follow from a command's flags, as they do in Redis; the rest is declared. */

/**
 * All categories of a command.
 *
 * Shape: with their @, sorted. `declared` are those of its group and its own.
 */
export function categoriesOf(flags: readonly string[], declared: readonly string[]): string[] {
  const categories = new Set(declared);
  // Running a script is neither reading nor writing: its commands are checked one by one.
  const isScript = categories.has("@scripting");
  if (flags.includes("write")) categories.add("@write");
  if (flags.includes("readonly") && !isScript) categories.add("@read");
  if (flags.includes("admin")) categories.add("@admin").add("@dangerous");
  if (flags.includes("pubsub")) categories.add("@pubsub");
  if (flags.includes("blocking")) categories.add("@blocking");
  categories.add(flags.includes("fast") ? "@fast" : "@slow");
  return [...categories].sort();
}
