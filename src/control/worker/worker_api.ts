/** What a supervisor and its workers ask of each other, within one process or between two. */
import type {
  ClientDescription,
  Facts,
  InstanceAnswers,
  InstanceClients,
  PoolCommands,
  ProxyEvent,
} from "../../proxy/mod.ts";
import type { HotKey, SlowRequest, WorkerFigures } from "../../stats/mod.ts";
import type { Plan, SocketOffer, Verdict } from "./plan.ts";
import type { MethodNames } from "../crew/remote_calls.ts";

/** What a worker does for its supervisor. What is said of clients concerns its own. */
export interface WorkerApi extends InstanceClients {
  /** Gets everything ready that the plan needs and that may fail; changes nothing. Errors: what can't be done. */
  prepare(plan: Plan, sockets: readonly SocketOffer[]): Promise<void>;
  /** Carries out what was prepared. */
  commit(): Promise<void>;
  /** Forgets what was prepared. */
  abort(): Promise<void>;
  /** Takes servers into the ring, or out of it. */
  route(verdict: Verdict): Promise<void>;
  figures(): Promise<WorkerFigures>;
  slowLog(): Promise<SlowRequest[]>;
  /** Forgets the slow requests of a pool, or of all with null. */
  resetSlowLog(pool: string | null): Promise<void>;
  hotKeys(): Promise<HotKey[]>;
  /** Of its Redis pools. */
  commands(): Promise<PoolCommands[]>;
  clients(): Promise<ClientDescription[]>;
  /** Whether there was such a client. */
  killClient(id: number): Promise<boolean>;
  /** Stops accepting, and sees clients off over `graceMs`; done when the last one is gone. */
  drain(graceMs: number): Promise<void>;
}

/** What a supervisor does for a worker. What is said of clients concerns those of all workers. */
export interface SupervisorApi extends InstanceAnswers, InstanceClients {
  /** Something an operator may want to know. */
  report(event: ProxyEvent, facts: Facts): void;
  /** A server failed `streak` times in a row as this worker sees it. */
  serverFailed(pool: string, server: string, reason: string, streak: number): void;
  /** A server that failed is connected again. */
  serverReady(pool: string, server: string): void;
  /** A cluster seems to be laid out otherwise; the node of this name should know, where one is named. */
  layoutDoubted(pool: string, node: string): void;
}

const CLIENT_METHODS = [
  "clientsOf",
  "killClients",
  "pauseClients",
  "resumeClients",
  "unblockClient",
  "wantMonitorLines",
  "passMonitorLines",
] as const;

/** `WorkerApi`'s methods, for calls from afar. */
export const WORKER_METHODS: MethodNames<WorkerApi> = {
  asked: [
    "prepare",
    "commit",
    "abort",
    "route",
    "figures",
    "slowLog",
    "resetSlowLog",
    "hotKeys",
    "commands",
    "clients",
    "killClient",
    "drain",
    ...CLIENT_METHODS,
  ],
  told: [],
};

/** `SupervisorApi`'s methods. */
export const SUPERVISOR_METHODS: MethodNames<SupervisorApi> = {
  asked: ["instanceFigures", "instanceSlowLog", "resetInstanceSlowLog", ...CLIENT_METHODS],
  told: ["report", "serverFailed", "serverReady", "layoutDoubted"],
};
