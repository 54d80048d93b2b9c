/** What all parts of a step share: its dependencies, its inputs, and a way to record results. */

import type { GitHub } from "../github/api.ts";
import type { Run } from "../github/responses.ts";
import { makeRetry, type Retry } from "../github/retry.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import type { Known } from "./known.ts";
import { postStateOf } from "./post-state.ts";
import { outputsOf } from "./step-outputs.ts";

/** Whether the caller's log may show the target's job logs: a public log must not disclose them (docs/design.md#failing). */
export function mayShowJobLogs({ isPrivate }: Run, { inputs, callerIsPublic, callerApiUrl }: Context): boolean {
  const isRequested = (inputs.failedLogLines ?? 0) > 0;
  // A repository that is public on another server may be so only for those who can reach that server.
  const isPublic = isPrivate === false && inputs.target.apiUrl === callerApiUrl;
  return !callerIsPublic || isPublic || isRequested;
}

/** What the step and its `post` step have both. */
interface Edges {
  github: GitHub;
  /** The caller's repository, with a token of its own; undefined where no request goes there. */
  callersGitHub?: GitHub | undefined;
  clock: Clock;
  log: Log;
  /** From 0 to 1. */
  random: () => number;
  /** Aborted with `Cancelled` when the caller cancels the step, or \`fail_fast\` ends it. */
  signal: AbortSignal;
  /** Aborted only when the caller cancels the step; by default, `signal` is. */
  callersSignal?: AbortSignal | undefined;
  /** Of the entry in `targets`, from 0. */
  position?: number | undefined;
  /** One of so many `targets` that the log shows no more than its start and its end. */
  isBrief?: boolean | undefined;
}

export interface Dependencies extends Edges {
  /** The caller's repository, with `status_token`, for what may have to be read there. */
  openCallersGitHub?: () => Promise<GitHub>;
  /** Called again whenever more is known. */
  setOutputs: (outputs: Record<string, string>) => void;
  /** For the `post` step; called again whenever more is known. */
  savePostState: (postState: string) => void;
  writeSummary: (markdown: string) => void;
  callerIsPublic: boolean;
  callerApiUrl: string;
  /** Whether requests to this address go through a proxy. */
  hasProxyFor(url: string): boolean;
}

/** For parts that the `post` step has as well: it has only those inputs (`Of`) that the step saved. */
export interface SharedContext<Of> extends Edges {
  readonly inputs: Of;
  readonly retry: Retry;
  /** Writes the outputs and the post state at once, so that they hold whatever happens next. */
  record(more: Partial<Known>): void;
}

export interface Context extends Dependencies, SharedContext<Inputs> {}

/** With several refs, what is read and said is about the one that was used. */
export function withUsedRef(context: Context, { dispatch }: Pick<Known, "dispatch">): Context {
  const { source } = context.inputs;
  const isSeveral = source.event !== undefined && source.otherRefs !== undefined;
  return isSeveral && dispatch ? { ...context, inputs: { ...context.inputs, source: dispatch } } : context;
}

/** `known` changes with each `record`; only the final report reads it. */
export function createContext(
  inputs: Inputs,
  dependencies: Dependencies,
): { context: Context; known: Readonly<Known> } {
  const { key, value } = inputs.distinctId;
  const distinctId = key === undefined || inputs.isDryRun ? "" : value;
  const known: Known = { distinctId, isOfJobs: inputs.decidingJobs.length > 0 };
  const { position, github } = dependencies;
  const record = (more: Partial<Known>) => {
    // The `post` step goes on with the rest of many, even of a step that was killed.
    const spent = position === undefined ? {} : { spent: github.limits.budget.spent() };
    dependencies.setOutputs(outputsOf(Object.assign(known, more, spent)));
    dependencies.savePostState(postStateOf(known, inputs));
  };
  record({});
  return { context: { ...dependencies, inputs, retry: makeRetry(dependencies), record }, known };
}
