/** Finds the run that the dispatch started: the one that GitHub's answer names, else the one that shows our id. */

import { ifAnswered, once } from "../asking/retry.ts";
import { Failure } from "../edges/failure.ts";
import type { Id } from "../github/reading.ts";
import type { OurRun, Sent } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { makeKnown } from "./make-known.ts";
import { explainNotFound } from "./not-found.ts";
import { NEW_RUN_MS } from "./read-jobs.ts";
import { SHORT_PAGE } from "./recent-runs.ts";
import { type Found, search } from "./search.ts";

/**
 * Finds our run, and makes it known.
 * @throws Failure when it was not found in time, or can never be
 */
export async function find(sent: Sent, story: Story): Promise<OurRun> {
  const found = sent.found ?? (await lookFor(sent, story));
  await makeKnown(found.run, sent.findDeadlineMs, story);
  return found;
}

async function lookFor(sent: Sent, story: Story): Promise<OurRun> {
  return sent.started ? readStarted(sent.started.id, sent, story) : seek(sent, story);
}

/**
 * One look at the run that GitHub's answer names. Where its end is waited for, the list of recent runs is looked at first:
 * it tells in the same request what earlier ones took.
 */
async function readStarted(runId: Id, { findDeadlineMs: deadlineMs }: Sent, story: Story): Promise<OurRun> {
  const { github, clock, retry, inputs } = story;
  const isNewUntilMs = clock.nowMs() + NEW_RUN_MS;
  const page = { perPage: SHORT_PAGE, page: 1 };
  const listed =
    inputs.waitFor === "completed"
      ? await ifAnswered(retry((options) => github.listRuns(page, options), once(deadlineMs)))
      : undefined;
  const recentRuns = listed?.items;
  const run =
    recentRuns?.find(({ id }) => id === runId) ??
    (await retry((options) => github.getRun(runId, options), { deadlineMs, isNewUntilMs }));
  return { run, recentRuns };
}

/** How long before the deadline the search is interrupted. */
const DIAGNOSIS_MS = 5000;
/** What is left of that for the last look, however slow the diagnosis is. */
const LAST_LOOK_MS = 2000;

async function seek(sent: Sent, story: Story): Promise<OurRun> {
  const { github, inputs } = story;
  const { plan, distinctId, findDeadlineMs } = sent;
  if (distinctId === undefined) {
    throw new Failure(
      "GitHub has started a run, but its answer did not name it, and no id was sent by which it could be found.\n" +
        `Look at the runs of ${github.fullName()}; and give \`distinct_id_key\` the name of an input that the workflow declares.`,
    );
  }
  // The deadline is for all of it: what may be wrong with the receiver is looked at before, not after.
  const diagnosisMs = Math.min(DIAGNOSIS_MS, inputs.findTimeoutMs / 4);
  const early = await search(sent, { deadlineMs: findDeadlineMs - diagnosisMs }, story);
  if (early.run) return sayFound(early, sent, story);
  const { examineReceivers } = await import("../dry-run/doctor.ts");
  const lastLookMs = Math.min(LAST_LOOK_MS, diagnosisMs / 2);
  const runs = early.runs.map(({ run }) => run);
  const findings = await examineReceivers(plan, story, { deadlineMs: findDeadlineMs - lastLookMs, runs });
  const late = await search(sent, { deadlineMs: findDeadlineMs }, story);
  if (late.run) return sayFound(late, sent, story);
  // Runs do not vanish: a last look without any had no time for an answer.
  const listed = late.runs.length > 0 ? late.runs : early.runs;
  throw new Failure(explainNotFound({ ...late, runs: listed }, plan, inputs, github.fullName(), findings));
}

/** Tells by which sign our run was found, and warns of others that carry the same id. */
export function sayFound(
  { run, recentRuns, sign, others }: Found,
  { distinctId }: Sent,
  { log }: Pick<Story, "log">,
): OurRun {
  const where = { name: "its name", job: "a job's name", step: "a step's name" }[sign];
  log.info(`Found run ${run.id} by ${where}: ${run.htmlUrl}`);
  if (others.length > 0) {
    log.warning(
      `${others.length + 1} runs carry the id ${distinctId}. The oldest is taken for ours; the others are: ` +
        others.map((other) => other.htmlUrl).join(", "),
    );
  }
  return { run, recentRuns };
}
