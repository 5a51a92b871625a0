/**
 * Brings the programs that tests run beside the proxy onto a machine that lacks them, where that is possible without
 * asking anybody: with apt-get, as root or through a sudo that wants no password.
 */
import { PROGRAMS } from "./programs.ts";

/** How long apt-get may take; milliseconds. */
const INSTALL_MS = 300_000;

/**
 * Told to apt-get: ask nothing, and start none of the servers. Packages start theirs through invoke-rc.d, which heeds
 * RUNLEVEL (servers are off in runlevel 1), or through systemctl, which starts nothing when told to be offline.
 */
const QUIETLY = ["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "SYSTEMD_OFFLINE=1"];

/** Installs what is missing if it can, and says what it did and what is still missing. */
export function installPrograms(): void {
  const packages = missingPackages();
  if (packages.length === 0) return;
  const prefix = privilege();
  if (prefix === null || Bun.which("apt-get") === null) {
    console.log(`Missing packages: ${packages.join(", ")}. Tests that need them are skipped.`);
    return;
  }
  console.log(`Installing ${packages.join(", ")} with apt-get.`);
  const aptGet = (...args: string[]) => run([...prefix, "env", ...QUIETLY, "apt-get", "-qq", ...args]);
  aptGet("update");
  aptGet("install", "-y", "--no-install-recommends", ...packages);
  const left = missingPackages();
  if (left.length > 0) console.log(`Could not install ${left.join(", ")}. Tests that need them are skipped.`);
}

function missingPackages(): string[] {
  return PROGRAMS.filter((program) => !program.isThere()).map((program) => program.package);
}

/** What to put before a command that needs root; null when nothing helps. */
function privilege(): string[] | null {
  if (process.getuid?.() === 0) return [];
  if (Bun.which("sudo") === null) return null;
  return Bun.spawnSync(["sudo", "-n", "true"]).success ? ["sudo", "-n"] : null;
}

function run(command: string[]): void {
  Bun.spawnSync(command, { stdin: "ignore", stdout: "ignore", stderr: "inherit", timeout: INSTALL_MS });
}
