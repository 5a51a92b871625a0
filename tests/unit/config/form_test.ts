import { describe, expect, test } from "bun:test";
import { Findings } from "../../../src/config/fault.ts";
import { splitFile } from "../../../src/config/form.ts";
import { type MapNode, parseYaml } from "../../../src/config/yaml.ts";

function split(text: string) {
  const findings = new Findings("n.yml");
  const { form, pools, instance } = splitFile(parseYaml(text).root as MapNode, findings);
  const messages = findings.faults.map((fault) => fault.message);
  return { form, pools: [...pools.keys()], beside: [...instance.entries.keys()], messages };
}

describe("splitFile", () => {
  test("takes every key for a pool when there is no key pools", () => {
    const parts = split("a: {}\nlog: {}\n");
    expect(parts).toEqual({ form: "nutcracker", pools: ["a", "log"], beside: [], messages: [] });
  });

  test("takes the file for ours when maps stand below pools", () => {
    const parts = split("pools: {a: {}, b: {}}\nlimits: {}\nlog: {}\n");
    expect(parts).toEqual({
      form: "sennit",
      pools: ["a", "b"],
      beside: ["pools", "limits", "log"],
      messages: [],
    });
  });

  test("takes pools for the name of a pool when options stand below it", () => {
    const parts = split("pools: {listen: 'a:1', servers: [a]}\nq: {}\n");
    expect(parts).toEqual({ form: "nutcracker", pools: ["pools", "q"], beside: [], messages: [] });
  });

  test("takes pools for the name of a pool when one of its options is a map", () => {
    expect(split("pools: {listen: 'a:1', tls: {}, servers: [a]}\n")).toMatchObject({ form: "nutcracker" });
    expect(split("pools: {listen: {listen: 'a:1'}, servers: {}}\n")).toMatchObject({ form: "sennit" });
  });

  test("takes the file for ours when only one of its pools is a map", () => {
    expect(split("pools: {a: 5, b: {}}\n")).toMatchObject({ form: "sennit", pools: ["a", "b"] });
  });

  test("reports a pool that stands twice in our form", () => {
    expect(split("pools: {a: {}, a: {}}\n").messages).toEqual([
      '"a" stands here again; it is first set on line 1',
    ]);
  });
});
