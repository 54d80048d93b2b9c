import type { Artifact } from "../github/artifacts.ts";
import type { Job, Run } from "../github/responses.ts";
import { oneLine } from "../text/foreign-text.ts";

export type ChosenArtifact = { artifact: Artifact } | { none: "missing" | "earlier" };

// The newest artifact that counts for the present attempt. It does not name its attempt, so times decide
// (docs/design.md#values-back): it came since the attempt began, or during a job that was taken over from an earlier one.
export function chooseArtifact(
  artifacts: readonly Artifact[],
  name: string,
  { run, jobs }: { run: Run; jobs: readonly Job[] },
): ChosenArtifact {
  const { runAttempt, startedAtMs } = run;
  const named = artifacts.filter((artifact) => artifact.name === oneLine(name));
  // Times have whole seconds: an upload in the second in which the attempt began is hardly an earlier attempt's.
  const isEarlier = ({ createdAtMs }: Artifact) =>
    runAttempt > 1 && startedAtMs !== undefined && createdAtMs !== undefined && createdAtMs < startedAtMs;
  const counting = named.filter((each) => !isEarlier(each) || jobs.some((job) => cameDuring(job, each)));
  const artifact = newest(counting);
  return artifact ? { artifact } : { none: named.length > 0 ? "earlier" : "missing" };
}

function cameDuring({ startedAtMs, completedAtMs }: Job, { createdAtMs = Number.NaN }: Artifact): boolean {
  return createdAtMs >= (startedAtMs ?? Number.NaN) && createdAtMs <= (completedAtMs ?? Number.NaN);
}

function newest(artifacts: readonly Artifact[]): Artifact | undefined {
  return artifacts.reduce<Artifact | undefined>((last, each) => (last && last.id > each.id ? last : each), undefined);
}
