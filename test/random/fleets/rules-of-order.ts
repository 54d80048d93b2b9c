/** When entries start and end, and what GitHub is asked meanwhile: properties 6 to 9. */

import { type Leg, waitForOf } from "./legs.ts";
import {
  begunAtMs,
  dispatchesOf,
  endedAtMs,
  failedFastAtMs,
  GREEN,
  isTroubled,
  RED,
  resultsOf,
  stoppedAtMs,
  wasKilled,
} from "./outcome.ts";
import type { Performance } from "./performance.ts";

/** Property 6: an entry starts when all that it needs is green, and is skipped exactly when something else ended otherwise. */
export function wrongOrder(performance: Performance): string[] {
  const results = resultsOf(performance);
  const stopMs = stoppedAtMs(performance);
  const allows = ({ index, continuesOnError }: Leg) => {
    const result = results[index]?.result ?? "";
    return GREEN.includes(result) || (continuesOnError && RED.includes(result));
  };
  return performance.legs.flatMap((leg) => {
    const needed = leg.needs.flatMap((index) => performance.legs[index] ?? []);
    const result = results[leg.index]?.result ?? "";
    const begun = begunAtMs(leg, performance);
    const early = needed.filter((each) => (endedAtMs(each, performance) ?? Infinity) > (begun ?? -Infinity));
    const blocking = needed.filter((each) => endedAtMs(each, performance) !== undefined && !allows(each));
    const atMs = endedAtMs(leg, performance) ?? 0;
    const problems: string[] = [];
    if (begun !== undefined && early.length > 0) problems.push(`(6) it began before ${early.map(({ name }) => name)}`);
    if (result !== "" && blocking.length > 0 && result !== "skipped" && begun !== undefined)
      problems.push(`(6) ${result}, although it needs ${blocking.map(({ name }) => name)}`);
    if (result !== "" && result !== "skipped" && blocking.length > 0 && begun === undefined)
      problems.push(`(6) ${result}, and not skipped`);
    if (result === "skipped" && blocking.length === 0 && atMs < stopMs) problems.push("(6) skipped for nothing");
    return problems.map((problem) => `${problem} [${leg.name}]`);
  });
}

/** Where nothing is in the way, an entry that may start does so within this. */
const PROMPT_MS = 2500;

/** Property 7: never more than `max_parallel` are under way, and who may start does, in the list's order. */
export function wrongCrowds(performance: Performance): string[] {
  const { legs, schedule, startedAtMs } = performance;
  const spans = legs.map((leg) => ({
    leg,
    fromMs: begunAtMs(leg, performance) ?? Infinity,
    toMs: endedAtMs(leg, performance) ?? Infinity,
  }));
  const underWayAt = (atMs: number) => spans.filter(({ fromMs, toMs }) => fromMs <= atMs && toMs > atMs);
  const problems: string[] = [];
  for (const { leg, fromMs } of spans.filter((each) => each.fromMs < Infinity)) {
    const count = underWayAt(fromMs).length;
    if (count > schedule.maxParallel) problems.push(`(7) ${count} are under way [${leg.name}]`);
  }
  const isCalm = legs.every((leg) => !isTroubled(leg, performance) && leg.reuse === "never") && schedule.crowd === 0;
  if (!isCalm) return problems;
  const stopMs = stoppedAtMs(performance);
  const readyMs = ({ needs }: Leg) => Math.max(startedAtMs, ...needs.map((index) => spans[index]?.toMs ?? Infinity));
  for (const { leg, fromMs, toMs } of spans) {
    const isSkipped = resultsOf(performance)[leg.index]?.result === "skipped";
    const sinceMs = readyMs(leg);
    if (sinceMs === Infinity || isSkipped) continue;
    const later = spans.filter((each) => each.leg.index > leg.index && each.fromMs < Infinity);
    const overtaking = later.filter((each) => each.fromMs > sinceMs + PROMPT_MS && each.fromMs < fromMs - PROMPT_MS);
    for (const each of overtaking) problems.push(`(7) ${each.leg.name} has begun before it [${leg.name}]`);
    const dueMs = schedule.maxParallel >= legs.length ? sinceMs : Infinity;
    const isLate = Math.min(fromMs, toMs) > dueMs + PROMPT_MS && dueMs + PROMPT_MS < stopMs;
    if (isLate && !wasKilled(performance)) problems.push(`(7) begun ${fromMs - dueMs} ms late [${leg.name}]`);
  }
  return problems;
}

/** Property 8: GitHub knows all that is asked, none of its limits is broken, and one that is met by an entry is known to all. */
export function brokenLimits({ github, sightings, endedAtMs: endMs, postStartedAtMs }: Performance): string[] {
  const problems = [...github.violations, ...github.breaches].map((each) => `(8) ${each}`);
  if (github.filteredLists > 0) problems.push("(8) a filtered list was read");
  const told = new Map<string, { sinceMs: number; untilMs: number }>();
  const flightMs = 5 * 150;
  // `post` cannot know of a limit that the step has met.
  for (const { entry, toldUntilMs = 0, isPost } of sightings) {
    const { atMs, token = "", method, path } = entry;
    if (isPost) continue;
    const limit = told.get(token);
    // What was on its way could not know.
    if (limit && atMs > limit.sinceMs + flightMs && atMs < limit.untilMs)
      problems.push(`(8) ${method} ${path}, ${limit.untilMs - atMs} ms before the end of a limit`);
    if (toldUntilMs > (limit?.untilMs ?? 0)) told.set(token, { sinceMs: atMs, untilMs: toldUntilMs });
  }
  const early = github.earlyAfterRefusal.filter(({ atMs, client, untilMs, path }) => {
    const refusal = github.refusals.find((each) => each.client === client && each.untilMs === untilMs);
    // A refusal that never arrived whole told nobody.
    const isLost = sightings.some(
      ({ entry, fault }) =>
        fault !== undefined &&
        [refusal?.path, path].includes(entry.path) &&
        Math.abs(entry.atMs - (refusal?.atMs ?? 0)) <= flightMs + 25_000,
    );
    return (
      client !== "others" && !isLost && atMs > (refusal?.atMs ?? 0) + flightMs && atMs < (endMs || postStartedAtMs)
    );
  });
  for (const { method, path } of early) problems.push(`(8) ${method} ${path} before the end of a limit`);
  return problems;
}

const CANCEL_MS = 10_000;
const CANCEL_ON_SIGNAL_MS = 9000;
const CANCEL_MANY_MS = 300_000;
const IN_FLIGHT_MS = 2500;

/** Property 9: each entry ends by its deadlines, and the step with the last of them; a signal ends all at once. */
export function lateEnds(performance: Performance): string[] {
  const { legs, schedule, broke, step, endedAtMs: endMs, stoppedAtMs: signalMs } = performance;
  if (wasKilled(performance) || broke !== undefined) return [];
  const cancels = schedule.cancelRunOn;
  const problems: string[] = [];
  const ends = legs.map((leg) => endedAtMs(leg, performance) ?? 0);
  const lastMs = Math.max(0, ...ends);
  if (endMs > lastMs + 1) problems.push(`(9) the step ended ${endMs - lastMs} ms after the last entry`);
  if (signalMs !== undefined) {
    const graceMs = cancels.includes("cancel") ? CANCEL_ON_SIGNAL_MS : IN_FLIGHT_MS;
    if (endMs > signalMs + graceMs) problems.push(`(9) ended ${endMs - signalMs - graceMs} ms late after the signal`);
  }
  const failedMs = failedFastAtMs(performance);
  if (failedMs !== undefined && endMs > failedMs + (cancels.includes("failure") ? CANCEL_MANY_MS : IN_FLIGHT_MS))
    problems.push(`(9) ended ${endMs - failedMs} ms after \`fail_fast\``);
  const isFollowed = waitForOf(schedule) === "completed";
  for (const leg of legs) {
    const begun = begunAtMs(leg, performance);
    const atMs = ends[leg.index] ?? 0;
    if (begun === undefined || atMs >= stoppedAtMs(performance)) continue;
    const isRefused = dispatchesOf(leg, performance).some(({ entry: { status } }) => status === 404);
    const moreMs = isRefused || cancels.length > 0 ? CANCEL_MS : 0;
    const byMs = begun + leg.findTimeoutS * 1000 + (isFollowed ? leg.timeoutS * 1000 : 0) + moreMs;
    if (atMs > byMs)
      problems.push(`(9) ended ${atMs - byMs} ms late: ${resultsOf(performance)[leg.index]?.result} [${leg.name}]`);
  }
  return step.failure === undefined && step.outputs.results === undefined ? ["(9) no results"] : problems;
}
