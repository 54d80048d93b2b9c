/**
 * Properties 4 to 6: what is said of the run before. The table of what counts is written here once more, from the page
 * docs/known-failures.md and not from the code, and is asked for each moment that a list showed.
 */

import { textOf } from "../../support/step.ts";
import { shownAtMs } from "../model/outcome.ts";
import { type Performance, type Sighting, STATUS_TOKEN, TARGET, TOKEN } from "./performance.ts";
import { isCalm, type Starter } from "./schedules.ts";

type Known = "true" | "false" | "";

/** `yes`: it counts. `caller's main`: if the caller's run can be read. `caller's other`: so it does not, if that can be read. */
const COUNTS: Record<Starter, "yes" | "no" | "caller's main" | "caller's other" | "nobody knows"> = {
  push: "yes",
  schedule: "yes",
  hand: "no",
  "pull request there": "no",
  "event without id": "no",
  "caller's main": "caller's main",
  "caller's schedule": "caller's main",
  "caller's branch": "caller's other",
  "caller's pull request": "caller's other",
  "caller's fork": "caller's other",
  "caller's comment": "caller's other",
  "caller's workflow_run": "caller's other",
  "caller's deleted run": "nobody knows",
  "our own run": "no",
};

export function problemsOfBaselines(performance: Performance): string[] {
  const { schedule, step, github } = performance;
  if (!step) return [];
  const { outputs, failure } = step;
  const known = (outputs.known_failure ?? "") as Known;
  const problems: string[] = [];
  const isRed = ["failure", "timed_out", "startup_failure"].includes(outputs.conclusion ?? "");
  const isAccepted = schedule.accepts.split(", ").includes(outputs.conclusion ?? "");
  if (known !== "" && (!isRed || isAccepted))
    problems.push(`(4) known ${known}, and the run ended as ${outputs.conclusion}`);
  const right = new Set(looksOf(performance).map((each) => knownAt(shownAtMs(each), performance)));
  if (known !== "" && !right.has(known))
    problems.push(`(4) known ${known}, and right is ${[...right].join(" or ") || "nothing"}`);
  const isGreenByIt = failure === undefined && isRed && !isAccepted;
  if (isGreenByIt && !(schedule.allows && known === "true"))
    problems.push(`(5) green after ${outputs.conclusion}, known ${known}`);
  if (!isGreenByIt && failure === undefined && outputs.conclusion !== undefined && !isAccepted)
    problems.push(`(5) green after ${outputs.conclusion}`);
  if (failure?.startsWith("The run ended as") && schedule.allows && known === "true")
    problems.push("(5) red, and it is known and allowed");
  if (!isCalm(schedule) || !isRed || isAccepted) return problems;
  const now = knownAt(github.requests.at(-1)?.atMs ?? 0, performance);
  // Where nothing is in the way, and nothing changes meanwhile, what can be known is told.
  const isStill = schedule.earlier.every(({ meanwhile }) => meanwhile.kind === "nothing");
  if (isStill && known !== now) problems.push(`(6) known "${known}", and right is "${now}"`);
  return problems;
}

/** The lists that the comparison may have read: what was listed when the run had ended. */
function looksOf({ sightings, step, github }: Performance): Sighting[] {
  const id = Number(step?.outputs.runId);
  return sightings.filter(
    (each) => each.kind === "list" && github.run(TARGET, id, each.entry.atMs)?.status === "completed",
  );
}

function knownAt(atMs: number, { github, schedule, step, earlierById }: Performance): Known {
  const ourId = Number(step?.outputs.runId);
  const { accepts, maxRuns, callers, event } = schedule;
  const ourBranch = event === "repository_dispatch" ? "main" : step?.outputs.ref;
  const all = github
    .runs(TARGET, atMs)
    .filter(({ createdAtMs }) => createdAtMs <= atMs)
    .sort((one, other) => other.id - one.id);
  for (const run of all.slice(0, maxRuns)) {
    const earlier = earlierById.get(run.id);
    // Those that are not among them are ours: this one, and what was sent again.
    if (!earlier || run.id >= ourId || run.status !== "completed") continue;
    if (earlier.isOfOtherFile || earlier.branchName !== ourBranch) continue;
    if (run.conclusion === "cancelled" || run.conclusion === "skipped") continue;
    const counts = COUNTS[earlier.by];
    if (counts === "no") continue;
    if (counts === "nobody knows") return "";
    if (counts !== "yes" && callers !== "readable") return "";
    if (counts === "caller's other") continue;
    if (accepts.split(", ").includes(run.conclusion ?? "")) return "false";
    return ["failure", "timed_out", "startup_failure"].includes(run.conclusion ?? "") ? "true" : "";
  }
  return "";
}

/** Property 7: nothing else is thrown, nothing is told that must not be, and each token stays at its server. */
export function problemsOfEnd({ step, broke, github, caller }: Performance): string[] {
  const told = textOf(step);
  const asked = [
    ...github.requests.filter(({ token }) => token === STATUS_TOKEN),
    ...caller.requests.filter(({ token }) => token === TOKEN),
  ];
  return [
    ...(broke === undefined ? [] : [`(7) threw ${(broke as Error)?.stack ?? String(broke)}`]),
    ...[TOKEN, STATUS_TOKEN].filter((token) => told?.includes(token)).map(() => "(7) a token is told"),
    ...asked.map(({ path }) => `(7) the wrong token was used for ${path}`),
    ...[github, caller]
      .flatMap(({ violations, breaches }) => [...violations, ...breaches])
      .map((each) => `(7) ${each}`),
    ...([github, caller].some(({ filteredLists }) => filteredLists > 0) ? ["(7) a filtered list was read"] : []),
  ];
}
