/** Finds the run that the dispatch started: the one that GitHub's answer names, else the one that shows our id. */

import { ifAnswered, once } from "../asking/retry.ts";
import { Failure } from "../edges/failure.ts";
import type { Id } from "../github/reading.ts";
import type { Finding } from "../receiver/finding.ts";
import type { OurRun, Sent } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { makeKnown } from "./make-known.ts";
import { explainNotFound } from "./not-found.ts";
import { SHORT_PAGE } from "./recent-runs.ts";
import { type Found, type NotFound, search } from "./search.ts";

/**
 * Finds our run, and makes it known.
 * @throws Failure when it was not found in time, or can never be
 */
export async function find(sent: Sent, story: Story): Promise<OurRun> {
  const { found, started, findDeadlineMs } = sent;
  const ours = found ?? (await (started ? readStarted(started.id, sent, story) : seek(sent, story)));
  await makeKnown(ours.run, findDeadlineMs, story);
  return ours;
}

/**
 * Reads the run that GitHub's answer names: it is there, however long GitHub takes to show it. With `wait_for: completed`
 * the list of recent runs is read first: if it has the run, the same request tells how long earlier ones took.
 */
async function readStarted(runId: Id, { findDeadlineMs: deadlineMs }: Sent, story: Story): Promise<OurRun> {
  const { github, retry, inputs } = story;
  const page = { perPage: SHORT_PAGE, page: 1 };
  const listed =
    inputs.waitFor === "completed"
      ? await ifAnswered(retry((options) => github.listRuns(page, options), once(deadlineMs)))
      : undefined;
  const recentRuns = listed?.items;
  const run =
    recentRuns?.find(({ id }) => id === runId) ??
    (await retry((options) => github.getRun(runId, options), { deadlineMs, isNewUntilMs: deadlineMs }));
  return { run, recentRuns };
}

async function seek(sent: Sent, story: Story): Promise<OurRun> {
  const { github, inputs, clock } = story;
  if (sent.distinctId === undefined) {
    throw new Failure(
      "GitHub has started a run, but its answer did not name it, and no id was sent by which it could be found.\n" +
        `Look at the runs of ${github.fullName()}; and give \`distinct_id_key\` the name of an input that the workflow declares.`,
    );
  }
  const sinceMs = clock.nowMs();
  const early = (await seekForAMinute(sent, sinceMs, story)) ?? (await seekToTheEnd(sent, sinceMs, story));
  if (early.searched.run) return sayFound(early.searched, sent, story);
  const late = await search(sent, { deadlineMs: early.endMs, isLast: true }, story);
  if (late.run) return sayFound(late, sent, story);
  // Runs do not vanish: if the last look shows none, it had no time for an answer.
  const runs = late.runs.length > 0 ? late.runs : early.searched.runs;
  const waitedMs = early.endMs < sent.findDeadlineMs ? clock.nowMs() - sent.atMs : inputs.findTimeoutMs;
  throw new Failure(explainNotFound({ ...late, runs, waitedMs }, sent.plan, inputs, github.fullName(), early.findings));
}

/** What came of all looks but the last. */
interface Sought {
  searched: Found | NotFound;
  /** What may be wrong with the receiver; empty where the run was found, since then nobody looked. */
  findings: readonly Finding[];
  /** When the last look has to end, by the clock. */
  endMs: number;
}

/** How long before its deadline the search stops for a look at the receiver and a last look for the run. */
const DIAGNOSIS_MS = 5000;
/** What is left of that for the last look, however slow the look at the receiver is. */
const LAST_LOOK_MS = 2000;

async function seekToTheEnd(sent: Sent, sinceMs: number, story: Story): Promise<Sought> {
  const { findDeadlineMs: endMs } = sent;
  const diagnosisMs = Math.min(DIAGNOSIS_MS, story.inputs.findTimeoutMs / 4);
  const searched = await search(sent, { deadlineMs: endMs - diagnosisMs, sinceMs }, story);
  if (searched.run) return { searched, findings: [], endMs };
  const lastLookMs = Math.min(LAST_LOOK_MS, diagnosisMs / 2);
  return { searched, findings: await examine(searched, sent, endMs - lastLookMs, story), endMs };
}

/** How long after the dispatch a run is visible, as a rule (docs/platform.md#new-runs). */
const SOON_MS = 60_000;

/**
 * Ends the search early where no run can have been started, since no workflow listens for the event. Undefined where that is
 * not certain, and where `find_timeout_seconds` was set: whoever set it may know better.
 */
async function seekForAMinute(sent: Sent, sinceMs: number, story: Story): Promise<Sought | undefined> {
  const { inputs, clock } = story;
  if (sent.plan.event !== "repository_dispatch" || !inputs.findTimeoutIsDefault) return undefined;
  const searched = await search(sent, { deadlineMs: sent.atMs + SOON_MS, sinceMs }, story);
  if (searched.run) return { searched, findings: [], endMs: sent.findDeadlineMs };
  // A run of the event has come: some workflow listens.
  if (searched.runs.some(({ verdict }) => !verdict.startsWith("other"))) return undefined;
  const findings = await examine(searched, sent, clock.nowMs() + DIAGNOSIS_MS, story);
  const isHopeless = findings.some(({ cause }) => cause !== undefined);
  return isHopeless ? { searched, findings, endMs: clock.nowMs() + LAST_LOOK_MS } : undefined;
}

async function examine({ runs }: NotFound, { plan }: Sent, deadlineMs: number, story: Story): Promise<Finding[]> {
  const { examineReceivers } = await import("../dry-run/doctor.ts");
  return examineReceivers(plan, story, { deadlineMs, runs: runs.map(({ run }) => run) });
}

/** Tells the log where our run shows the id, and warns of others that carry it, too. */
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
