/** Reads Prometheus's text format: every sample by the name of its metric. */

/** One sample. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of a text, by name. Source: Prometheus's exposition format 0.0.4; lines of another form are left out. */
export function readSamples(text: string): ReadonlyMap<string, readonly Sample[]> {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    const [, name, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const sample = { labels: readLabels(labels), value: Number(value!.replace("+Inf", "Infinity")) };
    const known = samples.get(name);
    if (known === undefined) samples.set(name, [sample]);
    else known.push(sample);
  }
  return samples;
}

function readLabels(text: string): Record<string, string> {
  const pairs = Array.from(text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, name, value]) => [
    name!,
    value!.replaceAll(/\\(.)/g, (_, escaped: string) => escaped === "n" ? "\n" : escaped),
  ]);
  return Object.fromEntries(pairs);
}
