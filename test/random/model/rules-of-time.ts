/** When the step ends, what it must have come to by then, and what it owns up to: properties 3, 7, 8, 11. */

import type { RunTruth } from "../../simulator/index.ts";
import {
  decidingJobs,
  decisionOf,
  dispatchesOf,
  type Ending,
  endingOf,
  hasTwins,
  haveDecided,
  knownAtMs,
  ofStep,
  outcomeOf,
  ownRuns,
  shownAtMs,
} from "./outcome.ts";
import type { Performance } from "./performance.ts";
import { isAccepted, sightsOf } from "./rules-of-runs.ts";
import type { BrokerCourse } from "./schedule.ts";
import { approvalMs } from "./target.ts";
import { type Trouble, UNREAD } from "./trouble.ts";

const PROBES_MS = 10_000;
const CANCEL_AT_TIMEOUT_MS = 10_000;
const CANCEL_ON_SIGNAL_MS = 9000;
const LATE_ANSWER_MS = 2000;
const LIST_BEFORE_MS = 10_000;
/** The last look of a search comes a second before its deadline. */
const LAST_LOOK_MS = 1500;
/** A run that is given by its id may be new, and answer 404 for 30 s; the last look in that time comes up to 2 s before. */
const GIVEN_MAY_BE_404_MS = 28_000;
/** A new run may answer 404 to its cancellation for 30 s; the last request in that time comes up to 2 s before. */
const MAY_BE_404_MS = 28_000;

/** Property 7: the step ends by its deadline, and does not give up before it. */
export function lateEnds(performance: Performance): string[] {
  const { schedule, step, startedAtMs, endedAtMs, signalAtMs, refusedDispatchesAtMs } = performance;
  if (performance.broke !== undefined) return [];
  const { asked } = schedule;
  const findMs = asked.findTimeoutS * 1000;
  const sentAtMs = Math.min(...dispatchesOf(performance).map(({ entry }) => entry.atMs), ...refusedDispatchesAtMs);
  const isSent = sentAtMs !== Infinity;
  const probesMs = step.failure?.includes("404") ? PROBES_MS : 0;
  // What comes before a dispatch has as much time of its own, and a limit may hold up the dispatch itself as long again.
  const listsFirst = asked.id !== "" && asked.waitFor !== "nothing" && !asked.isGiven;
  // So long the list may take that only tells whether runs may be read; without a token, nothing is sent after it.
  const shortListMs = schedule.broker ? LIST_BEFORE_MS : 0;
  const unsentMs = listsFirst ? 2 * findMs : findMs + shortListMs;
  const findEndMs = isSent ? sentAtMs + findMs : startedAtMs + unsentMs;
  const isFollowed = step.outputs.runId !== undefined && asked.waitFor === "completed";
  const followMs = isFollowed ? asked.timeoutS * 1000 : 0;
  const cancelMs = isFollowed && asked.cancelRunOn.includes("timeout") ? CANCEL_AT_TIMEOUT_MS : 0;
  let byMs = findEndMs + followMs + Math.max(cancelMs, probesMs);
  if (signalAtMs !== undefined) {
    const before = ofStep(performance).findLast(({ entry }) => entry.atMs <= signalAtMs);
    const isInFlight = before?.kind === "dispatch" && knownAtMs(before) >= signalAtMs;
    const extraMs = asked.cancelRunOn.includes("cancel") ? CANCEL_ON_SIGNAL_MS : isInFlight ? LATE_ANSWER_MS : 0;
    byMs = Math.min(byMs + extraMs, signalAtMs + extraMs);
  }
  const problems: string[] = [];
  if (endedAtMs > byMs) problems.push(`(7) ended ${endedAtMs - byMs} ms late: ${endingOf(performance)}`);
  const ending = endingOf(performance);
  // The server's clock has whole milliseconds, and sums of pauses their rounding.
  if (ending === "not found") problems.push(...earlyDespair(performance, { sentAtMs, findEndMs }));
  const baseMs = performance.givenId === undefined ? sentAtMs : startedAtMs;
  const isTimedOut = ending === "timed out" || ending === "timed out, run cancelled";
  if (isTimedOut && endedAtMs < baseMs + followMs - 1) problems.push("(7) gave up following before the deadline");
  return problems;
}

/** By then a run is visible, as a rule. */
const SOON_MS = 60_000;

/** A search takes all of its time, unless nobody listens and the time is the default one. */
function earlyDespair(performance: Performance, bounds: { sentAtMs: number; findEndMs: number }): string[] {
  const { step, schedule, endedAtMs } = performance;
  if (endedAtMs >= bounds.findEndMs - 1) return [];
  const { event, findTimeoutS } = schedule.asked;
  const mayEndEarly = event === "repository_dispatch" && findTimeoutS === 300 && endedAtMs >= bounds.sentAtMs + SOON_MS;
  if (!mayEndEarly || !step.failure?.includes("None can have started")) {
    return ["(7) gave up looking before the deadline"];
  }
  return ownRuns(performance).length > 0 ? ["(7) gave up looking, and a run had been started"] : [];
}

/** Whether nothing was in the step's way: no fault, no limit, nobody who interferes, and a right to everything. */
export function isCalm({ schedule }: Performance): boolean {
  const { troubles, outages, happenings, server, course, asked, neighbours } = schedule;
  // Where the run's own end decides, jobs that cannot be read are in nobody's way.
  const areOfJobs = asked.job === "" && !asked.failsFast && asked.startTimeoutS === 0 && course.sign === "run-name";
  const isUnread = ({ on, what }: Trouble) => areOfJobs && on === "jobs" && UNREAD.some((each) => each === what);
  const newer = neighbours.reduce((sum, each) => sum + (each.kind === "older twin" ? 0 : each.count), 0);
  const own = (1 + course.duplicates) * course.listeners;
  return (
    troubles.every(isUnread) &&
    outages.length + happenings.length === 0 &&
    server.access === "all" &&
    isCalmBroker(schedule.broker) &&
    server.limit.kind === "none" &&
    newer + own < asked.maxRuns &&
    (course.sign === "run-name" || newer + own <= 8)
  );
}

/** The token may end at any request, which is then sent again seconds later. */
function isCalmBroker(broker: BrokerCourse | undefined): boolean {
  return !broker || (broker.policy === "fits" && broker.lifeS >= 3600 && broker.troubles.length === 0);
}

/** What a well-behaved GitHub leaves to be expected; undefined where that is not easily said. */
export function expected(performance: Performance): "found" | "completed" | undefined {
  const { schedule, signalAtMs, runs } = performance;
  const { asked, course } = schedule;
  const isGiven = performance.givenId !== undefined;
  const asksNothing = asked.waitFor === "nothing" && !isGiven;
  if (!isCalm(performance) || signalAtMs !== undefined || asksNothing) return undefined;
  if (hasTwins(performance)) return undefined;
  const isTold = isToldOf(performance);
  const shownMs = isTold ? course.visibleMs + course.knownLaterMs : signMs(performance);
  // A run that was named and is not shown after half a minute is asked for every 5 s, and a quarter of that.
  const longestPauseMs = Math.max(asked.pollS * 1000, isTold ? 6250 : 1000);
  // Right before the search gives up, whatever may yet be ours is looked at once more.
  const lookedForMs = isTold ? longestPauseMs + 3000 : LAST_LOOK_MS;
  if (shownMs === undefined || shownMs + lookedForMs > asked.findTimeoutS * 1000) return undefined;
  if (isGiven && shownMs > GIVEN_MAY_BE_404_MS) return undefined;
  if (asked.waitFor !== "completed") return "found";
  const own = runs.find((run) => run.id === Number(performance.step.outputs.runId)) ?? ownRuns(performance)[0];
  if (!own) return undefined;
  // It is followed from when it was found, which may be as soon as it is visible.
  const followedMs = asked.timeoutS * 1000 - longestPauseMs - 3000;
  const inTimeMs = own.createdAtMs + course.visibleMs + followedMs;
  // A run that a list has shown may answer 404 for a while yet, and so may its jobs.
  if (!isTold && course.knownLaterMs > Math.max(followedMs, 0)) return undefined;
  const { job, startTimeoutMs } = decisionOf(schedule);
  const begunMs = own.createdAtMs + course.visibleMs + startTimeoutMs - longestPauseMs - 3000;
  if (startTimeoutMs > 0 && !isAtWork(performance.truthAt(own.id, begunMs))) return undefined;
  const truth = performance.truthAt(own.id, inTimeMs);
  return truth && (truth.status === "completed" || haveDecided(truth, job)) ? "completed" : undefined;
}

function isAtWork(truth: RunTruth | undefined): boolean {
  return truth?.status === "in_progress" || truth?.status === "completed";
}

/** Whether the run is named, so that it has not to be looked for. */
export function isToldOf({ schedule: { asked, server }, givenId }: Performance): boolean {
  return givenId !== undefined || (asked.event === "workflow_dispatch" && server.details === "known");
}

/** Property 7 for `start_timeout_seconds`, and property 3 for the step that ends there, or by `fail_fast`: with a reason. */
export function earlyEnds(performance: Performance): string[] {
  if (performance.broke !== undefined) return [];
  const ending = endingOf(performance);
  if (ending === "failed fast") return fastEnds(performance);
  return ending === "not begun" || ending === "not begun, run cancelled" ? endsBeforeTheBeginning(performance) : [];
}

function fastEnds(performance: Performance): string[] {
  const runId = Number(performance.step.outputs.runId);
  const isRed = ofStep(performance)
    .filter(({ kind }) => kind === "jobs")
    .flatMap((each) => performance.truthAt(runId, shownAtMs(each))?.jobs ?? [])
    .some(({ status, conclusion }) => status === "completed" && !isAccepted(conclusion, performance));
  return isRed ? [] : ["(3) failed fast, and no job was red"];
}

function endsBeforeTheBeginning(performance: Performance): string[] {
  const { schedule, startedAtMs, endedAtMs, givenId } = performance;
  const { startTimeoutMs } = decisionOf(schedule);
  const sentAtMs = Math.min(...dispatchesOf(performance).map(({ entry }) => entry.atMs));
  const baseMs = givenId === undefined ? sentAtMs : startedAtMs;
  const cancelMs = schedule.asked.cancelRunOn.includes("timeout") ? CANCEL_AT_TIMEOUT_MS : 0;
  const byMs = baseMs + schedule.asked.findTimeoutS * 1000 + startTimeoutMs + cancelMs;
  const problems: string[] = [];
  if (endedAtMs < baseMs + startTimeoutMs - 1) problems.push("(7) gave up waiting for the beginning too soon");
  if (endedAtMs > byMs) problems.push(`(7) ended ${endedAtMs - byMs} ms late: not begun`);
  if (isAtWork(sightsOf(performance).at(-1))) problems.push("(3) not begun, and it was seen at work");
  return problems;
}

/** From the run's creation until it shows the id; undefined: it may never. */
export function signMs({ schedule }: Performance): number | undefined {
  const { course, asked } = schedule;
  const knownMs = course.visibleMs + course.knownLaterMs;
  const statusesMs = course.statuses.reduce((sum, { forMs }) => sum + forMs, 0);
  if (asked.event === "workflow_dispatch" && !asked.sendsId) return undefined;
  if (course.sign === "run-name") return course.visibleMs;
  // A run that waits in its group shows no job.
  if (course.concurrency !== "none") return undefined;
  if (course.zeroJobs || course.failedStep || (course.sign !== "job" && course.sign !== "step")) return undefined;
  const firstMs = course.lateJob ? course.queuedMs + course.setupMs + course.stepMs : 0;
  const { sign, approval } = course;
  if (sign === "step" && approval.job === "identify" && approval.kind !== "none" && approval.kind !== "given")
    return undefined;
  const setUpMs = approvalMs(course, "identify") + course.queuedMs + course.setupMs;
  const beforeMs = course.lateBy === "" ? 0 : course.stepsBefore * course.stepMs;
  return Math.max(knownMs, statusesMs + firstMs + (sign === "step" ? setUpMs + beforeMs : 0));
}

/** Property 3, the other way: red only with a reason. */
export function falseReds(performance: Performance): string[] {
  const { step } = performance;
  if (performance.broke !== undefined) return [];
  const what = expected(performance);
  if (what === undefined) return [];
  const { outputs, failure } = step;
  if (what === "found") return failure === undefined ? [] : ["(3) red, and GitHub behaved well"];
  const run = performance.runs.find(({ id }) => String(id) === outputs.runId);
  if (!run) return ["(3) not found, and GitHub behaved well"];
  const ending = endingOf(performance);
  const right = rightEndings(run, performance);
  return right.includes(ending) ? [] : [`(3) ${ending}, and the run ended ${run.conclusion} in time`];
}

/** As the run or the jobs that decide have ended, or as soon as one of them is red. */
function rightEndings(run: RunTruth, performance: Performance): Ending[] {
  const { job, failsFast } = decisionOf(performance.schedule);
  const deciding = job === "" ? run.jobs : decidingJobs(run, job);
  const bad = deciding.filter(
    ({ status, conclusion }) => status === "completed" && !isAccepted(conclusion, performance),
  );
  const isGreenRun = isAccepted(run.conclusion, performance);
  // Jobs that never came because the run was cancelled ended as it did.
  const haveEnded = deciding.length > 0 || (run.conclusion === "cancelled" && isGreenRun);
  const isGreen = job === "" ? isGreenRun : haveEnded && bad.length === 0;
  const red: Ending = job === "" ? "red conclusion" : "red jobs";
  return [isGreen ? "completed green" : red, ...(failsFast && bad.length > 0 ? (["failed fast"] as const) : [])];
}

/** Property 8, the other way: with `cancel_run_on`, the run is cancelled. */
export function missedCancellations(performance: Performance): string[] {
  const { schedule, signalAtMs, sightings, postStartedAtMs, effectsAtMs } = performance;
  const { asked, course } = schedule;
  if (!isCalm(performance) || signalAtMs === undefined || !asked.cancelRunOn.includes("cancel")) return [];
  if (hasTwins(performance)) return [];
  const [createdAtMs] = effectsAtMs;
  if (createdAtMs === undefined || createdAtMs > signalAtMs) return [];
  const isTold = isToldOf(performance);
  if (!isTold && (course.sign !== "run-name" || !asked.sendsId)) return [];
  const visibleAtMs = createdAtMs + course.visibleMs + course.knownLaterMs;
  if (isTold && visibleAtMs - createdAtMs > MAY_BE_404_MS) return [];
  // `post` looks for ten seconds.
  if (visibleAtMs > postStartedAtMs + 8000) return [];
  const [own] = ownRuns(performance);
  const isOver = own?.status === "completed" && own.cancelRequestedAtMs === undefined;
  const isAsked = sightings.some(({ kind, entry }) => kind === "cancel" && entry.status !== 404);
  return isOver || isAsked ? [] : ["(8) the run was to be cancelled, and was not"];
}

/** Property 11: where an answer left open whether a run was started, and none is known, the step says so. */
export function concealments(performance: Performance): string[] {
  const { step, signalAtMs } = performance;
  const { outputs, failure = "" } = step;
  if (outputs.runId !== undefined || performance.broke !== undefined) return [];
  const unclear = dispatchesOf(performance).filter((each) => {
    const isOwnDoing = signalAtMs !== undefined && each.entry.fault === "client gone";
    return outcomeOf(each, performance) === "unclear" && !isOwnDoing;
  });
  const isAccepted = dispatchesOf(performance).some((each) => outcomeOf(each, performance) === "acted");
  const says = /run may have started|its run continues|No run of|carry the id/i.test(failure);
  return unclear.length > 0 && !isAccepted && !says
    ? [`(11) a run may have been started, and nothing says so: ${failure.split("\n")[0]}`]
    : [];
}
