/** What is said of each entry: properties 1 to 5. */

import type { RunTruth } from "../../simulator/index.ts";
import { knownAtMs, outcomeOf } from "../model/outcome.ts";
import { type Leg, waitForOf } from "./legs.ts";
import {
  dispatchesOf,
  endedAtMs,
  foundAtMs,
  hasRedJob,
  idOf,
  isFindable,
  isTroubled,
  keyOf,
  RED,
  resultsOf,
  runOf,
  runsOf,
  stoppedAtMs,
  verdictOf,
  wasKilled,
} from "./outcome.ts";
import type { Performance, Told } from "./performance.ts";

/** A look comes so late at most, with what it has to read first. */
const LOOK_MS = 15_000;
/** From its dispatch until a run that shows its id late, among others, is found. */
const FIND_MS = 45_000;

const each = (performance: Performance, rule: (leg: Leg, told: Told) => (string | false | undefined)[]): string[] => {
  const results = resultsOf(performance);
  return performance.legs.flatMap((leg) => {
    const told = results[leg.index];
    return (told ? rule(leg, told) : []).flatMap((problem) => (problem ? [`${problem} [${leg.name}]`] : []));
  });
};

/** Property 1: an entry's run is its own, and nobody else's. */
export function wrongRuns(performance: Performance): string[] {
  const { givenIds } = performance;
  const results = resultsOf(performance);
  return each(performance, (leg, told) => {
    if (told.runId === "") return [];
    const run = runOf(leg, told, performance);
    const given = givenIds.get(leg.index);
    const sharing = results.filter(({ runId }) => runId === told.runId).map(({ name }) => name);
    const mayShare = performance.legs.filter(({ key, repo }) => key === leg.key && repo === leg.repo);
    return [
      !run && `(1) run ${told.runId} does not exist in ${leg.repo}`,
      run && keyOf(run) !== leg.key && `(1) run ${told.runId} is of ${keyOf(run)}`,
      given !== undefined && String(given) !== told.runId && `(1) run ${told.runId} is not the given one`,
      sharing.length > mayShare.length && `(1) run ${told.runId} is that of ${sharing.join(" and ")}`,
      told.repo !== leg.repo && `(1) it is in ${told.repo}`,
    ];
  });
}

const UNCLEAR_MS = 60_000;

/** Property 2: nothing is started twice. */
export function doubleStarts(performance: Performance): string[] {
  return each(performance, (leg) => {
    const dispatches = dispatchesOf(leg, performance);
    const runs = runsOf(leg, performance);
    const ids = runs.map(idOf);
    if (leg.key.startsWith("alike")) {
      const asking = performance.legs.filter(({ key, repo }) => key === leg.key && repo === leg.repo);
      return [runs.length > 3 * asking.length && `(2) ${runs.length} runs of ${asking.length} entries`];
    }
    const isGiven = leg.kind === "given";
    const problems = [
      isGiven && dispatches.length > 0 && "(2) dispatched, though a run was given",
      isGiven && runs.length !== 1 && `(2) ${runs.length} runs of the one that was given`,
      new Set(ids).size > 1 && `(2) its runs have the ids ${ids.join(" and ")}`,
      dispatches.some(({ isPost }) => isPost) && "(2) `post` has dispatched",
      !isGiven && runs.length > dispatches.length && `(2) ${runs.length} runs of ${dispatches.length} dispatches`,
    ];
    const again = dispatches.slice(1).map((next, index) => {
      const before = dispatches[index] ?? next;
      const outcome = outcomeOf(before, performance);
      const pauseMs = next.entry.atMs - knownAtMs(before);
      const mayFollow = outcome !== "acted" && (outcome !== "unclear" || pauseMs >= UNCLEAR_MS);
      return (
        !mayFollow && `(2) dispatched again ${pauseMs} ms after ${outcome} (${before.what ?? before.entry.status})`
      );
    });
    const answered = dispatches.filter((one) => outcomeOf(one, performance) !== "limited");
    return [...problems, ...again, answered.length > 8 && `(2) ${answered.length} dispatches`];
  });
}

/** Property 3: whatever happens, a result has its reason in what GitHub knew. */
export function wrongResults(performance: Performance): string[] {
  const stopMs = stoppedAtMs(performance);
  return each(performance, (leg, told) => {
    const atMs = endedAtMs(leg, performance);
    if (atMs === undefined) return [!wasKilled(performance) && "(3) it has no result"];
    // A run that is given is told only when GitHub has shown it; it may be cancelled before.
    const run = runOf(leg, told, performance) ?? (leg.kind === "given" ? runsOf(leg, performance)[0] : undefined);
    const truth = run && performance.truthAt(leg.repo, run.id, atMs);
    const isStopped = atMs >= stopMs;
    const waitFor = waitForOf(performance.schedule);
    const says = `(3) ${told.result}`;
    const cancelled = run?.cancelRequestedAtMs !== undefined;
    const mayBeStopped = isStopped ? [] : [`${says}, and nothing has stopped it`];
    const isFast = isFailedFast(told, truth, leg, performance);
    switch (told.result) {
      case "started":
        return [(waitFor !== "found" || !run) && says];
      case "sent":
        return [(waitFor !== "nothing" || (runsOf(leg, performance).length === 0 && leg.sign !== "nobody")) && says];
      case "skipped":
        return [runsOf(leg, performance).length > 0 && leg.kind !== "given" && !leg.key.startsWith("alike") && says];
      case "unfinished":
        return mayBeStopped;
      case "error":
        return [isErrorless(leg, told, truth, performance) && `${says}: ${told.error}`];
      case "timed_out":
        return [run && atMs < (foundAtMs(leg, performance) ?? 0) + timeLeftMs(leg) && `${says} too soon`];
      case "cancelled":
        return [!(isStopped && cancelled) && !isRight(told, truth, leg) && !isFast && says];
      default:
        return [!isRight(told, truth, leg) && !isFast && says];
    }
  });
}

function timeLeftMs({ timeoutS, startTimeoutS }: Leg): number {
  return (startTimeoutS > 0 ? Math.min(startTimeoutS, timeoutS) : timeoutS) * 1000 - 20_000;
}

function isRight(told: Told, truth: RunTruth | undefined, leg: Leg): boolean {
  return truth !== undefined && verdictOf(truth, leg) === told.result && wasSaid(told, truth, leg);
}

function wasSaid({ status, conclusion, run_attempt }: Told, truth: RunTruth, { jobs }: Leg): boolean {
  const isSame = status === "completed" && conclusion === (truth.conclusion ?? "");
  return jobs !== "" || (isSame && run_attempt === String(truth.attempt));
}

function isFailedFast(told: Told, truth: RunTruth | undefined, leg: Leg, { schedule }: Performance): boolean {
  const isFast = schedule.failsFast && !leg.continuesOnError && /^(failure|cancelled)$/.test(told.result);
  return isFast && truth !== undefined && hasRedJob(truth, leg);
}

/** Nothing was in its way, and its run was to be found, and its values were there. */
function isErrorless(leg: Leg, _: Told, truth: RunTruth | undefined, performance: Performance): boolean {
  if (isTroubled(leg, performance) || !isFindable(leg, performance)) return false;
  const areMissing = leg.takesValues && !leg.course.hasValues && truth?.status === "completed";
  return !areMissing && !(leg.takesValues && leg.jobs !== "" && truth?.status !== "completed");
}

/** Property 4: an entry in whose way there was nothing has the result of its own run, whatever happens to the others. */
export function wrongVerdicts(performance: Performance): string[] {
  if (waitForOf(performance.schedule) !== "completed") return [];
  const stopMs = stoppedAtMs(performance);
  return each(performance, (leg, told) => {
    const atMs = endedAtMs(leg, performance);
    if (atMs === undefined || atMs >= stopMs || told.result === "skipped") return [];
    const right = rightResults(leg, told, performance);
    return [
      right && !right.includes(told.result) && `(4) ${told.result}, and not ${right.join(" or ")}: ${told.error}`,
    ];
  });
}

/** Undefined where more than one is right. */
export function rightResults(leg: Leg, told: Told, performance: Performance): string[] | undefined {
  if (isTroubled(leg, performance)) return undefined;
  if (!isFindable(leg, performance)) return ["error"];
  const run = runOf(leg, told, performance) ?? runsOf(leg, performance)[0];
  if (!run) return ["(a run)"];
  const isGiven = leg.kind === "given" || leg.key.startsWith("alike");
  if (isGiven || leg.startTimeoutS > 0) return undefined;
  const { visibleMs } = leg.course;
  const truthAfter = (ms: number) => performance.truthAt(leg.repo, run.id, run.createdAtMs + ms);
  const timeoutMs = leg.timeoutS * 1000;
  const inTime = truthAfter(visibleMs + timeoutMs - LOOK_MS);
  const late = truthAfter(FIND_MS + timeoutMs + LOOK_MS);
  const isFast = performance.schedule.failsFast && !leg.continuesOnError;
  if (late && verdictOf(late, leg) === undefined && !(isFast && hasRedJob(late, leg))) return ["timed_out"];
  const last = performance.truthAt(leg.repo, run.id, performance.postEndedAtMs + 1);
  if (!inTime || inTime.attempt !== last?.attempt || run.cancelRequestedAtMs !== undefined) return undefined;
  const verdict = verdictOf(inTime, leg);
  if (verdict === undefined || mayBeRerun(inTime, leg)) return undefined;
  const isMissing = verdict === "success" && leg.takesValues && (!leg.course.hasValues || leg.jobs !== "");
  return [...(isMissing ? ["error"] : [verdict]), ...(isMissing && leg.jobs !== "" ? [verdict] : []), ...fast(inTime)];

  function fast(truth: RunTruth): string[] {
    return isFast && hasRedJob(truth, leg) ? ["failure", "cancelled"] : [];
  }
}

function mayBeRerun({ attempt, conclusion }: RunTruth, { rerunFailed }: Leg): boolean {
  return attempt <= rerunFailed && (conclusion === "failure" || conclusion === "timed_out");
}

const KEYS = [
  ...["name", "repo", "result", "runId", "html_url", "status", "conclusion", "run_attempt"],
  ...["disposition", "ref", "known_failure", "error"],
];

/** Property 5: `results` is as the contract says, whenever it is set, and the step says the same. */
export function wrongOutputs(performance: Performance): string[] {
  const { history, legs, step, broke } = performance;
  const names = legs.map(({ name }) => name).join();
  const problems = new Set<string>();
  for (const { text } of history) {
    const told = JSON.parse(text) as Told[];
    if (told.map(({ name }) => name).join() !== names) problems.add("(5) `results` is in another order");
    if (told.some((one) => KEYS.some((key) => typeof one[key] !== "string"))) problems.add("(5) a key is missing");
  }
  if (wasKilled(performance) || broke !== undefined) return [...problems];
  const results = resultsOf(performance);
  const failed = JSON.parse(step.outputs.failed_targets ?? "null") as string[];
  const isRed = ({ index, continuesOnError }: Leg) => RED.includes(results[index]?.result ?? "") && !continuesOnError;
  const wasStopped = /^The step was cancelled|^`fail_fast` \(.*\) ended the step/;
  // A run may have ended by itself when the step did.
  const isStopped = ({ index }: Leg) => {
    const { result, error } = results[index] ?? ({} as Told);
    return result === "cancelled" && wasStopped.test(String(error)) && !/had ended as/.test(String(error));
  };
  const wanted = legs.filter((leg) => isRed(leg) && !isStopped(leg));
  if (failed.join() !== wanted.map(({ name }) => name).join()) problems.add(`(5) \`failed_targets\` is ${failed}`);
  const isGreen = step.failure === undefined;
  const isSignalled = performance.stoppedAtMs !== undefined;
  if (isGreen !== (failed.length === 0 && !isSignalled)) problems.add(`(5) green: ${isGreen}, and red are: ${failed}`);
  if (step.outputs.conclusion !== (isGreen ? "success" : "failure")) problems.add("(5) `conclusion`");
  if (step.outputs.results !== history.at(-1)?.text) problems.add("(5) the last `results`");
  for (const name of failed) {
    const isNamed = step.failure?.includes(`- ${name}: `) || /^- and \d+ more: /m.test(step.failure ?? "");
    if (!isNamed) problems.add(`(5) the error does not name ${name}`);
  }
  for (const { index, name } of legs) {
    const { result, runId, html_url, failed_jobs } = results[index] ?? ({} as Told);
    if ((runId !== "") !== String(html_url).endsWith(`/actions/runs/${runId}`)) problems.add(`(5) html_url of ${name}`);
    if (!Array.isArray(failed_jobs)) problems.add(`(5) failed_jobs of ${name}`);
    if (result === "success" && !performance.step.summary.includes(name)) problems.add(`(5) the summary lacks ${name}`);
  }
  return [...problems];
}
