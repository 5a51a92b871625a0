import { expect, test } from "bun:test";
import type { Lane } from "../../../src/proxy/lane.ts";
import { greetingWith, type Preface } from "../../../src/proxy/preface.ts";
import type { Greeting } from "../../../src/proxy/protocol.ts";

const LANE = {} as Lane;
const LOGIN: Greeting = {
  bytes: Buffer.from("LOGIN"),
  replies: 2,
  refusal: (reply, index) => index === 0 && reply.length === 0 ? "no" : "",
};

function preface(text: string): Preface & { told: Lane[] } {
  const told: Lane[] = [];
  return { bytes: Buffer.from(text), told, saidTo: (lane) => void told.push(lane) };
}

test("greetingWith is the greeting itself when nobody needs more", () => {
  expect(greetingWith(LOGIN, [], LANE)).toBe(LOGIN);
  expect(greetingWith(null, [], LANE)).toBeNull();
});

test("greetingWith puts what is needed behind the greeting, and takes any reply to it", () => {
  const needed = [preface("one"), preface("two")];
  const greeting = greetingWith(LOGIN, needed, LANE)!;
  expect(Buffer.from(greeting.bytes).toString()).toBe("LOGINonetwo");
  expect(greeting.replies).toBe(4);
  expect(greeting.refusal(new Uint8Array(0), 0)).toBe("no");
  expect([1, 2, 3].map((index) => greeting.refusal(new Uint8Array(0), index))).toEqual(["", "", ""]);
  expect(needed.map(({ told }) => told)).toEqual([[LANE], [LANE]]);
});

test("greetingWith leaves out what doesn't fit into one write, and doesn't say that it was told", () => {
  const needed = [preface("one"), preface("x".repeat(65 * 1024)), preface("two")];
  const greeting = greetingWith(null, needed, LANE)!;
  expect(Buffer.from(greeting.bytes).toString()).toBe("one");
  expect(greeting.replies).toBe(1);
  expect(needed.map(({ told }) => told.length)).toEqual([1, 0, 0]);
});
