/** Which run is reported, what is said of it, and whether the step is rightly green: properties 1, 3, 4. */

import { textOf } from "../../support/step.ts";
import {
  decidingJobs,
  decisionOf,
  dispatchesOf,
  hasTwins,
  haveDecided,
  idSent,
  isReadable,
  ofStep,
  outcomeOf,
  ownRuns,
  shownAtMs,
  wantedFile,
} from "./outcome.ts";
import type { Performance } from "./performance.ts";
import { SECRET, TOKEN } from "./target.ts";

/** Property 1: the run is one that our dispatch created, and carries our id. */
export function wrongRuns(performance: Performance): string[] {
  const { step, neighbourIds, schedule, id } = performance;
  const { runId } = step.outputs;
  if (runId === undefined) return [];
  const { givenId } = performance;
  if (givenId !== undefined && String(givenId) !== runId) return [`(1) run ${runId} is not the given one`];
  if (givenId !== undefined && dispatchesOf(performance).length > 0) return ["(1) dispatched, though a run was given"];
  if (neighbourIds.has(Number(runId))) return [`(1) run ${runId} is a neighbour's`];
  const run = ownRuns(performance).find((each) => String(each.id) === runId);
  // What was sent again after a full window may show long after the first of them; and what is further back than
  // `max_runs` is not looked at.
  const areListed =
    performance.runs.filter(({ id }) => id >= (ownRuns(performance)[0]?.id ?? 0)).length <= schedule.asked.maxRuns;
  // One that somebody deletes may be gone before a list shows it.
  const areSeen = areListed && performance.deletedAtMs.size === 0;
  if (schedule.course.sign === "run-name" && areSeen && hasTwins(performance, 60_000))
    return [`(1) run ${runId} is one of several`];
  if (!run) return [`(1) run ${runId} does not exist`];
  const problems: string[] = [];
  const carried = run.payload.distinct_id ?? run.inputs.distinct_id;
  const sent = dispatchesOf(performance).map(idSent);
  if (carried !== id && !sent.includes(undefined)) problems.push(`(1) run ${runId} carries ${carried}`);
  const file = wantedFile(schedule);
  if (file && !run.workflowPath.endsWith(file)) problems.push(`(1) run ${runId} is of ${run.workflowPath}`);
  const told = dispatchesOf(performance).find(
    (each) => outcomeOf(each, performance) === "acted" && each.entry.status === 200 && isReadable(each),
  );
  if (told) {
    const started = ownRuns(performance).find(({ createdAtMs }) => createdAtMs === shownAtMs(told));
    if (String(started?.id) !== runId) problems.push(`(1) GitHub named run ${started?.id}, not ${runId}`);
  }
  return problems;
}

/** Whether a conclusion is accepted, by the words of the contract. */
export function isAccepted(conclusion: string | null, { schedule }: Performance): boolean {
  const accepted = schedule.asked.success.split(", ");
  return conclusion !== null && (accepted.includes("any") || accepted.includes(conclusion));
}

/** What the server showed of the reported run, in order. */
export function sightsOf(performance: Performance) {
  const id = Number(performance.step.outputs.runId);
  return ofStep(performance)
    .filter((each) => each.kind === "list" || (each.kind === "run" && each.entry.path.endsWith(`/${id}`)))
    .filter(isReadable)
    .flatMap((each) => {
      const truth = performance.truthAt(id, shownAtMs(each));
      return truth && truth.createdAtMs <= shownAtMs(each) ? [truth] : [];
    });
}

/** Property 3: green only with a reason. */
export function falseGreens(performance: Performance): string[] {
  const { step, schedule } = performance;
  if (step.failure !== undefined || performance.broke !== undefined) return [];
  const { waitFor } = schedule.asked;
  if (waitFor === "nothing" && performance.givenId === undefined) {
    const acted = dispatchesOf(performance).some((each) => outcomeOf(each, performance) === "acted");
    return acted || step.outputs.runId !== undefined ? [] : ["(3) green, and nothing was sent"];
  }
  if (step.outputs.runId === undefined) return ["(3) green, and no run is known"];
  if (waitFor !== "completed") return [];
  const { job } = decisionOf(schedule);
  if (job !== "") return falseGreensOfJobs(job, performance);
  const last = sightsOf(performance).at(-1);
  if (last?.status !== "completed") return [`(3) green, and the run was last seen ${last?.status}`];
  return isAccepted(last.conclusion, performance) ? [] : [`(3) green, and the run ended ${last.conclusion}`];
}

/**
 * Of jobs that decide: the attempt that is told of must have been seen with all of them ended well. Those that never came
 * because the run was cancelled ended as it did.
 */
function falseGreensOfJobs(job: string, performance: Performance): string[] {
  const { outputs } = performance.step;
  const isSeen = ofStep(performance)
    .filter((each) => each.kind === "jobs" && each.entry.path.endsWith(`/${outputs.runId}/jobs`) && isReadable(each))
    .map((each) => performance.truthAt(Number(outputs.runId), shownAtMs(each)))
    .some(
      (truth) =>
        truth !== undefined &&
        truth.attempt >= Number(outputs.run_attempt) &&
        (haveDecided(truth, job) ||
          (truth.status === "completed" && isAcceptedCancelled(truth.conclusion, performance))) &&
        decidingJobs(truth, job).every(({ conclusion }) => isAccepted(conclusion, performance)),
    );
  return isSeen ? [] : [`(3) green, and the jobs ${job} were never seen so`];
}

function isAcceptedCancelled(conclusion: string | null, performance: Performance): boolean {
  return conclusion === "cancelled" && isAccepted(conclusion, performance);
}

/** Property 4: the outputs are what the server showed. */
export function wrongOutputs(performance: Performance): string[] {
  const { step, id } = performance;
  const { outputs } = step;
  const problems: string[] = [];
  const dispatches = dispatchesOf(performance);
  const last = dispatches.at(-1);
  if (last && outputs.distinct_id !== (idSent(last) ?? "")) {
    problems.push(`(4) distinct_id is "${outputs.distinct_id}", sent was "${idSent(last) ?? ""}"`);
  }
  if (outputs.distinct_id !== "" && outputs.distinct_id !== id && performance.broke === undefined) {
    problems.push(`(4) distinct_id is "${outputs.distinct_id}", not ${id}`);
  }
  if (outputs.runId === undefined) {
    for (const name of ["status", "conclusion", "html_url", "jobs_url", "run_attempt"]) {
      if (outputs[name] !== undefined) problems.push(`(4) ${name} without runId`);
    }
    return problems;
  }
  if (!outputs.html_url?.endsWith(`/actions/runs/${outputs.runId}`)) problems.push("(4) html_url");
  if (!outputs.jobs_url?.endsWith(`/actions/runs/${outputs.runId}/jobs`)) problems.push("(4) jobs_url");
  const isOfJobs = decisionOf(performance.schedule).job !== "";
  if (!isOfJobs && (outputs.conclusion !== undefined) !== (outputs.status === "completed")) {
    problems.push(`(4) status ${outputs.status} with conclusion ${outputs.conclusion}`);
  }
  if (outputs.status === undefined) return problems;
  const sights = sightsOf(performance);
  // The conclusion of jobs is not the run's.
  const inWords = (status: unknown, conclusion: unknown, attempt: unknown) =>
    [status, isOfJobs ? "" : (conclusion ?? ""), attempt].join(" ");
  const said = inWords(outputs.status, outputs.conclusion, outputs.run_attempt);
  const shown = sights.map(({ status, conclusion, attempt }) => inWords(status, conclusion, attempt));
  if (!shown.includes(said)) problems.push(`(4) outputs say "${said}", shown was ${[...new Set(shown)].join(", ")}`);
  const { failed_jobs = "" } = outputs;
  if (failed_jobs !== "" && !Array.isArray(JSON.parse(failed_jobs))) problems.push("(4) failed_jobs is no list");
  const areUnread = ofStep(performance).some((each) => each.kind === "jobs" && !isReadable(each));
  const isFollowed = performance.schedule.asked.waitFor === "completed" && step.failure === undefined;
  if (isFollowed && failed_jobs === "" && !areUnread) problems.push("(4) failed_jobs is empty, and the jobs were read");
  return problems;
}

/** Property 9: nothing else than a Failure is thrown, and no secret is told. */
export function leaks({ broke, step, post }: Performance): string[] {
  const told = textOf(step, post);
  const problems = broke === undefined ? [] : [`(9) threw ${(broke as Error)?.stack ?? String(broke)}`];
  if (told.includes(TOKEN)) problems.push("(9) the token is told");
  if (told.includes(SECRET)) problems.push("(9) a payload value is told");
  if (post?.failure !== undefined) problems.push(`(9) post failed: ${post.failure}`);
  return problems;
}
