import type { components } from "@octokit/openapi-types";
import type { Behaviour, JobConclusion, PlannedJob, Timeline } from "./timeline.ts";

type Schemas = components["schemas"];
type Step = NonNullable<Schemas["job"]["steps"]>[number];

/** One attempt of a run. Nothing in it changes by itself: what it is like follows from the time of asking. */
export interface Attempt {
  number: number;
  /** Server's epoch milliseconds, as all times here. */
  startedMs: number;
  /** Until then its concurrency group lets others go first. */
  turnMs: number;
  timeline: Timeline;
  behaviour: Behaviour;
  /** Ids of the timeline's jobs, in their order. */
  jobIds: number[];
  /** Of a run whose failed jobs alone were run again: the jobs of the attempt before it that it shows as well. */
  kept?: { attempt: Attempt; names: ReadonlySet<string> };
  cancelRequestedMs?: number;
  /** When the cancellation has taken effect; none if it was ignored. */
  cancelledMs?: number;
}

export interface Run {
  id: number;
  number: number;
  /** Of the workflow, without folder. */
  file: string;
  /** `run-name`, or else the workflow's name. */
  name: string;
  displayTitle: string;
  event: string;
  ref: { name: string; full: string; sha: string };
  actor: string;
  /** What the caller sent with the event. */
  payload: Record<string, unknown>;
  inputs: Record<string, unknown>;
  /** A fork; undefined: its own repository. */
  headRepository: string | undefined;
  /** Numbers of those that it lists. */
  pullRequests: readonly number[];
  contexts: Record<"github" | "inputs" | "vars", unknown>;
  createdMs: number;
  /** From when on lists show it. */
  listedMs: number;
  /** From when on it can be asked for by its id. */
  knownMs: number;
  attempts: Attempt[];
}

export interface JobState {
  id: number;
  name: string;
  environment: string | undefined;
  /** Its own concurrency group. */
  group: string | undefined;
  status: Schemas["job"]["status"];
  conclusion: JobConclusion | null;
  createdMs: number;
  startedMs: number;
  completedMs: number | undefined;
  steps: Step[];
}

export interface AttemptState {
  status: string;
  conclusion: string | null;
  updatedMs: number;
  jobs: JobState[];
}

/** What the attempt is like at this moment. */
export function attemptAt(attempt: Attempt, nowMs: number): AttemptState {
  const { timeline, startedMs } = attempt;
  const atMs = nowMs - startedMs;
  const cancelled = attempt.cancelledMs !== undefined && attempt.cancelledMs - startedMs < timeline.endMs;
  const endMs = cancelled ? (attempt.cancelledMs ?? 0) - startedMs : timeline.endMs;
  const word = timeline.statuses.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.status;
  const jobs = timeline.jobs.flatMap((job, index) => {
    // A job that would have come after the end never comes.
    if (atMs < job.appearsMs || (cancelled && job.appearsMs >= endMs)) return [];
    const stopMs = cancelled && job.endMs > endMs ? endMs : undefined;
    return [jobAt(job, attempt.jobIds[index] ?? 0, startedMs, atMs, stopMs, word)];
  });
  const moments = [0, endMs, ...timeline.statuses.map(({ toMs }) => toMs)];
  for (const { appearsMs, pending, readyMs, startMs, endMs: jobEndMs } of timeline.jobs) {
    moments.push(appearsMs, pending.toMs, readyMs, startMs, jobEndMs);
  }
  const lastMs = Math.max(0, ...moments.filter((moment) => moment <= Math.min(atMs, endMs)));
  const state = { updatedMs: startedMs + lastMs, jobs };
  if (atMs >= endMs) {
    return { ...state, status: "completed", conclusion: cancelled ? "cancelled" : timeline.conclusion };
  }
  return { ...state, status: word ?? statusOf(jobs), conclusion: null };
}

/** Says whether the run as a whole waits in its concurrency group, and not just a job of it in one of the job's own. */
export function waitsForItsTurn({ status, jobs }: Pick<AttemptState, "status" | "jobs">): boolean {
  return status === "pending" && !jobs.some((job) => job.status === "pending");
}

function statusOf(jobs: readonly JobState[]): string {
  const some = (status: JobState["status"]) => jobs.some((job) => job.status === status);
  if (some("in_progress")) return "in_progress";
  if (some("waiting")) return "waiting";
  if (some("pending")) return "pending";
  return jobs.some(({ status, conclusion }) => status === "completed" && conclusion !== "skipped")
    ? "in_progress"
    : "queued";
}

function jobAt(
  job: PlannedJob,
  id: number,
  originMs: number,
  atMs: number,
  stopMs: number | undefined,
  word: string | undefined,
): JobState {
  const stopped = stopMs !== undefined && atMs >= stopMs;
  const endMs = stopped ? stopMs : job.endMs;
  const completed = atMs >= endMs;
  const started = job.startMs <= Math.min(atMs, endMs) && job.conclusion !== "skipped";
  const createdMs = originMs + job.appearsMs;
  const common = { id, name: job.name, environment: job.environment, group: job.group, createdMs };
  // GitHub's schema wants a start even of a job that has not started: it shows its creation.
  const startedMs = started ? originMs + job.startMs : createdMs;
  if (completed) {
    const conclusion = stopped ? "cancelled" : job.conclusion;
    return {
      ...{ ...common, status: "completed", conclusion, startedMs, completedMs: originMs + endMs },
      // Most who ask what a job is like do not ask for its steps.
      get steps() {
        return started ? stepsAt(job, originMs, endMs, stopped) : [];
      },
    };
  }
  const open = { ...common, conclusion: null, startedMs, completedMs: undefined };
  if (started) {
    return {
      ...{ ...open, status: "in_progress" },
      get steps() {
        return stepsAt(job, originMs, atMs, false);
      },
    };
  }
  if (word === undefined && job.pending.fromMs <= atMs && atMs < job.pending.toMs) {
    return { ...open, status: "pending", steps: [] };
  }
  const waits = atMs < job.readyMs && (word === undefined || word === "waiting");
  return { ...open, status: waits ? "waiting" : "queued", steps: [] };
}

function stepsAt(job: PlannedJob, originMs: number, atMs: number, stopped: boolean): Step[] {
  // The runner evaluates the steps' names: before it is set up, nobody knows them.
  const shown = atMs < job.setupEndMs ? job.steps.slice(0, 1) : job.steps;
  return shown.map(({ name, source = name, startMs, endMs, conclusion }, index): Step => {
    // A step that never begins keeps the name that it had at set-up.
    const isNamed = stopped ? startMs < atMs : startMs <= atMs;
    const step = { name: isNamed ? name : source, number: index + 1 };
    if (endMs <= atMs) {
      const times = { started_at: toIso(originMs + startMs), completed_at: toIso(originMs + endMs) };
      return { ...step, status: "completed", conclusion, ...times };
    }
    if (stopped) {
      const times = {
        started_at: toIso(originMs + Math.min(startMs, atMs)),
        completed_at: toIso(originMs + atMs),
      };
      return { ...step, status: "completed", conclusion: startMs < atMs ? "cancelled" : "skipped", ...times };
    }
    if (startMs <= atMs) {
      const times = { started_at: toIso(originMs + startMs), completed_at: null };
      return { ...step, status: "in_progress", conclusion: null, ...times };
    }
    return { ...step, status: "queued", conclusion: null, started_at: null, completed_at: null };
  });
}

/** GitHub's form of a time: whole seconds, cut off. */
export function toIso(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
