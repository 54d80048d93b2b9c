/** Finds the run that the dispatch started: the one that GitHub's answer names, else the one that shows our id. */

import { listAllJobs } from "../github/lists.ts";
import { type Id, SHORT_PAGE } from "../github/response-fields.ts";
import type { Run } from "../github/responses.ts";
import { ifAnswered, once } from "../github/retry.ts";
import { NEW_RUN_MS } from "../github/retry-rules.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import type { Finding } from "../state/finding.ts";
import type { OurRun, SentDispatch } from "../state/sent-dispatch.ts";
import { type Found, type NotFound, search } from "./search.ts";

/**
 * Finds our run, and makes it known.
 * @throws StepError when it was not found in time, or can never be
 */
export async function find(sent: SentDispatch, context: Context): Promise<OurRun> {
  const { started, findDeadlineMs } = sent;
  const ours = await (started ? readStarted(started.id, sent, context) : seek(sent, context));
  await recordRun(ours.run, findDeadlineMs, context);
  return ours;
}

/**
 * Reads the run that GitHub's answer names: it is there, however long GitHub takes to show it. With `wait_for: completed`
 * the list of recent runs is read first: if it has the run, the same request tells how long earlier ones took.
 */
async function readStarted(runId: Id, { findDeadlineMs: deadlineMs }: SentDispatch, context: Context): Promise<OurRun> {
  const { github, retry, inputs } = context;
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

async function seek(sent: SentDispatch, context: Context): Promise<OurRun> {
  const { github, inputs, clock } = context;
  if (sent.distinctId === undefined) {
    throw new StepError(
      "GitHub has started a run, but its answer did not name it, and no id was sent by which it could be found.\n" +
        `Look at the runs of ${github.fullName()}; and give \`distinct_id_key\` the name of an input that the workflow declares.`,
    );
  }
  const sinceMs = clock.nowMs();
  const early = (await seekForAMinute(sent, sinceMs, context)) ?? (await seekToTheEnd(sent, sinceMs, context));
  if (early.searched.run) return logFound(early.searched, sent, context);
  const late = await search(sent, { deadlineMs: early.endMs, isLast: true }, context);
  if (late.run) return logFound(late, sent, context);
  // Runs do not vanish: if the last look shows none, it had no time for an answer.
  const runs = late.runs.length > 0 ? late.runs : early.searched.runs;
  const { explainNotFound } = await import("./not-found.ts");
  const waitedMs = early.endMs < sent.findDeadlineMs ? clock.nowMs() - sent.atMs : inputs.findTimeoutMs;
  throw new StepError(
    explainNotFound({ ...late, runs, waitedMs }, sent.dispatch, inputs, github.fullName(), early.findings),
  );
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
const LAST_SEARCH_MS = 2000;

async function seekToTheEnd(sent: SentDispatch, sinceMs: number, context: Context): Promise<Sought> {
  const { findDeadlineMs: endMs } = sent;
  const diagnosisMs = Math.min(DIAGNOSIS_MS, context.inputs.findTimeoutMs / 4);
  const searched = await search(sent, { deadlineMs: endMs - diagnosisMs, sinceMs }, context);
  if (searched.run) return { searched, findings: [], endMs };
  const lastLookMs = Math.min(LAST_SEARCH_MS, diagnosisMs / 2);
  return { searched, findings: await examine(searched, sent, endMs - lastLookMs, context), endMs };
}

/** How long after the dispatch a run is visible, as a rule (docs/platform.md#new-runs). */
const SOON_MS = 60_000;

/**
 * Ends the search early where no run can have been started, since no workflow listens for the event. Undefined where that is
 * not certain, and where `find_timeout_seconds` was set: whoever set it may know better.
 */
async function seekForAMinute(sent: SentDispatch, sinceMs: number, context: Context): Promise<Sought | undefined> {
  const { inputs, clock } = context;
  if (sent.dispatch.event !== "repository_dispatch" || !inputs.findTimeoutIsDefault) return undefined;
  const searched = await search(sent, { deadlineMs: sent.atMs + SOON_MS, sinceMs }, context);
  if (searched.run) return { searched, findings: [], endMs: sent.findDeadlineMs };
  // A run of the event has come: some workflow listens.
  if (searched.runs.some(({ verdict }) => !verdict.startsWith("other"))) return undefined;
  const findings = await examine(searched, sent, clock.nowMs() + DIAGNOSIS_MS, context);
  const isHopeless = findings.some(({ cause }) => cause !== undefined);
  return isHopeless ? { searched, findings, endMs: clock.nowMs() + LAST_SEARCH_MS } : undefined;
}

async function examine(
  { runs }: NotFound,
  { dispatch }: SentDispatch,
  deadlineMs: number,
  context: Context,
): Promise<Finding[]> {
  const { examineReceivers } = await import("../workflow-file/receivers.ts");
  return examineReceivers(dispatch, context, { deadlineMs, runs: runs.map(({ run }) => run) });
}

/** Tells the log where our run shows the id, and warns of others that carry it, too. */
export function logFound(
  { run, recentRuns, sign, others }: Found,
  { distinctId }: SentDispatch,
  { log }: Pick<Context, "log">,
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

/** The longest that the step takes to read the jobs, which are only nice to have. */
const JOBS_MS = 10_000;

/** Makes the run known; if it has ended already and will not be followed, its jobs as well: `failed_jobs` is an output. */
export async function recordRun(run: Run, findDeadlineMs: number, context: Context): Promise<void> {
  const { record, inputs, clock } = context;
  record({ run });
  if (run.status !== "completed" || inputs.waitFor !== "found") return;
  const nowMs = clock.nowMs();
  const deadlineMs = Math.min(findDeadlineMs, nowMs + JOBS_MS);
  const patience = { deadlineMs, wasSeen: true, isNewUntilMs: nowMs + NEW_RUN_MS };
  const jobs = await ifAnswered(listAllJobs(run.id, context, patience));
  if (jobs) record({ jobs });
}
