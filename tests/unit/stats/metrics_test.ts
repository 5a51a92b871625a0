/** Every metric is declared as Prometheus' conventions want it, and nutcracker's are all there in their order. */
import { describe, expect, test } from "bun:test";
import {
  INSTANCE_METRICS,
  type Metric,
  POOL_METRICS,
  PROCESS_METRICS,
  SERVER_METRICS,
} from "../../../src/stats/mod.ts";

const SCOPES = { INSTANCE_METRICS, PROCESS_METRICS, POOL_METRICS, SERVER_METRICS };
const ALL = Object.entries(SCOPES).flatMap(([scope, metrics]) =>
  Object.entries<Metric>(metrics).map(([name, metric]) => ({ scope, name, ...metric }))
);

describe("declared metrics", () => {
  test.each(ALL)(
    "$scope.$name has a name of its kind in Prometheus",
    ({ prometheus, kind, name, help, scale }) => {
      expect(prometheus).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(prometheus.endsWith("_total")).toBe(kind === "counter");
      if (scale !== 1) expect(help).not.toMatch(/µs|ms/);
      if (name.endsWith("_bytes")) expect(prometheus).toMatch(/_bytes(_total|_limit)?$/);
    },
  );

  test("of one name in Prometheus differ in their labels and in nothing else", () => {
    const byName = Map.groupBy(ALL, ({ prometheus }) => prometheus);
    for (const [name, same] of byName) {
      const shapes = same.map(({ scope, kind, help, labels }) => [scope, kind, help, Object.keys(labels)]);
      const labels = new Set(same.map(({ labels }) => JSON.stringify(labels)));
      expect({ name, shapes: [...new Set(shapes.map(String))].length, labels: labels.size })
        .toEqual({ name, shapes: 1, labels: same.length });
    }
  });

  test("have nutcracker's in nutcracker's order", () => {
    const of = (metrics: Readonly<Record<string, Metric>>) =>
      Object.entries(metrics).filter(([, { nutcracker }]) => nutcracker).map(([name]) => name).join(" ");
    expect(of(INSTANCE_METRICS)).toBe("total_connections curr_connections");
    expect(of(POOL_METRICS)).toBe(
      "client_eof client_err client_connections server_ejects forward_error fragments",
    );
    expect(of(SERVER_METRICS)).toBe(
      "server_eof server_err server_timedout server_connections server_ejected_at requests request_bytes " +
        "responses response_bytes in_queue in_queue_bytes out_queue out_queue_bytes",
    );
  });
});
