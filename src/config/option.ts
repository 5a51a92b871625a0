/** What one option's declaration says. Parsing, the option table, the JSON Schema and the resolved types read it. */
import type { ValueType } from "./value.ts";

/** The two forms of a file: nutcracker's, where every top-level key is a pool, and ours with `pools:`. */
export type ConfigForm = "nutcracker" | "sennit";

/** The declaration of one option. */
export interface Option<T> {
  /** Its key in the file. */
  readonly key: string;
  readonly type: ValueType<T>;
  /** Value when the key is left out; an option without a default is required. */
  readonly default?: NoInfer<T>;
  /** Where nutcracker's form has another default than ours. */
  readonly nutcrackerDefault?: NoInfer<T>;
  /** Whose key it is: one nutcracker knows too, or one of ours. Both kinds are accepted in both forms. */
  readonly origin: ConfigForm;
  /** One sentence for the option table. */
  readonly description: string;
  /** Set for what is required unless another option, of this key, stands in its place; the default is for then. */
  readonly unless?: string;
  /** Set for passwords: the value is never shown. */
  readonly secret?: true;
  /** Set for what only another process can take over: a reload leaves things as they are. */
  readonly needsUpgrade?: true;
}

/** Declarations by the name of the field that takes the value. */
// deno-lint-ignore no-explicit-any
export type Options = Readonly<Record<string, Option<any>>>;

/** What a set of declarations resolves to: each field with its option's type of value. */
export type Resolved<O extends Options> = { [F in keyof O]: O[F] extends Option<infer T> ? T : never };

/** An option that nutcracker's files know. */
export function nutcrackerOption<T>(declaration: Omit<Option<T>, "origin">): Option<T> {
  return { ...declaration, origin: "nutcracker" };
}

/** An option of ours. */
export function ownOption<T>(declaration: Omit<Option<T>, "origin">): Option<T> {
  return { ...declaration, origin: "sennit" };
}

/** The value an option has in a file of this form when its key is left out; undefined when it is required. */
export function defaultOf<T>(option: Option<T>, form: ConfigForm): T | undefined {
  const own = form === "nutcracker" ? option.nutcrackerDefault : undefined;
  return own === undefined ? option.default : own;
}

/** Each option with its field and the value of that field in `values`, which these declarations resolved to. */
export function pairsOf(
  options: Options,
  values: object,
): { field: string; option: Options[string]; value: unknown }[] {
  return Object.entries(options).map(([field, option]) => ({
    field,
    option,
    value: (values as Record<string, unknown>)[field],
  }));
}

/** What stands in place of a secret. */
export const MASK = "********";

/** The value as text, masked when it is a secret that is set. */
export function showValue<T>(option: Option<T>, value: T): string {
  return option.secret && value !== null ? MASK : option.type.show(value);
}
