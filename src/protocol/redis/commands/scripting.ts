/** Scripts and functions. Running one goes by its keys, managing them concerns every server. */
import { command, type CommandGroup, container } from "./declaration.ts";
import { counted, NO_KEYS } from "./key_specs.ts";
import { ownConnection } from "./refusals.ts";

const RUNS_A_SCRIPT = "noscript stale skip_monitor no_mandatory_keys";
const IS_SCRIPT = { handling: "script" } as const;

/** Scripts and functions. */
export const SCRIPTING: CommandGroup = {
  name: "scripting",
  categories: "@scripting",
  commands: [
    command("eval", -3, RUNS_A_SCRIPT, "2.6.0", counted("RW access update", 2), IS_SCRIPT),
    command("eval_ro", -3, `readonly ${RUNS_A_SCRIPT}`, "7.0.0", counted("RO access", 2), IS_SCRIPT),
    command("evalsha", -3, RUNS_A_SCRIPT, "2.6.0", counted("RW access update", 2), IS_SCRIPT),
    command("evalsha_ro", -3, `readonly ${RUNS_A_SCRIPT}`, "7.0.0", counted("RO access", 2), IS_SCRIPT),
    command("fcall", -3, RUNS_A_SCRIPT, "7.0.0", counted("RW access update", 2)),
    command("fcall_ro", -3, `readonly ${RUNS_A_SCRIPT}`, "7.0.0", counted("RO access", 2), {
      primaryOnly: true,
    }),
    container("function", -2, "", "7.0.0", [
      command("delete", 3, "write noscript", "7.0.0", NO_KEYS, { merge: "ok" }),
      command("dump", 2, "noscript", "7.0.0", NO_KEYS, { merge: "alike" }),
      command("flush", -2, "write noscript", "7.0.0", NO_KEYS, { merge: "ok" }),
      command("help", 2, "loading stale", "7.0.0"),
      command("kill", 2, "noscript allow_busy", "7.0.0", NO_KEYS, { merge: "stopped" }),
      command("list", -2, "noscript", "7.0.0", NO_KEYS, { merge: "common-libraries" }),
      command("load", -3, "write denyoom noscript", "7.0.0", NO_KEYS, { merge: "first" }),
      command("restore", -3, "write denyoom noscript", "7.0.0", NO_KEYS, { merge: "ok" }),
      command("stats", 2, "noscript allow_busy", "7.0.0", NO_KEYS, { merge: "running" }),
    ]),
    container("script", -2, "", "2.6.0", [
      command("debug", 3, "noscript", "3.2.0", NO_KEYS, { refuse: ownConnection }),
      command("exists", -3, "noscript", "2.6.0", NO_KEYS, { merge: "all-have" }),
      command("flush", -2, "noscript", "2.6.0", NO_KEYS, { merge: "ok" }),
      command("help", 2, "loading stale", "5.0.0"),
      command("kill", 2, "noscript allow_busy", "2.6.0", NO_KEYS, { merge: "stopped" }),
      command("load", 3, "noscript stale", "2.6.0", NO_KEYS, { merge: "first" }),
    ]),
  ],
};
