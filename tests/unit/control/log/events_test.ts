import { expect, test } from "bun:test";
import { EVENTS, LEVEL_NAMES } from "../../../../src/control/log/events.ts";

test("EVENTS has names of one form, levels of the scale, and sentences", () => {
  for (const [name, { level, meaning }] of Object.entries(EVENTS)) {
    expect(name).toMatch(/^[a-z_]+(\.[a-z_]+)?$/);
    expect(LEVEL_NAMES).toHaveProperty(String(level));
    expect(meaning).toMatch(/^[A-Z].*[^.]\.$/);
  }
});
