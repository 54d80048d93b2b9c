/** What the parts of the story share: the world outside, the inputs, and a way to make known what is learnt. */

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
  /** The API of the caller's repository, with a token of its own; undefined where nothing is asked there. */
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
  /** Makes known what was learnt: at once, so that outputs and `post` step have it whatever happens next. */
  learn(more: Partial<Known>): void;
}

/** Begins the story. `known` is what it has learnt so far, which only the report of its end reads. */
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
