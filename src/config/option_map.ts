/** Values that are maps of options themselves: the sections beside the pools, and `tls` and its like in a pool. */
import { type Option, type Options, ownOption, pairsOf, type Resolved, showValue } from "./option.ts";
import type { MapType } from "./value.ts";

/** A map of options that may be left out: null then. */
export function optionMap<O extends Options>(options: O): MapType<Resolved<O> | null> {
  return { options, label: "map", show: (value) => value === null ? "none" : showMap(options, value) };
}

/** As `optionMap`; `true` stands for the map with nothing in it, and `false` for none. */
export function optionMapOrFlag<O extends Options>(options: O): MapType<Resolved<O> | null> {
  return { ...optionMap(options), label: "map, or true", orFlag: true };
}

/** The declaration of a section: a map of options that each have a default, and so the section has one too. */
export function section<O extends Options>(
  key: string,
  description: string,
  options: O,
): Option<Resolved<O>> {
  const type: MapType<Resolved<O>> = { options, label: "section", show: (value) => showMap(options, value) };
  const defaults = Object.entries(options).map(([field, option]) => [field, option.default]);
  return ownOption({ key, type, default: Object.fromEntries(defaults), description });
}

/** In YAML's flow style, without the options that are left out. */
function showMap(options: Options, values: object): string {
  const parts = pairsOf(options, values).flatMap(({ option, value }) =>
    value === null ? [] : [`${option.key}: ${showValue(option, value)}`]
  );
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}
