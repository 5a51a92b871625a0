/**
 * One set of permissions: which commands, on which keys. A user has one, and more when its rules have some in
 * parentheses; what it asks for must be allowed by one of them as a whole.
 */
import { type Arguments, textOf } from "../../arguments.ts";
import type { Command } from "../command.ts";
import { ALL_COMMANDS } from "../command_table.ts";
import { READS } from "../commands/key_specs.ts";
import { matchesPattern } from "../glob.ts";
import { isLearned } from "../learned/learned_ids.ts";
import { LaterCommands } from "./later_commands.ts";

/** Keys that may be used, and how: bits of `READS` and `WRITES`. */
interface KeyPattern {
  readonly pattern: Uint8Array;
  access: number;
}

/** What may be done. Built rule by rule, since later rules change what earlier ones said; then only read. */
export class Selector {
  /** All commands, those of later versions too. */
  allCommands = false;
  /** All keys, in any way. */
  allKeys = false;
  /** All channels. */
  allChannels = false;
  /** Patterns of channels. */
  readonly channels: string[] = [];
  /** By command id: 1 when it may be run. */
  readonly #commands = new Uint8Array(ALL_COMMANDS.length);
  /** By command id: 1 when the rules name it, or its category of scripts, themselves. */
  readonly #named = new Uint8Array(ALL_COMMANDS.length);
  /** First arguments with which a command may be run that may not be run otherwise, by its id. */
  readonly #firstArguments = new Map<number, string[]>();
  /** Whether commands that the table lacks may be run. */
  readonly #later = new LaterCommands();
  #patterns: KeyPattern[] = [];

  /** Whether nothing is left that could be denied but channels, which few commands name. */
  get isUnlimited(): boolean {
    return this.allCommands && this.allKeys;
  }

  /** Whether the command may be run. */
  allowsCommand(command: Command, args: Arguments): boolean {
    if (this.allCommands || this.#commands[command.id] === 1) return true;
    if (isLearned(command.id)) return this.#later.allows(command);
    const allowed = this.#firstArguments.get(command.id);
    return allowed !== undefined && args.count > 1 && allowed.includes(textOf(args, 1).toLowerCase());
  }

  /** Whether the rules give the command by its name, which shows that its consequences are meant too. */
  names(command: Command): boolean {
    return this.#named[command.id] === 1 || (isLearned(command.id) && this.#later.names(command));
  }

  /** Whether the key may be used so: `access` is bits of `READS` and `WRITES`, or 0 to ask whether there is one. */
  allowsKey(bytes: Uint8Array, start: number, end: number, access: number): boolean {
    if (this.allKeys) return true;
    for (const allowed of this.#patterns) {
      if ((allowed.access & access) !== access) continue;
      if (matchesPattern(allowed.pattern, bytes, start, end)) return true;
    }
    return false;
  }

  /** Whether the channel may be used, or, where it is a pattern, this very pattern. */
  allowsChannel(channel: Buffer, isPattern: boolean): boolean {
    if (this.allChannels) return true;
    if (isPattern) return this.channels.some((each) => channel.equals(Buffer.from(each)));
    return this.channels.some((each) => matchesPattern(Buffer.from(each), channel, 0, channel.length));
  }

  /** Whether any key may be read. */
  get readsAllKeys(): boolean {
    return this.allKeys ||
      this.#patterns.some(({ pattern, access }) =>
        access & READS && pattern.length === 1 && pattern[0] === STAR
      );
  }

  /** Allows or forbids a command, with its subcommands when it is a container. */
  setCommand(command: Command, allowed: boolean, isNamed: boolean): void {
    this.#commands[command.id] = allowed ? 1 : 0;
    this.#named[command.id] = allowed && isNamed ? 1 : 0;
    this.#firstArguments.delete(command.id);
    if (isNamed && command.subcommands.length > 0) this.#later.set(command.name, allowed);
    if (!allowed) this.allCommands = false;
    for (const subcommand of command.subcommands) this.setCommand(subcommand, allowed, isNamed);
  }

  /** Allows or forbids a command that the table lacks, should a server have it. */
  setLaterCommand(name: string, allowed: boolean): void {
    if (!allowed) this.allCommands = false;
    this.#later.set(name, allowed);
  }

  /** Allows or forbids all commands of a category, such as `@read`. */
  setCategory(category: string, allowed: boolean): void {
    this.#later.set(category, allowed);
    for (const command of ALL_COMMANDS) {
      if (command.categories.includes(category)) this.setCommand(command, allowed, category === SCRIPTS);
    }
  }

  /** Allows or forbids all commands. */
  setAllCommands(allowed: boolean): void {
    this.#commands.fill(allowed ? 1 : 0);
    this.#named.fill(0);
    this.#firstArguments.clear();
    this.#later.setAll(allowed);
    this.allCommands = allowed;
  }

  /** Allows a command when a certain word follows its name. */
  allowFirstArgument(command: Command, argument: string): void {
    const known = this.#firstArguments.get(command.id) ?? [];
    if (!known.includes(argument)) this.#firstArguments.set(command.id, [...known, argument]);
  }

  /** Allows a pattern of keys; the same pattern again adds to what may be done with them. */
  allowKeys(pattern: string, access: number): void {
    const bytes = Buffer.from(pattern);
    const known = this.#patterns.find((each) => bytes.equals(each.pattern));
    if (known === undefined) this.#patterns.push({ pattern: bytes, access });
    else known.access |= access;
  }

  /** Allows all keys, or none. */
  setAllKeys(allowed: boolean): void {
    this.allKeys = allowed;
    this.#patterns = [];
  }

  /** Allows all channels, or none. */
  setAllChannels(allowed: boolean): void {
    this.allChannels = allowed;
    this.channels.length = 0;
  }
}

const STAR = 42;

/** The category of what runs scripts. */
const SCRIPTS = "@scripting";
