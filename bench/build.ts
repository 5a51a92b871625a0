/**
 * Compiles the executable: `dist/sennit` for this machine, or with `all` one file per target beside a list of their
 * checksums. The source map is inside, so that stack traces name real lines; a copy for other tools is in dist/maps/.
 *
 * Run: deno task build, deno task build:all
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "..");
const DIST = join(ROOT, "dist");
const MAPS = join(DIST, "maps");

const TARGETS = [
  "linux-x64",
  "linux-arm64",
  "linux-x64-musl",
  "linux-arm64-musl",
  "darwin-x64",
  "darwin-arm64",
  "windows-x64",
];

/** Nothing in the folder where the proxy is started may change what it does. */
const READ_NO_FILES = ["--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"];

mkdirSync(MAPS, { recursive: true });
const [what] = process.argv.slice(2);
if (what === undefined) {
  compile("sennit");
} else if (what === "all") {
  const names = TARGETS.map((target) => {
    const name = target.startsWith("windows-") ? `sennit-${target}.exe` : `sennit-${target}`;
    compile(name, `bun-${target}`);
    return name;
  });
  writeFileSync(join(DIST, "SHA256SUMS"), names.map((name) => `${checksum(name)}  ${name}\n`).join(""));
} else {
  throw new Error(`build ${what}: there is only "all", or nothing for this machine`);
}

/** Bytecode shortens the start; it needs the module format to be named. */
function compile(name: string, target?: string): void {
  const outfile = join(DIST, name);
  rmSync(outfile, { force: true });
  // deno-fmt-ignore
  const { exitCode } = Bun.spawnSync([
    process.execPath, "--no-install", "build", "--compile", "--minify", "--bytecode", "--format=esm",
    "--sourcemap=external", ...READ_NO_FILES, ...(target === undefined ? [] : [`--target=${target}`]),
    "mod.ts", "--outfile", outfile,
  ], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  if (exitCode !== 0) throw new Error(`bun build of ${name} ended with ${exitCode}`);
  renameSync(`${outfile}.map`, join(MAPS, `${name}.map`));
}

function checksum(name: string): string {
  return new Bun.CryptoHasher("sha256").update(readFileSync(join(DIST, name))).digest("hex");
}
