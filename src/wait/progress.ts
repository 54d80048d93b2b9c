/** Log lines for what has changed between two snapshots of a run (docs/design.md#the-log). */

import { beganAtMs, failedJobs, neverStarted, toneOf } from "../github/conclusions.ts";
import type { DurationEstimate } from "../github/polling.ts";
import type { Job } from "../github/responses.ts";
import type { Log, Tone } from "../runner/log.ts";
import type { QueuePosition } from "../state/known.ts";
import { duration, enumerated, firstLines, spoken } from "../text/wording.ts";
import { waitsForRules } from "./awaited.ts";
import { describeQueuePosition, isSameQueuePosition, queuePositionOf } from "./queue-position.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

export interface Line {
  text: string;
  tone: Tone;
  /** It tells of nothing new. */
  isStill?: true;
}

/** In the order in which it happened. `nowMs` is the server's, in epoch ms. */
export function news(before: RunSnapshot | undefined, now: RunSnapshot, nowMs?: number): Line[] {
  const { run, jobs } = now;
  const isNewAttempt = before !== undefined && run.runAttempt !== before.run.runAttempt;
  const statusBefore = new Map(before?.jobs.map(({ id, status }) => [id, status]));
  const changed = jobs.filter(({ id, status }) => status !== statusBefore.get(id));
  const awaited = enumerated(now.awaitedRules);
  const asksForMore = awaited !== "" && awaited !== enumerated(before?.awaitedRules ?? []);
  const place = queuePositionOf(now);
  const hasMoved = place !== undefined && !isSameQueuePosition(place, before && queuePositionOf(before));
  const movedLine = hasMoved && run.status !== "pending" ? [queuePositionLine(now, place, nowMs)] : [];
  const isStatusNew = run.status !== before?.run.status || (hasMoved && run.status === "pending");
  const hasStatus = isNewAttempt || isStatusNew || (asksForMore && run.status === "waiting");
  const awaitedLine = asksForMore && run.status !== "waiting" && waitsForRules(now) ? [rulesLine(now)] : [];
  return [
    ...(isNewAttempt ? [line(`Attempt ${run.runAttempt} started.`)] : []),
    ...changed.filter(({ status }) => status === "completed").map(endOf),
    ...changed.flatMap((job) => beginningOf(job, now)),
    ...awaitedLine,
    ...movedLine,
    ...(hasStatus ? [statusLine(now, nowMs)] : []),
  ];
}

function beginningOf({ id, name, status }: Job, now: RunSnapshot): Line[] {
  const { run } = now;
  if (status === "in_progress") return [line(`Job ${name} has started.`)];
  if (status === "pending" && run.status !== "pending" && queuePositionOf(now)?.job?.id !== id)
    return [line(`Job ${name} is pending: its concurrency group lets another go first.`, "waiting")];
  if (status !== "waiting" || run.status === "waiting") return [];
  return [line(`Job ${name} is waiting${now.awaitedRules.length > 0 ? "." : ", usually for an approval."}`, "waiting")];
}

/** Of a run that goes on beside the jobs that wait. */
function rulesLine({ run, awaitedRules }: RunSnapshot): Line {
  return line(`The run waits for ${enumerated(awaitedRules)}: ${run.htmlUrl}`, "waiting");
}

/** A log has to stay readable where a matrix of two hundred jobs starts at once. */
const FOLDED_FROM = 8;
/** At one time. */
const MAX_LINES = 100;

/** Folds many lines of jobs, except the bad ones, which nobody should have to unfold. */
export function logLines(lines: readonly Line[], log: Log): void {
  const jobLines = lines.filter(({ text, tone }) => text.startsWith("Job ") && tone !== "bad");
  const folded = jobLines.length >= FOLDED_FROM ? jobLines.map(({ text }) => text) : [];
  if (folded.length > 0) log.group(`${folded.length} jobs progressed.`, firstLines(folded, MAX_LINES, "jobs"));
  const isFolded = new Set(folded.length > 0 ? jobLines : []);
  const open = lines.filter((each) => !isFolded.has(each));
  for (const { text, tone, isStill } of open.slice(0, MAX_LINES)) {
    if (isStill) log.still(text);
    else log.info(text, tone);
  }
  if (open.length > MAX_LINES) log.info(`… and ${open.length - MAX_LINES} more lines like these`, "bad");
}

function line(text: string, tone: Tone = "plain"): Line {
  return { text, tone };
}

function queuePositionLine({ run }: RunSnapshot, place: QueuePosition, nowMs: number | undefined): Line {
  const { job, holder } = place;
  const subject = run.status === "pending" ? "The run is pending" : `Job ${job?.name} is pending`;
  const whose = run.status === "pending" && job ? ` its job ${job.name} is` : "";
  const link = holder.htmlUrl === "" ? "." : `: ${holder.htmlUrl}`;
  return line(`${subject}:${whose} ${describeQueuePosition(place, nowMs)}${link}`, "waiting");
}

function statusLine(snapshot: RunSnapshot, nowMs: number | undefined): Line {
  const { status, conclusion, startedAtMs, createdAtMs, updatedAtMs, htmlUrl } = snapshot.run;
  const awaited = enumerated(snapshot.awaitedRules);
  switch (status) {
    case "completed": {
      const took = after(startedAtMs ?? createdAtMs, updatedAtMs);
      return line(`The run completed: ${conclusion ?? "without a conclusion"}${took}.`, toneOf(conclusion));
    }
    case "waiting": {
      const why = awaited === "" ? ", usually for an approval." : ` for ${awaited}: ${htmlUrl}`;
      return line(`The run is waiting${why}`, "waiting");
    }
    case "pending": {
      const place = queuePositionOf(snapshot);
      if (place) return queuePositionLine(snapshot, place, nowMs);
      return line("The run is pending: its concurrency group lets another run go first.", "waiting");
    }
    case "":
      return line("The run has no status yet.");
    default:
      return line(`The run is ${spoken(status)}.`);
  }
}

function endOf(job: Job): Line {
  const { completedAtMs, name, conclusion, htmlUrl } = job;
  const took = neverStarted(job) ? ", never started" : after(beganAtMs(job), completedAtMs);
  const [failed] = failedJobs([job]);
  const where = failed?.failed_step ? ` in step "${failed.failed_step}"` : "";
  const link = failed && htmlUrl ? `: ${htmlUrl}` : ".";
  return line(`Job ${name}: ${conclusion ?? "completed"}${where}${took}${link}`, toneOf(conclusion));
}

/** Empty where a time is missing, or time seems to run backwards. */
function after(fromMs = Number.NaN, toMs = Number.NaN): string {
  return toMs > fromMs ? ` after ${duration(toMs - fromMs)}` : "";
}

const SHORTEST_SILENCE_MS = 60_000;
const LONGEST_SILENCE_MS = 15 * 60_000;

/** The older the run, the longer the silence may be. */
export function isLineDue(silentMs: number, ageMs: number): boolean {
  return silentMs >= Math.min(Math.max(ageMs / 4, SHORTEST_SILENCE_MS), LONGEST_SILENCE_MS);
}

/** For a time in which nothing changes. `nowMs` is the server's, in epoch ms. */
export function stillRunningLine(snapshot: RunSnapshot, nowMs: number, estimate: DurationEstimate | undefined): Line {
  const { status, startedAtMs, createdAtMs } = snapshot.run;
  const ageMs = nowMs - (startedAtMs ?? createdAtMs);
  const usually = estimate ? ` (usually ${duration(estimate.medianMs)})` : "";
  const still = `Still ${spoken(status) || "running"} after ${duration(ageMs)}`;
  return { ...line(`${still}${usually}${reason(snapshot, nowMs)}.`, "quiet"), isStill: true };
}

function reason(snapshot: RunSnapshot, nowMs: number): string {
  const { run, awaitedRules } = snapshot;
  const place = queuePositionOf(snapshot);
  switch (run.status) {
    case "waiting":
      return awaitedRules.length > 0 ? ` for ${enumerated(awaitedRules)}` : "";
    case "pending":
      return place ? `: ${describeQueuePosition(place, nowMs)}` : ": another run of its concurrency group goes first";
    default:
      return reasonByJobs(snapshot, nowMs);
  }
}

function reasonByJobs(snapshot: RunSnapshot, nowMs: number): string {
  const { run, jobs, awaitedRules } = snapshot;
  const place = queuePositionOf(snapshot);
  const running = jobs.filter(({ status }) => status === "in_progress");
  const queued = jobs.filter(({ status }) => status === "queued").length;
  if (running.length > 0) return `: ${describeRunning(running, nowMs)}${queued > 0 ? `; ${queued} queued` : ""}`;
  if (place?.job) return `: job ${place.job.name} is ${describeQueuePosition(place, nowMs)}`;
  if (awaitedRules.length > 0 && waitsForRules(snapshot)) return `: it waits for ${enumerated(awaitedRules)}`;
  return queued > 0 || run.status === "queued" ? ": no runner has taken a job yet" : "";
}

function describeRunning(running: readonly Job[], nowMs: number): string {
  const named = running.map((job) => {
    const forMs = nowMs - (beganAtMs(job) ?? nowMs);
    return forMs > 0 ? `${job.name} (${duration(forMs)})` : job.name;
  });
  return enumerated(named, 3, ",");
}
