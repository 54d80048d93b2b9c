/** What the parts of the story share: the world outside, what was asked for, and a place to tell what is known. */

import { makeRetry, type Retry } from "../asking/retry.ts";
import type { Clock } from "../edges/clock.ts";
import type { Log } from "../edges/log.ts";
import type { GitHub } from "../github/api.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Known } from "./known.ts";
import { outputsOf } from "./outputs.ts";
import { traceOf } from "./trace.ts";

/** The world outside the story. */
export interface Edges {
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
  saveTrace: (trace: string) => void;
  /** Shows Markdown on the page of the caller's run. */
  writeSummary: (markdown: string) => void;
  /** The caller's repository, by a token of its own; undefined where nothing is asked of it. */
  callersGitHub?: GitHub | undefined;
  /** Whether everybody can read the caller's log. */
  callerIsPublic: boolean;
  /** REST root of the caller's own server. */
  callerApiUrl: string;
  /** A proxy variable is set. */
  hasProxy: boolean;
}

export interface Story extends Edges {
  readonly inputs: Inputs;
  /** Asks GitHub until it answers. */
  readonly retry: Retry;
  /** Tells what is known, for the outputs and for the `post` step: at once, whatever happens next. */
  learn(more: Partial<Known>): void;
}

/** Begins the story. `known` is what it has learnt so far; only who tells how it ended reads it. */
export function beginStory(inputs: Inputs, edges: Edges): { story: Story; known: Readonly<Known> } {
  const { key, value } = inputs.distinctId;
  const distinctId = key === undefined || inputs.isDryRun ? "" : value;
  const known: Known = { distinctId, isOfJobs: inputs.decidingJobs.length > 0 };
  const learn = (more: Partial<Known>) => {
    edges.setOutputs(outputsOf(Object.assign(known, more)));
    edges.saveTrace(traceOf(known));
  };
  learn({});
  return { story: { ...edges, inputs, retry: makeRetry(edges), learn }, known };
}
