/** What comes late: a step's name, and somebody's approval. Properties 13 and 14. */

import type { RunTruth } from "../../simulator/index.ts";
import { type Ending, endingOf, isReadable, ofStep, shownAtMs } from "./outcome.ts";
import type { Performance, Sighting } from "./performance.ts";
import { isCalm, isToldOf, signMs } from "./rules-of-time.ts";
import { REVIEWERS } from "./target.ts";

/** Many runs at about the same time are not read before all are visible, and then in turn. */
const CROWD_MS = 12_000;

/** Property 13: a name that comes late is seen within a look or two. */
export function lateFinds(performance: Performance): string[] {
  const { schedule, step, signalAtMs } = performance;
  const { course } = schedule;
  const isLate = course.sign === "step" && course.lateBy !== "" && !course.lateJob;
  if (!isLate || !isCalm(performance) || isToldOf(performance) || signalAtMs !== undefined) return [];
  const run = performance.runs.find(({ id }) => String(id) === step.outputs.runId);
  const shownMs = signMs(performance);
  if (!run || shownMs === undefined) return [];
  const seen = looksAt(performance, run, "jobs").find((each) => shownAtMs(each) >= run.createdAtMs + shownMs);
  const lateMs = (seen ? shownAtMs(seen) : performance.endedAtMs) - run.createdAtMs - shownMs;
  // As long as a search has gone on, a twentieth of that is soon enough.
  const pauseMs = Math.min(Math.max(1600, shownMs / 20), schedule.asked.pollS * 1000);
  return lateMs <= pauseMs + CROWD_MS ? [] : [`(13) a step's name was seen ${lateMs} ms after it had come`];
}

/** Property 14: an approval that a run waits for is told, with those who may give it as shown, and asked about once a look. */
export function untoldWaits(performance: Performance): string[] {
  const { schedule, step, broke } = performance;
  if (broke !== undefined) return [];
  const run = performance.runs.find(({ id }) => String(id) === step.outputs.runId);
  const told = JSON.stringify([step, performance.post]);
  const problems: string[] = [];
  const names = REVIEWERS.slice(0, schedule.course.approval.reviewers);
  const mayBeTold = !schedule.asked.callerIsPublic || schedule.server.targetIsPublic;
  const isNamed = REVIEWERS.some((name) => told.includes(name));
  const asked = run ? ofStep(performance).filter(({ kind }) => kind === "deployments") : [];
  const waits = ({ status, jobs }: RunTruth) => status === "waiting" || jobs.some((job) => job.status === "waiting");
  const shown = asked.filter((each) => {
    const truth = isReadable(each) && run && truthOf(each, run, performance);
    return truth && waits(truth);
  });
  if (isNamed && !mayBeTold) problems.push("(14) who may approve is told to everybody");
  if (isNamed && shown.length === 0) problems.push("(14) who may approve is told, and was not shown");
  if (isNamed && !told.includes(`${names.join(" or ")} may approve`))
    problems.push("(14) who may approve is told wrongly");
  if (!run || schedule.asked.waitFor !== "completed") return problems;

  const looks = looksAt(performance, run, "run");
  const lastAtMs = looks.at(-1)?.entry.atMs ?? 0;
  // What the last look has shown may be cut off by the step's end.
  const isPast = (each: Sighting) => each.entry.atMs < lastAtMs;
  const isWaiting = looks.some((each) => isPast(each) && truthOf(each, run, performance)?.status === "waiting");
  if (isWaiting && !/The run is waiting/.test(told)) problems.push("(14) the run was waiting, and that was not told");
  if (mayBeTold && names.length > 0 && shown.some(isPast) && !isNamed) {
    problems.push("(14) who may approve was shown, and is not told");
  }
  return [...problems, ...storms(performance, run), ...wrongBeginnings(performance, run)];
}

/** What was asked about a run's approval although nothing about the run was new. */
function storms(performance: Performance, run: RunTruth): string[] {
  const all = ofStep(performance);
  let isNews = true;
  let wereUnread = false;
  const problems: string[] = [];
  for (const each of all) {
    const { kind, entry } = each;
    if (kind === "deployments" && !isNews) problems.push("(14) asked again who may approve, without news of the run");
    // A stray 401 and an old name are asked about again at once.
    if (kind === "deployments") isNews = [401, 301].includes(entry.status);
    if (kind === "run" && entry.path.endsWith(`/${run.id}`) && entry.status === 200) isNews = true;
    // Jobs that could not be read before are news as well.
    if (kind === "jobs" && wereUnread && isReadable(each)) isNews = true;
    if (kind === "jobs") wereUnread = !isReadable(each);
  }
  return problems;
}

const NOT_BEGUN: readonly Ending[] = ["not begun", "not begun, run cancelled"];
const TIMED_OUT: readonly Ending[] = ["timed out", "timed out, run cancelled"];

/** A run that waits for somebody has not begun, and its error says what it waits for. */
function wrongBeginnings(performance: Performance, run: RunTruth): string[] {
  const { asked } = performance.schedule;
  const { failure = "" } = performance.step;
  const ending = endingOf(performance);
  const seen = (["list", "run", "jobs"] as const)
    .flatMap((kind) => looksAt(performance, run, kind))
    .flatMap((each) => truthOf(each, run, performance) ?? []);
  const isAtWork = ({ status, jobs }: RunTruth) =>
    ["in_progress", "completed"].includes(status) ||
    jobs.some((job) => job.status === "in_progress" || job.status === "completed");
  const isBounded = asked.startTimeoutS > 0 && asked.startTimeoutS < asked.timeoutS;
  if (isBounded && TIMED_OUT.includes(ending) && !seen.some(isAtWork)) {
    return ["(14) waited on after `start_timeout_seconds`, and it was never seen at work"];
  }
  const last = looksAt(performance, run, "run").at(-1);
  const isWaiting = last && truthOf(last, run, performance)?.status === "waiting";
  const isSilent =
    isWaiting &&
    isCalm(performance) &&
    !/it waits for (an approval|the wait timer|a custom protection rule|a protection rule|custom)/.test(failure);
  return NOT_BEGUN.includes(ending) && isSilent
    ? ["(14) not begun, and not said which rule of an environment it waits for"]
    : [];
}

/** What was asked for and came whole, of a run, its jobs, or all runs. */
function looksAt(performance: Performance, { id }: RunTruth, kind: "list" | "run" | "jobs"): Sighting[] {
  const end = { list: "/runs", run: `/runs/${id}`, jobs: `/runs/${id}/jobs` }[kind];
  return ofStep(performance).filter((each) => each.kind === kind && each.entry.path.endsWith(end) && isReadable(each));
}

function truthOf(each: Sighting, { id }: RunTruth, { truthAt }: Performance): RunTruth | undefined {
  return truthAt(id, shownAtMs(each));
}
