/** How figures become text: the one place where this endpoint meets the renderings of `stats/`. */
import type { InstanceFigures } from "../stats/mod.ts";

/** The renderings of an instance's figures. */
export interface Renderings {
  /** One JSON object in nutcracker's shape. */
  nutcracker(figures: InstanceFigures): string;
  /** Prometheus text format 0.0.4. */
  prometheus(figures: InstanceFigures): string;
}
