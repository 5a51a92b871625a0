import { expect, test } from "bun:test";
import {
  MOST_SERVER_NUMBERS,
  numberServers,
  type ServerNumbers,
} from "../../../../src/control/topology/server_numbers.ts";
import { Random } from "../../../support/seed.ts";

const NONE: ServerNumbers = new Map();

function names(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => `10.0.0.${(from + i) % 250}:${6379 + from + i}`);
}

function numbersOf(numbers: ServerNumbers, of: readonly string[]): (number | undefined)[] {
  return of.map((name) => numbers.get(name));
}

test("numberServers gives every server a number of its own, from 1 to 1023", () => {
  for (const count of [1, 2, 40, 400, MOST_SERVER_NUMBERS]) {
    const all = [...numberServers(names(count), NONE).values()];
    expect(new Set(all).size).toBe(count);
    for (const number of all) expect(number >= 1 && number <= MOST_SERVER_NUMBERS).toBeTrue();
  }
});

test("numberServers gives the same servers the same numbers, in whatever order they stand", () => {
  const all = names(300);
  const numbers = numberServers(all, NONE);
  expect(numbersOf(numberServers(all.toReversed(), NONE), all)).toEqual(numbersOf(numbers, all));
});

test("numberServers keeps a number, and gives it to nobody else, while servers come and go", () => {
  const random = new Random("server numbers");
  const ever = new Map<string, number>();
  let numbers = NONE;
  for (let step = 0; step < 100; step++) {
    const present = names(random.integer(1, 20), random.integer(0, 300));
    numbers = numberServers(present, numbers);
    for (const name of present) {
      const number = numbers.get(name)!;
      expect(ever.get(name) ?? number).toBe(number);
      ever.set(name, number);
    }
  }
  expect(new Set(ever.values()).size).toBe(ever.size);
});

test("numberServers takes the number of the server that went first when all have been given", () => {
  const all = names(MOST_SERVER_NUMBERS);
  const numbers = numberServers(all, NONE);
  const next = numberServers([...all.slice(5), "new"], numbers);
  const freed = all.slice(0, 5).map((name) => numbers.get(name)!);
  expect(freed).toContain(next.get("new")!);
  expect(numbersOf(next, all.slice(5))).toEqual(numbersOf(numbers, all.slice(5)));
});

test("numberServers leaves those without a number that are too many", () => {
  const all = names(MOST_SERVER_NUMBERS + 3);
  const numbers = numberServers(all, NONE);
  expect(numbersOf(numbers, all).filter((number) => number === undefined).length).toBe(3);
});
