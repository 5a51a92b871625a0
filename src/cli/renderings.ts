/** How figures are shown over HTTP and on nutcracker's statistics port. */
import type { Renderings } from "../admin/mod.ts";

/** The renderings of `stats/`. */
export const RENDERINGS: Renderings = {
  nutcracker: (figures) => JSON.stringify(figures),
  prometheus: () => "",
};
