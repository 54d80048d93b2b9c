/** What becomes of the runs when the step is stopped, and what nobody may be told: properties 10 and 11. */

import { textOf } from "../../support/step.ts";
import { type Leg, SECRET, TOKENS } from "./legs.ts";
import {
  begunAtMs,
  endedAtMs,
  failedFastAtMs,
  foundAtMs,
  isTroubled,
  resultsOf,
  runOf,
  runsOf,
  stoppedAtMs,
} from "./outcome.ts";
import type { Performance, Told } from "./performance.ts";

/** Property 10: a run is cancelled where that was asked for, and no other. */
export function wrongCancellations(performance: Performance): string[] {
  const { schedule, legs, runs, foreignIds } = performance;
  const results = resultsOf(performance);
  const asks = (word: "cancel" | "timeout" | "failure") => schedule.cancelRunOn.includes(word);
  const signalMs = performance.stoppedAtMs;
  const fastMs = failedFastAtMs(performance);
  const mayEnd = (leg: Leg) => {
    const endMs = endedAtMs(leg, performance) ?? Infinity;
    const { result, error } = results[leg.index] ?? ({} as Told);
    if (asks("cancel") && signalMs !== undefined && endMs >= signalMs) return true;
    if (asks("timeout") && (result === "timed_out" || endMs >= (signalMs ?? Infinity))) return true;
    // `fail_fast` may end it while it cancels its run for its own deadline.
    const isLate = endMs >= (begunAtMs(leg, performance) ?? Infinity) + leg.timeoutS * 1000;
    if (asks("timeout") && isLate && fastMs !== undefined && endMs >= fastMs) return true;
    // Its own red job may have ended it before its run.
    if (asks("failure") && schedule.failsFast && fastMs !== undefined && endMs >= fastMs) return true;
    return asks("failure") && schedule.failsFast && /already ended red/.test(String(error));
  };
  return [...runs].flatMap(([repo, all]) =>
    all
      .filter(({ cancelRequestedAtMs }) => cancelRequestedAtMs !== undefined)
      .flatMap((run) => {
        if (foreignIds.has(run.id)) return [`(10) the run ${run.id} of others was cancelled`];
        const of = legs.filter((leg) => leg.repo === repo && runsOf(leg, performance).some(({ id }) => id === run.id));
        return of.some(mayEnd)
          ? []
          : [`(10) run ${run.id} was cancelled without a reason [${of.map(({ name }) => name)}]`];
      }),
  );
}

/** `post` looks so long for a run. */
const SEARCH_MS = 8000;

/** Property 10, the other way: whatever the step has started is cancelled by it, or by `post`. */
export function missedCancellations(performance: Performance): string[] {
  const { schedule, legs, stoppedAtMs: signalMs, postStartedAtMs, sightings, post } = performance;
  if (signalMs === undefined || !schedule.cancelRunOn.includes("cancel") || post === undefined) return [];
  const stopMs = stoppedAtMs(performance);
  const results = resultsOf(performance);
  return legs.flatMap((leg) => {
    const endMs = endedAtMs(leg, performance) ?? Infinity;
    if (isTroubled(leg, performance) || endMs < signalMs || stopMs < signalMs || leg.key.startsWith("alike")) return [];
    // A given run is looked at when the entry starts.
    const isUnknown = leg.kind === "given" && (foundAtMs(leg, performance) ?? Infinity) > signalMs;
    const isHidden = leg.sign !== "run-name" && (foundAtMs(leg, performance) ?? Infinity) > signalMs;
    // Its jobs had decided when the signal came; the run goes on, as after any verdict.
    const hasDecided = leg.jobs !== "" && ["success", "failure"].includes(results[leg.index]?.result ?? "");
    if (isUnknown || isHidden || hasDecided) return [];
    return runsOf(leg, performance).flatMap((run) => {
      if (run.createdAtMs > signalMs || run.createdAtMs + leg.course.visibleMs > postStartedAtMs + SEARCH_MS) return [];
      const isOver = run.status === "completed" && run.cancelRequestedAtMs === undefined;
      const isAsked = sightings.some(({ kind, entry }) => kind === "cancel" && entry.path.includes(`/${run.id}/`));
      const said = results[leg.index]?.result;
      return isOver || isAsked ? [] : [`(10) run ${run.id} was to be cancelled, and was not: ${said} [${leg.name}]`];
    });
  });
}

/** What the step says of runs that were to be cancelled with it. */
export function wrongStops(performance: Performance): string[] {
  const stopMs = stoppedAtMs(performance);
  return performance.legs.flatMap((leg) => {
    const told = resultsOf(performance)[leg.index];
    const endMs = endedAtMs(leg, performance);
    if (!told || endMs === undefined || endMs < stopMs) return [];
    const run = runOf(leg, told, performance);
    const isCancelled = run?.cancelRequestedAtMs !== undefined && run.cancelRequestedAtMs <= endMs;
    const isShared = leg.key.startsWith("alike");
    return told.result === "unfinished" && isCancelled && !isShared && !isTroubled(leg, performance)
      ? [`(10) unfinished, and its run was cancelled [${leg.name}]`]
      : [];
  });
}

const POST_MS = 20_000;
const PER_MINUTE = 30;
const LONGEST_POST_MS = 240_000;

/** Property 11: nothing but a StepError is thrown, no secret is told, and no token goes to where another belongs. */
export function leaks(performance: Performance): string[] {
  const { broke, step, post, sightings, legs, history, postStartedAtMs, postEndedAtMs } = performance;
  const told = textOf(step, post, history);
  const problems = broke === undefined ? [] : [`(11) threw ${(broke as Error)?.stack ?? String(broke)}`];
  for (const token of Object.values(TOKENS)) if (told.includes(token)) problems.push("(11) a token is told");
  if (told.includes(SECRET)) problems.push("(11) a payload value is told");
  if (post?.failure !== undefined) problems.push(`(11) post failed: ${post.failure}`);
  const postMs = Math.min(POST_MS + Math.floor(legs.length / PER_MINUTE) * 60_000, LONGEST_POST_MS);
  if (postEndedAtMs - postStartedAtMs > postMs + 2000)
    problems.push(`(11) post took ${postEndedAtMs - postStartedAtMs} ms`);
  for (const { repo, entry } of sightings) {
    const owner = repo.split("/")[0] ?? "";
    const isRight = repo === "" || entry.token === TOKENS[owner];
    if (!isRight) problems.push(`(11) ${entry.path} with the token ${entry.token}`);
  }
  return problems;
}
