/** `/reload` and `/drain`: the configuration anew, and the end. */
import type { Instance } from "../../control/instance.ts";
import { CHANGE } from "../change.ts";
import { json, type Route, route } from "../route.ts";

/** The routes that an operator would otherwise send a signal for. */
export function lifecycleRoutes(instance: Instance): Route[] {
  return [
    route({
      method: "post",
      path: "/reload",
      id: "reload",
      access: "write",
      summary: "Read the configuration file again, as SIGHUP does.",
      description:
        "All or nothing: when the file has a fault, nothing changes, and the message has every fault on a line.",
      answer: json(CHANGE, "It is in force."),
      refuses: [400, 409],
      handle: () => instance.reload(),
    }),
    route({
      method: "post",
      path: "/drain",
      id: "drain",
      access: "write",
      summary: "Accept no more clients, let those there are finish, and end, as SIGTERM does.",
      answer: json(CHANGE, "It has begun.", 202),
      refuses: [409],
      handle: () => instance.drain(),
    }),
  ];
}
