import { expect, test } from "bun:test";
import { readConfigEpochs, readOwnLine } from "../../../../../src/protocol/redis/cluster/nodes_reply.ts";

const NODES = [
  "bb 10.0.0.2:2@10002 master - 0 1700000000000 2 connected 5461-10922",
  "aa 10.0.0.1:1@10001,host,shard-id=x myself,master - 0 0 1 connected 0-5460 7 9-9 [5->-bb] [11000-<-cc]",
  "",
].join("\n");

test("readOwnLine tells what a node has and what is moving", () => {
  expect(readOwnLine(NODES)).toEqual({
    id: "aa",
    configEpoch: 1,
    slots: [[0, 5460], [7, 7], [9, 9]],
    migrating: new Map([[5, "bb"]]),
    importing: new Map([[11_000, "cc"]]),
  });
});

test("readOwnLine is null when no line is the node's own", () => {
  expect(readOwnLine(NODES.replace("myself,", ""))).toBeNull();
  expect(readOwnLine("")).toBeNull();
});

test("readConfigEpochs tells those of all nodes, and none of what is no such reply", () => {
  expect(readConfigEpochs(NODES)).toEqual(new Map([["bb", 2], ["aa", 1]]));
  expect(readConfigEpochs(7)).toEqual(new Map());
});
