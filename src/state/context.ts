/** What the parts of the story share: the world outside, the inputs, and a way to make known what is learnt. */

import type { GitHub } from "../github/api.ts";
import type { Run } from "../github/responses.ts";
import { makeRetry, type Retry } from "../github/retry.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import type { Known } from "./known.ts";
import { postStateOf } from "./post-state.ts";
import { outputsOf } from "./step-outputs.ts";

/**
 * Says whether the caller's log may show what the target's jobs print: in a public log everybody could read what only some
 * can read in the target (docs/design.md#failing).
 */
export function mayBeShown({ isPrivate }: Run, { inputs, callerIsPublic, callerApiUrl }: Context): boolean {
  const isAskedFor = (inputs.failedLogLines ?? 0) > 0;
  // What is public on another server may be so only for those who can reach that server.
  const isPublic = isPrivate === false && inputs.target.apiUrl === callerApiUrl;
  return !callerIsPublic || isPublic || isAskedFor;
}

/** The world outside the story. */
export interface Dependencies {
  github: GitHub;
  clock: Clock;
  log: Log;
  /** From 0 to 1. */
  random: () => number;
  /** Aborted with `Cancelled` when the caller cancels the step. */
  signal: AbortSignal;
  /** Sets the step's outputs; called again whenever more is known. */
  setOutputs: (outputs: Record<string, string>) => void;
  /** Saves what the `post` step needs to know; called again whenever more is known. */
  savePostState: (postState: string) => void;
  /** Shows Markdown on the page of the caller's run. */
  writeSummary: (markdown: string) => void;
  /** The API of the caller's repository, with a token of its own; undefined where nothing is asked there. */
  callersGitHub?: GitHub | undefined;
  /** Whether everybody can read the caller's log. */
  callerIsPublic: boolean;
  /** REST root of the caller's own server. */
  callerApiUrl: string;
  /** A proxy variable is set. */
  hasProxy: boolean;
}

export interface Context extends Dependencies {
  readonly inputs: Inputs;
  /** Asks GitHub until it answers. */
  readonly retry: Retry;
  /** Makes known what was learnt: at once, so that outputs and `post` step have it whatever happens next. */
  record(more: Partial<Known>): void;
}

/** Begins the story. `known` is what it has learnt so far, which only the report of its end reads. */
export function createContext(
  inputs: Inputs,
  dependencies: Dependencies,
): { context: Context; known: Readonly<Known> } {
  const { key, value } = inputs.distinctId;
  const distinctId = key === undefined || inputs.isDryRun ? "" : value;
  const known: Known = { distinctId, isOfJobs: inputs.decidingJobs.length > 0 };
  const record = (more: Partial<Known>) => {
    dependencies.setOutputs(outputsOf(Object.assign(known, more)));
    dependencies.savePostState(postStateOf(known));
  };
  record({});
  return { context: { ...dependencies, inputs, retry: makeRetry(dependencies), record }, known };
}
