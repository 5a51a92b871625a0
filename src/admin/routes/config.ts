/** `/config`: what is in force, and what another file would change. */
import * as z from "zod";
import { configYaml, writtenConfig } from "../../config/mod.ts";
import type { CheckResult, Instance } from "../../control/instance.ts";
import { MOVED } from "../change.ts";
import * as field from "../field.ts";
import { json, type Route, route, text, textBody } from "../route.ts";
import { named } from "../schema.ts";

const CONFIG = named(
  "Config",
  z.object({
    file: z.string().describe("Where it was read from."),
    form: z.enum(["nutcracker", "sennit"]).describe("The form of that file."),
    config: z.record(z.string(), z.unknown())
      .describe(
        "Every option as a file of sennit's form has it, servers as they are now; secrets are masked.",
      ),
  }),
);

const CHECK: z.ZodType<CheckResult> = named(
  "ConfigCheck",
  z.object({
    faults: z.array(z.string()).describe("Why it can't be loaded, each with file:line:column."),
    warnings: z.array(z.string()),
    changes: z.array(z.string()).describe("What loading it would change; empty when there are faults."),
    moved: MOVED,
  }),
);

const QUERY = z.strictObject({
  format: field.word(["json", "yaml"], "`yaml` gives `config` alone, as a file.").optional(),
});

const YAML = "application/yaml";
const AS_YAML = text(YAML, "The same as a file.");

/** The routes of the configuration. */
export function configRoutes(instance: Instance): Route[] {
  return [
    route({
      method: "get",
      path: "/config",
      id: "getConfig",
      access: "read",
      summary: "The configuration in force, secrets masked; ?format=yaml.",
      query: QUERY,
      answer: json(CONFIG, "The configuration."),
      otherwise: [AS_YAML],
      handle: ({ query }) => {
        const { config } = instance;
        if (query.format === "yaml") return AS_YAML.write(configYaml(config));
        return { file: config.file, form: config.form, config: writtenConfig(config) };
      },
    }),
    route({
      method: "post",
      path: "/config/check",
      id: "checkConfig",
      access: "write",
      summary: "Check a configuration file, sent as the body: its faults, or what loading it would change.",
      description: "Nothing is changed. A file with faults is a result like any other: the status is 200.",
      body: textBody(YAML, "The file."),
      answer: json(CHECK, "What was found."),
      handle: ({ body }) => instance.checkConfig(body),
    }),
  ];
}
