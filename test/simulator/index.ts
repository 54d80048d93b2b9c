/** The simulated GitHub: what a test needs of it. */
export type { App, AppOptions } from "./app.ts";
export type { Fault, FaultHook, FaultRequest } from "./faults.ts";
export { type GitHub, type GitHubOptions, type RunTruth, startGitHub } from "./github.ts";
export type { JournalEntry } from "./journal.ts";
export { type EarlyRequest, GITHUBS_LIMITS, type LimitOptions, type Refusal } from "./limits.ts";
export type { RunDetails } from "./routes.ts";
export type { ServerName } from "./servers-table.ts";
export type { ArtifactBehaviour, Behaviour, JobBehaviour, JobConclusion } from "./timeline.ts";
export { type SimulatorClock, VirtualClock } from "./virtual-clock.ts";
export type { BehaviourSource, RepositoryOptions, TokenOptions, Trigger } from "./world.ts";
export { type ZippedFile, zipOf } from "./zip.ts";
