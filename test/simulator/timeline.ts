import type { components } from "@octokit/openapi-types";
import { evaluate, fillTemplate } from "./expression.ts";
import { type Combination, combine, cut, nameJob } from "./matrix.ts";
import { nameStep } from "./step-names.ts";
import type { Workflow, WorkflowJob } from "./workflow.ts";
import type { ZippedFile } from "./zip.ts";

type Schemas = components["schemas"];
/** The words that a job's conclusion can be in GitHub's schema. */
export type JobConclusion = NonNullable<Schemas["job"]["conclusion"]>;

/** How one job goes; what is left out follows the run's behaviour. Durations in milliseconds. */
export interface JobBehaviour {
  /** Shown name, literally: `caller / called` for a reusable workflow's job. */
  name?: string;
  /** Names of its own steps, literally. */
  steps?: string[];
  /** When it shows in the list, from the run's creation (default: at once, or when its needs have ended). */
  appearsAfterMs?: number;
  /** How long its own concurrency group lets others go first, once its needs have ended. */
  pendingMs?: number;
  /** How long it waits for an approval of its environment, after that. */
  waitingMs?: number;
  queuedMs?: number;
  /** From its start to its end. */
  durationMs?: number;
  conclusion?: JobConclusion;
  /** No runner takes it: it ends after `queuedMs` without a step, as `cancelled` unless said otherwise. */
  neverStarts?: boolean;
  /** The step that fails; the job's conclusion is then `failure` unless said otherwise. */
  failedStep?: string;
  /** The lines that its failed step prints. */
  log?: string[];
  /** From its end until its log is there (0). */
  logLagMs?: number;
  /** What its steps mark in files. */
  annotations?: { path: string; line: number; level: "notice" | "warning" | "failure"; message: string }[];
}

/** What a run leaves under a name: a file as it is (`text`, `bytes`), or files in a zip. */
export interface ArtifactBehaviour {
  name: string;
  text?: string;
  bytes?: Uint8Array;
  files?: readonly ZippedFile[];
  /** From the attempt's start until it is uploaded, and listed at once (its end). */
  uploadedAfterMs?: number;
  /** What the list says, where that is not so. */
  sizeBytes?: number;
  digest?: string;
  /** GitHub has it no more. */
  expired?: boolean;
}

/** How a run goes. Durations in milliseconds. */
export interface Behaviour {
  /** Until lists show it (1500). */
  visibleAfterMs?: number;
  /** Until `GET …/runs/{id}` knows it (as `visibleAfterMs`). */
  freshRun404Ms?: number;
  /** Statuses played first. `waiting` shows the jobs, waiting; all other words show no jobs yet. */
  statuses?: { status: string; forMs: number }[];
  /** Until a runner takes a job (2000). */
  queuedMs?: number;
  /** How long a started job shows only `Set up job` (1000). */
  setupMs?: number;
  /** How long each step takes (2000). */
  stepMs?: number;
  /** By the job's id in the workflow. */
  jobs?: Record<string, JobBehaviour>;
  /** Of the run; without it, it follows from the jobs. Null: completed without one. */
  conclusion?: string | null;
  /** No job is ever made: the run ends after `statuses` and `queuedMs` (then 0), as `startup_failure` unless said otherwise. */
  zeroJobs?: boolean;
  /** The environment that pending_deployments names while the run waits (else the jobs' own). */
  environment?: string;
  /** Logins of those who may approve it. */
  reviewers?: string[];
  /** Minutes that it waits from the run's start. */
  waitTimerMin?: number;
  /** Runs that GitHub starts besides, for the same event. */
  duplicates?: number;
  /** What a cancellation does; forced, it always works. */
  cancel?: "works" | "409" | "ignored";
  /** From the cancellation to the end (2000). */
  cancelTakesMs?: number;
  /** Its jobs come without `steps`, which no description promises. */
  omitsSteps?: boolean;
  /** What it leaves. */
  artifacts?: ArtifactBehaviour[];
  /** How its further attempts go; without one, as the attempt before. */
  reruns?: Behaviour[];
  /** From the asking for a further attempt until the run shows it (2000). */
  rerunLagMs?: number;
  /** How many further attempts GitHub allows (50). */
  mostReruns?: number;
  /** Shows the run's path as `.github/workflows/x.yml@refs/heads/main`. */
  pathWithRef?: boolean;
}

/** A step, planned. Times in milliseconds from the attempt's start. */
export interface PlannedStep {
  /** From just before it runs. */
  name: string;
  /** Until then, where the name needs what is not known before. */
  source?: string;
  startMs: number;
  endMs: number;
  conclusion: "success" | "failure" | "skipped" | "cancelled";
}

/** A job, planned. Times in milliseconds from the attempt's start. */
export interface PlannedJob {
  name: string;
  environment: string | undefined;
  /** Its own concurrency group. */
  group: string | undefined;
  appearsMs: number;
  /** Meanwhile its concurrency group lets others go first. */
  pending: { fromMs: number; toMs: number };
  /** Until then it waits for approval. */
  readyMs: number;
  startMs: number;
  setupEndMs: number;
  endMs: number;
  conclusion: JobConclusion;
  steps: PlannedStep[];
  log?: JobBehaviour["log"];
  logLagMs?: JobBehaviour["logLagMs"];
  annotations?: JobBehaviour["annotations"];
}

/** What will happen to an attempt if nobody interferes. Times in milliseconds from its start. */
export interface Timeline {
  statuses: { status: string; fromMs: number; toMs: number }[];
  jobs: PlannedJob[];
  endMs: number;
  conclusion: string | null;
}

/** What a runner knows besides: as much as a name here may speak of. A secret is masked wherever it shows. */
const ofTheRunner = {
  steps: {},
  job: { status: "success" },
  runner: { os: "Linux", arch: "X64", name: "GitHub Actions 1" },
  secrets: {},
};

/** Plans an attempt. Names of jobs are evaluated here, once, as GitHub does when it makes the run. */
export function planTimeline(
  workflow: Workflow,
  contexts: Record<"github" | "inputs" | "vars", unknown>,
  behaviour: Behaviour,
): Timeline {
  let begunMs = 0;
  const statuses = (behaviour.statuses ?? []).map(({ status, forMs }) => {
    const fromMs = begunMs;
    begunMs += forMs;
    return { status, fromMs, toMs: begunMs };
  });
  if (behaviour.zeroJobs) {
    const conclusion = behaviour.conclusion === undefined ? "startup_failure" : behaviour.conclusion;
    return { statuses, jobs: [], endMs: begunMs + (behaviour.queuedMs ?? 0), conclusion };
  }
  for (const id of Object.keys(behaviour.jobs ?? {})) {
    if (!workflow.jobs.some((job) => job.id === id)) throw new Error(`behaviour: no job ${id} in ${workflow.name}`);
  }
  const shownMs = statuses.find(({ status }) => status === "waiting")?.fromMs ?? begunMs;
  const planned = new Map<string, PlannedJob[]>();
  while (planned.size < workflow.jobs.length) {
    const job = workflow.jobs.find(({ id, needs }) => !planned.has(id) && needs.every((need) => planned.has(need)));
    if (!job) throw new Error(`${workflow.name}: jobs need each other in a circle`);
    const needs = job.needs.flatMap((need) => planned.get(need) ?? []);
    const readyMs = Math.max(begunMs, ...needs.map(({ endMs }) => endMs));
    const never = job.when === "never" || !holds(job.condition, { ...contexts, needs: {} });
    const skipped = never || (job.when !== "always" && needs.some(({ conclusion }) => conclusion !== "success"));
    const names = { ...contexts, needs: {}, strategy: {} };
    planned.set(
      job.id,
      // GitHub names a skipped job before it makes its matrix.
      combine(skipped ? undefined : job.matrix, names).flatMap((combination, index, { length }) => {
        const shown = { shownMs: needs.length > 0 ? readyMs : shownMs, readyMs, skipped };
        const inJob = { ...names, strategy: { "job-index": index, "job-total": length } };
        const planned = planJob(workflow, job, combination, inJob, behaviour, shown);
        if (job.handed === undefined || skipped || behaviour.jobs?.[job.id]?.name !== undefined) return [planned];
        return job.called
          ? planCalled(job, job.called, planned.name, { ...inJob, matrix: combination.values }, behaviour, readyMs)
          : [{ ...planned, name: `${planned.name} / called` }];
      }),
    );
  }
  const jobs = workflow.jobs.flatMap(({ id }) => planned.get(id) ?? []);
  const conclusion = behaviour.conclusion === undefined ? conclusionOf(jobs) : behaviour.conclusion;
  return { statuses, jobs, endMs: Math.max(...jobs.map(({ endMs }) => endMs)), conclusion };
}

/** The jobs of a reusable workflow, called `caller / called`. It knows its own inputs, and nothing of the caller's job. */
function planCalled(
  { handed = {} }: WorkflowJob,
  called: Workflow,
  caller: string,
  inJob: Record<string, unknown>,
  { statuses: _, jobs: __, ...pace }: Behaviour,
  readyMs: number,
): PlannedJob[] {
  const inputs = Object.entries(called.workflowCall?.inputs ?? {}).map(([name, { type, default: otherwise = "" }]) => {
    const value = handed[name] === undefined ? otherwise : fillTemplate(String(handed[name]), inJob);
    return [name, type === "boolean" ? value === "true" : type === "number" ? Number(value) : value];
  });
  const { github, vars } = inJob;
  const { jobs } = planTimeline(called, { github, vars, inputs: Object.fromEntries(inputs) }, pace);
  return jobs.map((job) => ({ ...later(job, readyMs), name: `${caller} / ${job.name}` }));
}

function later(job: PlannedJob, byMs: number): PlannedJob {
  const { appearsMs, pending, readyMs, startMs, setupEndMs, endMs, steps } = job;
  return {
    ...job,
    appearsMs: appearsMs + byMs,
    pending: { fromMs: pending.fromMs + byMs, toMs: pending.toMs + byMs },
    readyMs: readyMs + byMs,
    startMs: startMs + byMs,
    setupEndMs: setupEndMs + byMs,
    endMs: endMs + byMs,
    steps: steps.map((step) => ({ ...step, startMs: step.startMs + byMs, endMs: step.endMs + byMs })),
  };
}

function holds(condition: string, contexts: Record<string, unknown>): boolean {
  return condition === "" || evaluate(`(${condition}) && 'yes' || ''`, contexts).coerceString() === "yes";
}

/** What a run's conclusion is when its jobs have these. */
export function conclusionOf(jobs: readonly { conclusion: JobConclusion | null }[]): string {
  const has = (word: JobConclusion) => jobs.some(({ conclusion }) => conclusion === word);
  if (has("failure") || has("timed_out")) return "failure";
  if (has("cancelled")) return "cancelled";
  return jobs.every(({ conclusion }) => conclusion === "skipped") ? "skipped" : "success";
}

function planJob(
  workflow: Workflow,
  job: WorkflowJob,
  combination: Combination,
  inRun: Record<string, unknown>,
  behaviour: Behaviour,
  { shownMs, readyMs, skipped }: { shownMs: number; readyMs: number; skipped: boolean },
): PlannedJob {
  const own = behaviour.jobs?.[job.id] ?? {};
  const contexts = { ...inRun, matrix: combination.values };
  const name = own.name === undefined ? nameJob(job, combination, inRun, skipped) : cut(own.name);
  const appearsMs = own.appearsAfterMs ?? shownMs;
  const freeMs = Math.max(readyMs, appearsMs);
  if (skipped || own.conclusion === "skipped") {
    const at = { appearsMs: freeMs, readyMs: freeMs, startMs: freeMs, setupEndMs: freeMs, endMs: freeMs };
    const idle = { group: undefined, pending: { fromMs: freeMs, toMs: freeMs } };
    return { name, environment: job.environment, ...idle, ...at, conclusion: "skipped", steps: [] };
  }
  const pending = { fromMs: freeMs, toMs: freeMs + (own.pendingMs ?? 0) };
  const approvedMs = pending.toMs + (own.waitingMs ?? 0);
  const startMs = approvedMs + (own.queuedMs ?? behaviour.queuedMs ?? 2000);
  if (own.neverStarts) {
    const at = { appearsMs, readyMs: approvedMs, startMs: Infinity, setupEndMs: Infinity, endMs: startMs };
    const { conclusion = "cancelled", annotations } = own;
    return { name, environment: job.environment, group: undefined, pending, ...at, conclusion, steps: [], annotations };
  }
  const env = fillEnv(fillEnv({}, workflow.env, contexts), job.env, contexts);
  const titles = job.steps.map((step) =>
    nameStep(step, { ...contexts, ...ofTheRunner, env: fillEnv(env, step.env, contexts) }),
  );
  const names = own.steps ?? titles.map(({ atStart }) => atStart);
  const sources = own.steps ?? titles.map(({ atSetUp }) => atSetUp);
  const conclusion = own.conclusion ?? (own.failedStep === undefined ? "success" : "failure");
  if (own.failedStep !== undefined && !names.includes(own.failedStep)) {
    throw new Error(`behaviour: job ${job.id} has no step "${own.failedStep}", it has ${JSON.stringify(names)}`);
  }
  // A job that does not succeed does so in the step that is named, else in its last.
  const lastRun = own.failedStep === undefined ? names.length - 1 : names.indexOf(own.failedStep);
  const setupMs = Math.min(behaviour.setupMs ?? 1000, own.durationMs ?? Infinity);
  const stepMs =
    own.durationMs === undefined ? (behaviour.stepMs ?? 2000) : (own.durationMs - setupMs) / Math.max(lastRun + 1, 1);
  const setupEndMs = startMs + setupMs;
  let atMs = setupEndMs;
  const steps: PlannedStep[] = [
    { name: "Set up job", startMs, endMs: setupEndMs, conclusion: "success" },
    ...names.map((step, index): PlannedStep => {
      const stepStartMs = atMs;
      const source = sources[index] ?? step;
      if (index > lastRun) return { name: source, startMs: atMs, endMs: atMs, conclusion: "skipped" };
      atMs += stepMs;
      const bad = index === lastRun && conclusion !== "success" && conclusion !== "neutral";
      const ending = conclusion === "cancelled" || conclusion === "timed_out" ? "cancelled" : "failure";
      return { name: step, source, startMs: stepStartMs, endMs: atMs, conclusion: bad ? ending : "success" };
    }),
  ];
  const endMs = own.durationMs === undefined ? atMs : startMs + own.durationMs;
  steps.push({ name: "Complete job", startMs: endMs, endMs, conclusion: "success" });
  const times = { appearsMs, pending, readyMs: approvedMs, startMs, setupEndMs, endMs };
  const { log, logLagMs = 0, annotations } = own;
  const group = job.concurrency && fillTemplate(job.concurrency.group, contexts).toLowerCase();
  const where = { name, environment: job.environment, group };
  const planned = { ...where, ...times, conclusion, steps, log, logLagMs, annotations };
  return job.timeoutMs === undefined ? planned : cutOff(planned, job.timeoutMs);
}

/** What goes on for longer than `timeout-minutes` ends as cancelled, with the reason as an annotation. */
function cutOff(job: PlannedJob, timeoutMs: number): PlannedJob {
  const endMs = job.startMs + timeoutMs;
  if (job.endMs <= endMs) return job;
  const steps = job.steps.map((step): PlannedStep => {
    if (step.endMs <= endMs && step.name !== "Complete job") return step;
    if (step.startMs >= endMs && step.name !== "Complete job") {
      return { ...step, name: step.source ?? step.name, startMs: endMs, endMs, conclusion: "skipped" };
    }
    return step.startMs < endMs
      ? { ...step, endMs, conclusion: "cancelled" }
      : { ...step, startMs: endMs, endMs, conclusion: "success" };
  });
  // The words are GitHub's, of 2026: `1h0m0s`, `45m0s`.
  const [hours, minutes] = [Math.floor(timeoutMs / 3_600_000), Math.floor(timeoutMs / 60_000) % 60];
  const seconds = Math.floor(timeoutMs / 1000) % 60;
  const took = `${hours > 0 ? `${hours}h` : ""}${minutes}m${seconds}s`;
  const annotations = [
    ...(job.annotations ?? []),
    ...[`The job has exceeded the maximum execution time of ${took}`, "The operation was canceled."].map((message) => ({
      path: ".github",
      line: 1,
      level: "failure" as const,
      message,
    })),
  ];
  return { ...job, endMs, conclusion: "cancelled", steps, annotations };
}

function fillEnv(
  outer: Record<string, string>,
  env: Record<string, string>,
  contexts: Record<string, unknown>,
): Record<string, string> {
  const filled = Object.entries(env).map(([key, text]) => [key, fillTemplate(text, { ...contexts, env: outer })]);
  return { ...outer, ...Object.fromEntries(filled) };
}
