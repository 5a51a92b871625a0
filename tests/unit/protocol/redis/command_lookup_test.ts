import { expect, test } from "bun:test";
import { lookupCommand, lookupSubcommand } from "../../../../src/protocol/redis/command_lookup.ts";
import { ALL_COMMANDS, COMMANDS } from "../../../../src/protocol/redis/command_table.ts";

function find(name: string): string | undefined {
  const bytes = Buffer.from(`*1\r\n${name}\r\n`, "latin1");
  return lookupCommand(bytes, 4, bytes.length - 2)?.name;
}

/** Every second letter in upper case. */
function mixed(name: string): string {
  return [...name].map((letter, i) => i % 2 === 0 ? letter : letter.toUpperCase()).join("");
}

test("lookupCommand finds every command when it is written in any case", () => {
  for (const { name } of COMMANDS) {
    expect(find(name)).toBe(name);
    expect(find(name.toUpperCase())).toBe(name);
    expect(find(mixed(name))).toBe(name);
  }
});

test("lookupCommand finds a command when its name fills the buffer", () => {
  for (const { name } of COMMANDS) {
    expect(lookupCommand(Buffer.from(name), 0, name.length)?.name).toBe(name);
  }
  expect(lookupCommand(Buffer.from("x"), 0, 1)).toBeNull();
});

test("lookupCommand answers null when one byte is missing, added or changed", () => {
  const names = new Set(COMMANDS.map(({ name }) => name));
  for (const { name } of COMMANDS) {
    const near = [`${name}x`, `x${name}`, name.slice(1), name.slice(0, -1), `${name} `, `${name}\0`];
    for (let i = 0; i < name.length; i++) {
      for (const bit of [1, 2, 4, 8, 16, 64, 128]) {
        near.push(name.slice(0, i) + String.fromCharCode(name.charCodeAt(i) ^ bit) + name.slice(i + 1));
      }
    }
    for (const word of near) {
      const known = names.has(word.toLowerCase()) && /^[\x20-\x7e]*$/.test(word);
      expect(find(word)).toBe(known ? word.toLowerCase() : undefined);
    }
  }
});

test("lookupCommand does not fold what is no letter when bytes differ in the case bit", () => {
  expect(find("restore\rasking")).toBeUndefined();
  expect(find("EVAL\x7fRO")).toBeUndefined();
  expect(find("")).toBeUndefined();
  expect(find("client|id")).toBeUndefined();
  expect(find("g".repeat(100_000))).toBeUndefined();
});

test("lookupSubcommand finds every subcommand in its container when it is written in any case", () => {
  for (const container of COMMANDS) {
    for (const { name } of container.subcommands) {
      const own = name.slice(container.name.length + 1);
      for (const spelling of [own, own.toUpperCase(), mixed(own)]) {
        const bytes = Buffer.from(`>${spelling}<`);
        expect(lookupSubcommand(container, bytes, 1, bytes.length - 1)?.name).toBe(name);
      }
    }
  }
});

test("lookupSubcommand answers null when the container has no such subcommand or the command is none", () => {
  const client = ALL_COMMANDS.find(({ name }) => name === "client")!;
  const get = ALL_COMMANDS.find(({ name }) => name === "get")!;
  expect(lookupSubcommand(client, Buffer.from("usage"), 0, 5)).toBeNull();
  expect(lookupSubcommand(client, Buffer.from("id"), 0, 0)).toBeNull();
  expect(lookupSubcommand(get, Buffer.from("id"), 0, 2)).toBeNull();
});
