/** The programs that tests run beside the proxy, where they are, and which packages bring them. */

import { existsSync, readdirSync } from "node:fs";

/** What Debian and its kin call a program, and the package it comes in. */
export interface Program {
  readonly name: string;
  readonly package: string;
  /** How to find out whether it is there. */
  readonly isThere: () => boolean;
}

/** Where Debian installs servers is not on every user's PATH, and PostgreSQL's on nobody's. */
export const PATH = [process.env.PATH, "/usr/sbin", "/usr/local/sbin", ...postgresFolders()].join(":");

/** Python as the system has it: packages of the system are not seen by another one. */
export const PYTHON = "/usr/bin/python3";

/** All programs that some test needs. */
export const PROGRAMS: readonly Program[] = [
  onPath("redis-server", "redis-server"),
  onPath("redis-cli", "redis-tools"),
  onPath("memcached", "memcached"),
  onPath("etcd", "etcd-server"),
  onPath("nutcracker", "nutcracker"),
  onPath("openssl", "openssl"),
  onPath("ss", "iproute2"),
  onPath("ps", "procps"),
  onPath("strace", "strace"),
  onPath("initdb", "postgresql"),
  onPath("mariadbd", "mariadb-server"),
  onPath("zsh", "zsh"),
  onPath("fish", "fish"),
  onPath("groff", "groff-base"),
  onPath("gcc", "gcc"),
  { name: "python3", package: "python3", isThere: () => Bun.which(PYTHON) !== null },
  pythonModule("redis-py", "python3-redis", "redis"),
  pythonModule("prometheus_client", "python3-prometheus-client", "prometheus_client"),
  onPath("prometheus-redis-exporter", "prometheus-redis-exporter"),
];

/** Where a program is. Errors: throws when it isn't installed; a test asks `reasonToSkip` first. */
export function findProgram(name: string): string {
  const path = Bun.which(name, { PATH });
  if (path === null) throw new Error(`${name} is not installed`);
  return path;
}

/** Why a test that needs these programs can't run here, or null when it can: for `describe.skipIf`. */
export function reasonToSkip(...names: readonly string[]): string | null {
  const missing = names.find((name) => !known(name).isThere());
  return missing === undefined ? null : `${missing} (package ${known(missing).package}) is not installed`;
}

/** One for each version that is installed. */
function postgresFolders(): string[] {
  const root = "/usr/lib/postgresql";
  return existsSync(root) ? readdirSync(root).map((version) => `${root}/${version}/bin`) : [];
}

function known(name: string): Program {
  const program = PROGRAMS.find((each) => each.name === name);
  if (program === undefined) throw new Error(`${name} is not in the list of programs that tests need`);
  return program;
}

function onPath(name: string, packageName: string): Program {
  return { name, package: packageName, isThere: () => Bun.which(name, { PATH }) !== null };
}

function pythonModule(name: string, packageName: string, module: string): Program {
  const isThere = () => {
    if (Bun.which(PYTHON) === null) return false;
    return Bun.spawnSync([PYTHON, "-c", `import ${module}`], { stdout: "ignore", stderr: "ignore" }).success;
  };
  return { name, package: packageName, isThere };
}
