/** The proxy as one executable, made for the tests that must see it as it is shipped. */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { TempDir } from "./temp_dir.ts";

const ROOT = resolve(import.meta.dir, "../..");

let binary: string | null = null;

/** Where the executable is: the one that `SENNIT_BINARY` names, or one that is compiled at the first call. */
export function compiledSennit(): string {
  return binary ??= process.env.SENNIT_BINARY ? resolve(process.env.SENNIT_BINARY) : compile();
}

function compile(): string {
  const dir = new TempDir();
  process.once("exit", () => rmSync(dir.path, { recursive: true, force: true }));
  const outfile = dir.file("sennit");
  // deno-fmt-ignore
  const { exitCode, stderr } = Bun.spawnSync([
    process.execPath, "--no-install", "build", "--compile", "--minify", "--bytecode", "--format=esm",
    "--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig", "mod.ts", "--outfile", outfile,
  ], { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
  if (exitCode !== 0) throw new Error(`the executable can't be made: ${stderr}`);
  return outfile;
}
