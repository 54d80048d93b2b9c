/** What a search in vain says of each run that it saw. */

import { expect, test } from "vitest";
import { BUSY, SILENT } from "../../support/receivers.ts";
import { asked, setStage, TARGET } from "../../support/stage.ts";

const given = { event_type: "deploy", find_timeout_seconds: "60" };

/** The lines about single runs, by the run's file: what they say of it. */
function verdicts(failure: string | undefined): Record<string, string> {
  const lines = (failure ?? "").matchAll(/^- \.github\/workflows\/(\S+) "[^"]*": (.*), http:\S+$/gm);
  return Object.fromEntries([...lines].map(([, file = "", verdict = ""]) => [file, verdict]));
}

async function stage() {
  const { github, play } = await setStage({
    "busy.yml": BUSY,
    "deploy.yml": SILENT,
    "other.yml": SILENT,
    "slow.yml": SILENT,
  });
  github.behaviour(TARGET, "slow.yml", { stepMs: 600_000 });
  github.startRun(TARGET, "busy.yml", { event: "push" });
  return { github, play };
}

test("tells runs of the event from one another when any workflow may be ours", async () => {
  const { play } = await stage();
  const { failure } = await play(given);
  expect(failure).toContain("GitHub listed 4 runs since the dispatch. By repository_dispatch");
  expect(verdicts(failure)).toEqual({
    "deploy.yml": "shows no id",
    "other.yml": "shows no id",
    "slow.yml": "is in_progress, shows no id yet",
  });
});

test("tells runs of the event in another workflow as such, and reads none of their jobs", async () => {
  const { github, play } = await stage();
  const { failure } = await play({ ...given, workflow: "deploy.yml" });
  const another = "belongs to another workflow than `workflow` names";
  expect(failure).toContain("GitHub listed 4 runs since the dispatch. By repository_dispatch");
  expect(verdicts(failure)).toEqual({
    "deploy.yml": "shows no id",
    "other.yml": another,
    "slow.yml": another,
  });
  const ours = github.runs(TARGET).find(({ workflowPath }) => workflowPath.endsWith("deploy.yml"))?.id;
  const jobs = asked(github, "GET").filter((line) => line.includes("/jobs"));
  expect(jobs.length).toBeGreaterThan(0);
  expect(jobs.filter((line) => !line.includes(`/runs/${ours}/jobs`))).toEqual([]);
});
