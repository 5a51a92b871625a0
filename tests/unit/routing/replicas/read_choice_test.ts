import { describe, expect, test } from "bun:test";
import {
  type Candidate,
  hashFor,
  type Preference,
  preferred,
  WeightedChoice,
} from "../../../../src/routing/replicas/read_choice.ts";
import { Random, SEED } from "../../../support/seed.ts";

/** The rule, said the other way round: ranks in the order of preference, and the first that has somebody. */
function naive(members: readonly Candidate[], preference: Preference, here: string | null): Candidate[] {
  const isNear = ({ zone }: Candidate) => here !== null && zone === here;
  const replicas = members.filter(({ isPrimary }) => !isPrimary);
  const ranks = preference === "nearest"
    ? [members.filter(isNear), members]
    : [replicas.filter(isNear), replicas, members];
  return ranks.map((rank) => rank.filter(({ isFit }) => isFit)).find((rank) => rank.length > 0)!;
}

describe("preferred", () => {
  test("gives the fit ones of the best rank, as a naive rule does", () => {
    const random = new Random("preferred");
    for (let round = 0; round < 2000; round++) {
      const zones = [null, "a", "b"];
      const member = (isPrimary: boolean): Candidate => ({
        isPrimary,
        zone: random.pick(zones),
        weight: random.integer(1, 5),
        isFit: isPrimary || random.integer(0, 2) > 0,
      });
      const members = [member(true), ...Array.from({ length: random.integer(0, 4) }, () => member(false))];
      const [preference, here] = [random.pick(["replica", "nearest"] as const), random.pick(zones)];
      expect({ SEED, chosen: preferred(members, preference, here) })
        .toEqual({ SEED, chosen: naive(members, preference, here) });
    }
  });
});

describe("WeightedChoice.pick", () => {
  const members = [{ name: "a", weight: 1 }, { name: "b", weight: 3 }, { name: "c", weight: 6 }];

  test("picks each as often as its weight says, over keys of a session and over sessions of a key", () => {
    const choice = new WeightedChoice(members);
    const hashes = [
      (i: number) => hashFor(i * 2654435761 >>> 0, 7),
      (i: number) => hashFor(0x12345678, i),
    ];
    for (const hash of hashes) {
      const counts = { a: 0, b: 0, c: 0 };
      for (let i = 0; i < 20_000; i++) counts[choice.pick(hash(i)).name as "a"]++;
      for (const { name, weight } of members) {
        expect(Math.abs(counts[name as "a"] / 20_000 - weight / 10)).toBeLessThan(0.02);
      }
    }
  });

  test("picks the same one for the same session and key", () => {
    const choice = new WeightedChoice(members);
    for (let i = 0; i < 100; i++) expect(choice.pick(hashFor(i, 3))).toBe(choice.pick(hashFor(i, 3)));
  });

  test("picks one even from the largest hash", () => {
    expect(new WeightedChoice(members).pick(2 ** 32 - 1)).toBeOneOf(members);
  });
});
