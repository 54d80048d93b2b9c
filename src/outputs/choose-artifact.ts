/** Which artifact has the values. Pure. */

import type { Artifact } from "../github/artifacts.ts";
import type { Job, Run } from "../github/responses.ts";

export type ChosenArtifact = { artifact: Artifact } | { none: "missing" | "earlier" };

/**
 * The newest artifact of that name that counts for the run's present attempt. An artifact does not say which attempt it is
 * of, so the times have to (docs/design.md#values-back): it counts if it came since the attempt began, or while a job ran
 * that the attempt has taken over from an earlier one, since it did not have to run again.
 */
export function chooseArtifact(
  artifacts: readonly Artifact[],
  name: string,
  { run, jobs }: { run: Run; jobs: readonly Job[] },
): ChosenArtifact {
  const { runAttempt, startedAtMs } = run;
  const named = artifacts.filter((artifact) => artifact.name === name);
  // Times have whole seconds: an upload in the second in which the attempt began is hardly an earlier attempt's.
  const isAhead = ({ createdAtMs }: Artifact) =>
    runAttempt > 1 && startedAtMs !== undefined && createdAtMs !== undefined && createdAtMs < startedAtMs;
  const counting = named.filter((each) => !isAhead(each) || jobs.some((job) => isOf(job, each)));
  const artifact = newest(counting);
  return artifact ? { artifact } : { none: named.length > 0 ? "earlier" : "missing" };
}

/** Whether it came while the job ran. */
function isOf({ startedAtMs, completedAtMs }: Job, { createdAtMs = Number.NaN }: Artifact): boolean {
  return createdAtMs >= (startedAtMs ?? Number.NaN) && createdAtMs <= (completedAtMs ?? Number.NaN);
}

/** By the ids, which grow. */
function newest(artifacts: readonly Artifact[]): Artifact | undefined {
  return artifacts.reduce<Artifact | undefined>((last, each) => (last && last.id > each.id ? last : each), undefined);
}
