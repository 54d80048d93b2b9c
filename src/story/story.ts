/** What the parts of the story share: the inputs, the edges, and what is known so far. */

import { type Persist, patience } from "../asking/retry.ts";
import type { Plan } from "../dispatch/plan.ts";
import type { Clock } from "../edges/clock.ts";
import type { Log } from "../edges/log.ts";
import type { Candidate } from "../find/candidates.ts";
import type { Id, Run } from "../github/answers.ts";
import type { GitHub } from "../github/api.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Known, outputsOf } from "./report.ts";
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
  /** Whether everybody can read the caller's log. */
  callerIsPublic: boolean;
  /** REST root of the caller's own server. */
  callerApiUrl: string;
  /** A proxy variable is set. */
  hasProxy: boolean;
}

export interface Story extends Edges {
  readonly inputs: Inputs;
  readonly persist: Persist;
  readonly known: Readonly<Known>;
  /** Adds to what is known; the outputs tell it at once, whatever happens next. */
  learn(more: Partial<Known>): void;
  /** The runs that may be ours, with what their jobs have shown so far. */
  readonly candidates: Map<Id, Candidate>;
  /** The plan, once it is made. */
  plan?: Plan;
  /** The repository's recent runs, as last listed, newest first. */
  recentRuns?: readonly Run[];
  /** When the search for the run has to end, by the clock: `find_timeout_seconds` after the first sending. */
  findDeadlineMs: number;
}

export function beginStory(inputs: Inputs, edges: Edges): Story {
  const { key, value } = inputs.distinctId;
  const known: Known = { distinctId: key === undefined || inputs.isDryRun ? "" : value };
  const learn = (more: Partial<Known>) => {
    edges.setOutputs(outputsOf(Object.assign(known, more)));
    edges.saveTrace(traceOf(known));
  };
  learn({});
  const findDeadlineMs = edges.clock.nowMs() + inputs.findTimeoutMs;
  return { ...edges, inputs, persist: patience(edges), known, learn, candidates: new Map(), findDeadlineMs };
}
