import { expect, test } from "bun:test";
import { mapTable, SeatTable } from "../../../../src/control/crew/seat_table.ts";
import { ALL_POOLS, Seats } from "../../../../src/proxy/seats.ts";
import { eventually } from "../../../support/eventually.ts";
import { openFiles } from "../../../support/open_files.ts";

const SEATS = new URL("../../../../src/proxy/seats.ts", import.meta.url).pathname;
const TABLE = new URL("../../../../src/control/crew/seat_table.ts", import.meta.url).pathname;

/** A worker's part, on the third descriptor it is given. */
const CHILD = `
  const { Seats } = await import(${JSON.stringify(SEATS)});
  const { mapTable } = await import(${JSON.stringify(TABLE)});
  const seats = new Seats(mapTable(3), 5);
  console.log(seats.take(7, 2, 0), seats.take(7, 2, 0));
`;

test.skipIf(process.platform !== "linux")("SeatTable is seen by the processes that inherit it", async () => {
  const files = openFiles();
  const table = new SeatTable();
  const own = new Seats(mapTable(table.descriptor), 0);
  own.take(7, 0, 0);
  const child = Bun.spawn([process.execPath, "--no-install", "-e", CHILD], {
    // Nowhere is there a place for a file of it.
    env: { ...process.env, TMPDIR: "/nonexistent" },
    stdio: ["ignore", "pipe", "inherit", table.descriptor],
  });
  expect((await child.stdout.text()).trim()).toBe("true false");
  expect([own.taken(7), own.taken(ALL_POOLS)]).toEqual([2, 2]);
  table.clear(5);
  expect([own.taken(7), own.taken(ALL_POOLS)]).toEqual([1, 1]);
  table.close();
  table.close();
  await eventually("nothing is left open", () => openFiles() <= files);
});
