/** Migration: moving slots between groups. Other folders import from here. */
export type { JobEvent, JobLimits } from "./job_events.ts";
export { isCommitted, isOver, type JobRecord, plannedJob, readJobRecord } from "./job_record.ts";
export { type JobContext, type JobEnd, JobRunner } from "./job_runner.ts";
export type { JobState } from "./job_state.ts";
export { type AgentOptions, ProxyAgent, type SlotPlane } from "./proxy_agent.ts";
export { readTable, SlotKeys, type SlotTable, writeTable } from "./slot_keys.ts";
