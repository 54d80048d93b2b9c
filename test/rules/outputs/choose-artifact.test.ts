import { expect, test } from "vitest";
import type { Artifact } from "../../../src/github/artifacts.ts";
import type { Job } from "../../../src/github/responses.ts";
import { chooseArtifact } from "../../../src/outputs/choose-artifact.ts";
import { aRun } from "../../support/runs.ts";

/** Seconds. */
const at = (seconds: number) => 1_764_000_000_000 + 1000 * seconds;

function artifact(id: number | bigint, seconds: number | undefined, name = "values"): Artifact {
  const createdAtMs = seconds === undefined ? undefined : at(seconds);
  return { id, name, sizeBytes: 7, isExpired: false, createdAtMs, digest: undefined };
}

function job(from: number, to: number): Job {
  const times = { startedAtMs: at(from), completedAtMs: at(to) };
  return { id: 1, name: "build", status: "completed", conclusion: "success", htmlUrl: "", steps: [], ...times };
}

/** Begins at 100 s. */
const attempt = (runAttempt: number) => aRun({ runAttempt, startedAtMs: at(100) });

test.each<[string, Artifact[], number, Job[], number | bigint | string]>([
  ["none", [], 1, [], "missing"],
  ["others only", [artifact(1, 120, "Values"), artifact(2, 120, "values.json")], 1, [], "missing"],
  ["one", [artifact(1, 120)], 1, [], 1],
  ["the newest of several, in any order", [artifact(2, 120), artifact(3, 110), artifact(1, 130)], 1, [], 3],
  ["ids beyond 2^53", [artifact(2n ** 60n, 120), artifact(7, 130)], 1, [], 2n ** 60n],
  ["a first attempt's, whatever its time is", [artifact(1, 50)], 1, [], 1],
  ["an earlier attempt's only", [artifact(1, 50)], 2, [job(110, 120)], "earlier"],
  ["one of each attempt", [artifact(1, 50), artifact(2, 120)], 2, [job(110, 130)], 2],
  ["one of the second in which the attempt began", [artifact(1, 100)], 2, [], 1],
  ["an earlier one's, by a job that was taken over", [artifact(1, 50)], 2, [job(40, 60), job(110, 120)], 1],
  ["an earlier one's, beside a job that was taken over", [artifact(1, 70)], 2, [job(40, 60)], "earlier"],
  ["one without a time", [artifact(1, undefined)], 2, [], 1],
])("%s", (_, artifacts, runAttempt, jobs, wanted) => {
  const chosen = chooseArtifact(artifacts, "values", { run: attempt(runAttempt), jobs });
  expect("artifact" in chosen ? chosen.artifact.id : chosen.none).toBe(wanted);
});

test("where a server does not tell when the attempt began, the newest counts", () => {
  const run = aRun({ runAttempt: 2, startedAtMs: undefined });
  expect(chooseArtifact([artifact(1, 50)], "values", { run, jobs: [] })).toEqual({ artifact: artifact(1, 50) });
});
