/** Which of the runs that show our id is ours. Pure. */

import { Failure } from "../edges/failure.ts";
import type { Run } from "../github/answers.ts";
import type { Candidate, Sent, Sign } from "../story/sent.ts";
import { byAge } from "./crowd.ts";

/** A run, and where it shows our id. */
export type Shown = Pick<Candidate, "run"> & { sign: Sign };

/** Within this time a run becomes visible as a rule (docs/platform.md#new-runs), and so does another with the same id. */
const SETTLES_MS = 10_000;

/**
 * The oldest of the runs that show our id, and the others. Runs with a generated id are all ours. A given id may be on
 * others by right: so one run is believed only when a second one has had the time to show, and two are an error. Undefined
 * as long as nothing can be said.
 * @throws Failure that names all that may be ours
 */
export function choose(
  shown: readonly Shown[],
  { distinctId, atMs, findDeadlineMs }: Pick<Sent, "distinctId" | "atMs" | "findDeadlineMs">,
  isGiven: boolean,
  nowMs: number,
): (Shown & { others: Run[] }) | undefined {
  const [first, ...more] = shown.toSorted((a, b) => byAge(a.run, b.run));
  if (!first) return undefined;
  const { run, sign } = first;
  const others = more.map((each) => each.run);
  if (isGiven && others.length > 0) throw new Failure(explainTwo([run, ...others], distinctId));
  const isEarly = nowMs - atMs < Math.min(SETTLES_MS, (findDeadlineMs - atMs) / 2);
  return isGiven && isEarly ? undefined : { run, sign, others };
}

function explainTwo(runs: readonly Run[], distinctId = ""): string {
  const haveOneWorkflow = new Set(runs.map(({ path }) => path)).size === 1;
  return [
    `${runs.length} runs since the dispatch carry the id ${distinctId}, which was given: nothing tells which of them is ours.`,
    ...runs.map(({ path, displayTitle, htmlUrl }) => `- ${path} "${displayTitle}": ${htmlUrl}`),
    haveOneWorkflow
      ? "Give each step an id of its own: leave out `distinct_id`, and one is generated; or add to it what tells the steps apart."
      : "Give the input `workflow` the file whose run is meant, or each step an id of its own (without `distinct_id`, one is generated).",
  ].join("\n");
}
