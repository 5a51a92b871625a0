import { expect, test } from "bun:test";
import { realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { calledBy, commandOnDisk, sameCommand } from "../../../../src/control/service/own_command.ts";
import { TempDir } from "../../../support/temp_dir.ts";

test("calledBy keeps the link by which a program was called, and nothing else", () => {
  using dir = new TempDir();
  const folder = realpathSync(dir.path);
  const [program, link, other] = [`${folder}/sennit-1.2`, `${folder}/sennit`, `${folder}/other`];
  for (const file of [program, other]) writeFileSync(file, "");
  symlinkSync("sennit-1.2", link);
  expect(calledBy(link, program)).toBe(link);
  expect(calledBy(relative(process.cwd(), link), program)).toBe(link);
  expect(calledBy(program, program)).toBe(program);
  for (const name of [other, `${folder}/none`, "sennit: a title", ""]) {
    expect(calledBy(name, program)).toBe(program);
  }
});

test("the program from its source is the runtime with the file it was given", () => {
  expect(commandOnDisk()).toEqual(sameCommand());
  expect(commandOnDisk()[0]).toBe(process.execPath);
  expect(commandOnDisk().at(-1)).toBe(Bun.main);
});
