/** Finds the run that the dispatch started: the one that GitHub's answer names, else the one that shows our id. */

import { orNothing } from "../asking/retry.ts";
import type { Plan } from "../dispatch/plan.ts";
import { Failure } from "../edges/failure.ts";
import { readJobs, unlessFault } from "../follow/follow.ts";
import type { Run } from "../github/answers.ts";
import { explainNotFound } from "../story/report.ts";
import type { Story } from "../story/story.ts";
import { SHORT_PAGE } from "./recent-runs.ts";
import { type Found, NEW_RUN_MS, search } from "./search.ts";

/** The run is known; its jobs are nice to have, and worth no more time than this. */
const JOBS_MS = 10_000;

/**
 * Finds our run, and makes it known.
 * @throws Failure when it was not found in time, or can never be
 */
export async function find(plan: Plan, story: Story): Promise<Run> {
  const { known, learn, inputs, findDeadlineMs } = story;
  const found =
    known.run ?? (known.started ? await readStarted(known.started.runId, story) : await seek(plan, story));
  learn({ run: found });
  // Nobody will follow a run that has ended already; its failed jobs are an output all the same.
  if (found.status === "completed" && inputs.waitFor === "found") {
    const nowMs = story.clock.nowMs();
    const deadlineMs = Math.min(findDeadlineMs, nowMs + JOBS_MS);
    const seen = { deadlineMs, wasSeen: true, isNewUntilMs: nowMs + NEW_RUN_MS };
    const jobs = await orNothing(readJobs(found.id, seen, story));
    if (jobs) learn({ jobs });
  }
  return found;
}

/**
 * One look at the run that GitHub's answer names. Where its end is waited for, the list of recent runs is looked at first:
 * it tells in the same request what earlier ones took.
 */
async function readStarted(runId: Run["id"], story: Story): Promise<Run> {
  const { github, clock, persist, inputs, findDeadlineMs: deadlineMs } = story;
  const isNewUntilMs = clock.nowMs() + NEW_RUN_MS;
  if (inputs.waitFor === "completed") {
    const page = { perPage: SHORT_PAGE, page: 1 };
    const once = { deadlineMs, asksAgain: () => false };
    const listed = await persist((options) => github.listRuns(page, options), once).catch(
      unlessFault(() => []),
    );
    story.recentRuns = listed;
    const ours = listed.find(({ id }) => id === runId);
    if (ours) return ours;
  }
  return persist((options) => github.getRun(runId, options), { deadlineMs, isNewUntilMs });
}

async function seek(plan: Plan, story: Story): Promise<Run> {
  const { known, github, inputs, findDeadlineMs } = story;
  if (known.distinctId === "") {
    throw new Failure(
      "GitHub has started a run, but its answer did not name it, and no id was sent by which it could be found.\n" +
        `Look at the runs of ${github.fullName()}; and give \`distinct_id_key\` the name of an input that the workflow declares.`,
    );
  }
  const sentAtMs = known.sentAtMs ?? 0;
  // The deadline is for all of it: what may be wrong with the receiver is looked at before, not after.
  const diagnosisMs = Math.min(DIAGNOSIS_MS, inputs.findTimeoutMs / 4);
  const early = await search(plan, { sentAtMs, deadlineMs: findDeadlineMs - diagnosisMs }, story);
  if (early.run) return sayFound(early, story);
  const { diagnoseReceivers } = await import("../dry-run/doctor.ts");
  const lastLookMs = Math.min(LAST_LOOK_MS, diagnosisMs / 2);
  const runs = early.seen.map(({ run }) => run);
  const findings = await diagnoseReceivers(story, { deadlineMs: findDeadlineMs - lastLookMs, runs });
  const late = await search(plan, { sentAtMs, deadlineMs: findDeadlineMs }, story);
  if (late.run) return sayFound(late, story);
  // Runs do not vanish: a last look without any had no time for an answer.
  const seen = late.seen.length > 0 ? late.seen : early.seen;
  throw new Failure(explainNotFound({ ...late, seen }, plan, inputs, github.fullName(), findings));
}

/** How long before the deadline the search is interrupted. */
const DIAGNOSIS_MS = 5000;
/** What is left of that for the last look, however slow the diagnosis is. */
const LAST_LOOK_MS = 2000;

/** Tells by which sign the run was found, and warns of others that carry the same id. */
export function sayFound({ run, sign, others }: Found, { log, known }: Story): Run {
  const where = { name: "its name", job: "a job's name", step: "a step's name" }[sign];
  log.info(`Found run ${run.id} by ${where}: ${run.htmlUrl}`);
  if (others.length > 0) {
    log.warning(
      `${others.length + 1} runs carry the id ${known.distinctId}. The oldest is taken for ours; the others are: ` +
        others.map((other) => other.htmlUrl).join(", "),
    );
  }
  return run;
}
