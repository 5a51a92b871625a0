/** How figures are shown over HTTP and on nutcracker's statistics port. */
import { hostname } from "node:os";
import type { Renderings } from "../admin/mod.ts";
import { renderNutcracker, renderPrometheus } from "../stats/mod.ts";

/** The renderings of `stats/`. */
export const RENDERINGS: Renderings = {
  nutcracker: (figures) => JSON.stringify(renderNutcracker(figures, hostname())),
  prometheus: renderPrometheus,
};
