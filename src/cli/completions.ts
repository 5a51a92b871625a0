/** `sennit completions`: makes shells complete this program's command lines, from the declarations of `manual.ts`. */
import { didYouMean } from "../config/mod.ts";
import { type Flag, UsageError } from "./args.ts";
import { type CommandManual, COMMANDS, HELP_TOPICS, RUN_FLAGS, SHELLS } from "./manual.ts";
import type { Output } from "./output.ts";

const SCRIPTS: Record<typeof SHELLS[number], () => string> = { bash, zsh, fish };
const MANUALS: readonly CommandManual[] = COMMANDS;
const NAMES = MANUALS.map(({ name }) => name);

/**
 * Prints the script for a shell.
 *
 * Errors: UsageError for a shell that isn't known.
 */
export function completions(shell: string, output: Output): number {
  const known = SHELLS.find((each) => each === shell);
  if (known === undefined) {
    const closest = didYouMean(shell, SHELLS);
    throw new UsageError(`there are no completions for "${shell}"${closest}: ${SHELLS.join(", ")}`);
  }
  output.out(SCRIPTS[known]().trimEnd());
  return 0;
}

/** What a command's words may be, `help` being the one that takes the names of others. */
function wordsOf({ name, words }: CommandManual): readonly string[] {
  if (words === undefined || words === "FILE") return [];
  return name === "help" ? [...NAMES, ...HELP_TOPICS] : words;
}

function spellings({ short, name }: Flag): string[] {
  return [`-${short}`, `--${name}`];
}

function bash(): string {
  const cases = MANUALS.map((command) => {
    const offered = [...wordsOf(command), ...command.flags.flatMap(spellings)].join(" ");
    const files = command.words === "FILE" ? " files=1" : "";
    return `    ${command.name}) words="${offered}"${files} ;;`;
  });
  const ofFiles = valueFlags((flag) => flag.value === "FILE");
  const ofOthers = valueFlags((flag) => flag.value !== "FILE");
  return `# Completions for bash. Once: source <(sennit completions bash)
_sennit() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command=\${COMP_WORDS[1]} words files=
  case $previous in
    ${ofFiles.join("|")}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${ofOthers.join("|")}) COMPREPLY=(); return ;;
  esac
  if ((COMP_CWORD == 1)); then command=; fi
  case $command in
${cases.join("\n")}
    "") words="${[...NAMES, ...RUN_FLAGS.flatMap(spellings)].join(" ")}" ;;
    *) words="${RUN_FLAGS.flatMap(spellings).join(" ")}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ $files ]]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _sennit sennit
`;
}

/** The spellings of all flags that take such a value. */
function valueFlags(isMeant: (flag: Flag) => boolean): string[] {
  const flags = MANUALS.flatMap((command) => command.flags).filter((flag) => flag.value !== undefined);
  return [...new Set(flags.filter(isMeant).flatMap(spellings))];
}

function zsh(): string {
  const cases = MANUALS.map((command) => {
    const words = command.words === "FILE" ? ["'*:file:_files'"] : wordsOf(command).length === 0 ? [] : [
      `'1:topic:(${wordsOf(command).join(" ")})'`,
    ];
    return `    ${command.name}) _arguments ${[...command.flags.map(zshFlag), ...words].join(" ")} ;;`;
  });
  return `#compdef sennit
# Completions for zsh: write them to a file _sennit in a folder of $fpath.
_sennit() {
  local -a commands
  commands=(
${MANUALS.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n")}
  )
  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  local command=$words[2]
  case $command in
    -*) command=run ;;
    *) shift words; ((CURRENT--)) ;;
  esac
  case $command in
${cases.join("\n")}
  esac
}
_sennit "$@"
`;
}

function zshFlag(flag: Flag): string {
  const description = flag.description.replaceAll(/[[\]:]/g, (mark) => `\\${mark}`);
  const value = flag.value === undefined ? "" : `:${flag.value}:${flag.value === "FILE" ? "_files" : ""}`;
  const [short, long] = spellings(flag);
  return `'(${short} ${long})'{${short},${long}}${quoted(`[${description}]${value}`)}`;
}

function fish(): string {
  const isNamed = (name: string) =>
    name === "run"
      ? `not __fish_seen_subcommand_from ${NAMES.filter((each) => each !== "run").join(" ")}`
      : `__fish_seen_subcommand_from ${name}`;
  const lines = MANUALS.flatMap((command) => {
    const { name, summary, flags } = command;
    const when = `complete -c sennit -n ${quoted(isNamed(name))}`;
    const own = flags.map(({ short, name, value, description }) => {
      const needs = value === undefined ? "" : value === "FILE" ? " -r -F" : " -x";
      return `${when} -s ${short} -l ${name}${needs} -d ${quoted(description)}`;
    });
    const words = wordsOf(command).length === 0 ? [] : [`${when} -a ${quoted(wordsOf(command).join(" "))}`];
    const files = command.words === "FILE" ? [`${when} -F`] : [];
    return [
      `complete -c sennit -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      ...own,
      ...words,
      ...files,
    ];
  });
  return [
    "# Completions for fish: ~/.config/fish/completions/sennit.fish",
    "complete -c sennit -f",
    ...lines,
    "",
  ]
    .join("\n");
}

/** A word for any of these shells, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
