import { listAllJobs } from "../github/lists.ts";
import { type Pace, pauseBeforeFind, pauseWithin } from "../github/polling.ts";
import { type Id, SHORT_PAGE } from "../github/response-fields.ts";
import type { Run } from "../github/responses.ts";
import { once, responseOrUndefined } from "../github/retry.ts";
import { NEW_RUN_MS } from "../github/retry-rules.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import type { Finding } from "../state/finding.ts";
import type { OurRun, SentDispatch } from "../state/sent-dispatch.ts";
import { enumerated } from "../text/wording.ts";
import { type Found, type NotFound, search } from "./search.ts";

/** @throws StepError when the run was not found in time, or can never be */
export async function find(sent: SentDispatch, context: Context): Promise<OurRun> {
  const { started, findDeadlineMs } = sent;
  const ours = await (started ? readStarted(started.id, sent, context) : searchForId(sent, context));
  await recordRun(ours.run, findDeadlineMs, context);
  return ours;
}

/** With `wait_for: completed` the recent runs are listed first: they may have the run, and give earlier durations. */
async function readStarted(runId: Id, { findDeadlineMs: deadlineMs }: SentDispatch, context: Context): Promise<OurRun> {
  const { github, retry, inputs, isBrief } = context;
  const list = async () => {
    const page = { perPage: SHORT_PAGE, page: 1 };
    return (await responseOrUndefined(retry((options) => github.listRuns(page, options), once(deadlineMs))))?.items;
  };
  const isOurs = ({ id }: Run) => id === runId;
  const recentRuns =
    inputs.waitFor !== "completed"
      ? undefined
      : await (isBrief ? listUntil((runs) => runs.some(isOurs), list, deadlineMs, context) : list());
  const run =
    recentRuns?.find(isOurs) ??
    // The run exists, however long GitHub takes to show it.
    (await retry((options) => github.getRun(runId, options), { deadlineMs, isNewUntilMs: deadlineMs }));
  return { run, recentRuns };
}

// A request for a run that cannot be read yet is billed, and an unchanged list is not. Where many runs are started, nobody looks at
// how soon each is seen.
const PAUSE_BEFORE_LIST_MS = 3000;
const MAX_LISTS = 4;

async function listUntil(
  hasOurs: (runs: readonly Run[]) => boolean,
  list: () => Promise<readonly Run[] | undefined>,
  deadlineMs: number,
  { clock, signal }: Context,
): Promise<readonly Run[] | undefined> {
  let runs: readonly Run[] | undefined;
  for (let lists = 0; lists < MAX_LISTS; lists++) {
    await clock.sleep(pauseWithin(deadlineMs - clock.nowMs(), PAUSE_BEFORE_LIST_MS), signal);
    runs = await list();
    if (!runs || hasOurs(runs)) break;
  }
  return runs;
}

async function searchForId(sent: SentDispatch, context: Context): Promise<OurRun> {
  const { github, inputs, clock } = context;
  if (sent.distinctId === undefined) {
    throw new StepError(
      "GitHub started a run, but its response did not name it, and no id was sent to find it by.\n" +
        `Check the runs of ${github.fullName()}, and set \`distinct_id_key\` to an input that the workflow declares.`,
    );
  }
  const sinceMs = clock.nowMs();
  await pauseAfterList(sent, pauseBeforeFind, context);
  const early = (await searchForAMinute(sent, sinceMs, context)) ?? (await searchToTheEnd(sent, sinceMs, context));
  if (early.searched.run) return logFound(early.searched, sent, context);
  const late = await search(sent, { deadlineMs: early.endMs, isLast: true }, context);
  if (late.run) return logFound(late, sent, context);
  // Runs do not vanish: if the last search lists none, it had no time for a response.
  const runs = late.runs.length > 0 ? late.runs : early.searched.runs;
  const { explainNotFound } = await import("./not-found.ts");
  const sentInputs = { ...inputs, distinctId: { ...inputs.distinctId, value: sent.distinctId } };
  const waitedMs = early.endMs < sent.findDeadlineMs ? clock.nowMs() - sent.atMs : inputs.findTimeoutMs;
  throw new StepError(
    explainNotFound({ ...late, runs, waitedMs }, sent.dispatch, sentInputs, github.fullName(), early.findings),
  );
}

const LONGEST_FIRST_LIST_MS = 1000;

/** A list shows no run that an event has just started: the one right before the dispatch takes the place of the first. */
export async function pauseAfterList(
  { listTookMs, findDeadlineMs }: SentDispatch,
  pauseFor: (pace: Pace) => number,
  context: Context,
): Promise<void> {
  const { clock, random, signal, inputs, github } = context;
  if (listTookMs === undefined) return;
  const lookMs = Math.min(listTookMs, LONGEST_FIRST_LIST_MS);
  const { pollIntervalMs } = inputs;
  const pace = { ageMs: 0, pollIntervalMs, rateLimit: github.rateLimit(), lookMs, sharers: 1, pollers: 1 };
  const pauseMs = lookMs + pauseFor({ ...pace, random: random() });
  await clock.sleep(pauseWithin(findDeadlineMs - clock.nowMs(), pauseMs), signal);
}

/** The result of every search but the last. */
interface EarlierSearch {
  searched: Found | NotFound;
  /** What may be wrong with the receiver; empty where the run was found. */
  findings: readonly Finding[];
  /** When the last search has to end, by the clock. */
  endMs: number;
}

/** Kept free before the deadline, to check the receiver and to search a last time. */
const DIAGNOSIS_MS = 5000;
/** The part of it that is for the last search, however slow the check is. */
const LAST_SEARCH_MS = 2000;

async function searchToTheEnd(sent: SentDispatch, sinceMs: number, context: Context): Promise<EarlierSearch> {
  const { findDeadlineMs: endMs } = sent;
  const diagnosisMs = Math.min(DIAGNOSIS_MS, context.inputs.findTimeoutMs / 4);
  const searched = await search(sent, { deadlineMs: endMs - diagnosisMs, sinceMs }, context);
  if (searched.run) return { searched, findings: [], endMs };
  const lastSearchMs = Math.min(LAST_SEARCH_MS, diagnosisMs / 2);
  return { searched, findings: await examine(searched, sent, endMs - lastSearchMs, context), endMs };
}

/** A run is usually visible this long after the dispatch (docs/platform.md#new-runs). */
const USUALLY_VISIBLE_MS = 60_000;

// Ends the search early where no workflow listens for the event. Undefined where that is not certain, and where
// `find_timeout_seconds` was set: whoever set it may know better.
async function searchForAMinute(
  sent: SentDispatch,
  sinceMs: number,
  context: Context,
): Promise<EarlierSearch | undefined> {
  const { inputs, clock } = context;
  if (sent.dispatch.event !== "repository_dispatch" || !inputs.findTimeoutIsDefault) return undefined;
  const searched = await search(sent, { deadlineMs: sent.atMs + USUALLY_VISIBLE_MS, sinceMs }, context);
  if (searched.run) return { searched, findings: [], endMs: sent.findDeadlineMs };
  // A run of the event exists: some workflow listens.
  if (searched.runs.some(({ verdict }) => !verdict.startsWith("other"))) return undefined;
  const findings = await examine(searched, sent, clock.nowMs() + DIAGNOSIS_MS, context);
  const isHopeless = findings.some(({ cause }) => cause !== undefined);
  return isHopeless ? { searched, findings, endMs: clock.nowMs() + LAST_SEARCH_MS } : undefined;
}

/** Not in the main chunk. In one place, since a second one would have a chunk of its own. */
export function loadReceivers(): Promise<typeof import("../workflow-file/receivers.ts")> {
  return import("../workflow-file/receivers.ts");
}

async function examine(
  { runs }: NotFound,
  { dispatch }: SentDispatch,
  deadlineMs: number,
  context: Context,
): Promise<Finding[]> {
  const { examineReceivers } = await loadReceivers();
  return examineReceivers(dispatch, context, { deadlineMs, runs: runs.map(({ run }) => run) });
}

export function logFound(
  { run, recentRuns, sign, others }: Found,
  { distinctId }: SentDispatch,
  { log }: Pick<Context, "log">,
): OurRun {
  const where = { name: "its name", job: "a job's name", step: "a step's name" }[sign];
  log.notice(`Found run ${run.id} by ${where}: ${run.htmlUrl}`);
  if (others.length > 0) {
    log.warning(
      `${others.length + 1} runs carry the id ${distinctId}. The oldest is used; the others are: ` +
        enumerated(others.map((other) => other.htmlUrl)),
    );
  }
  return { run, recentRuns };
}

/** Limit for reading the jobs, which are optional. */
const JOBS_MS = 10_000;

/** Also the jobs of a run that has ended and is not followed: `failed_jobs` is an output. */
export async function recordRun(run: Run, findDeadlineMs: number, context: Context): Promise<void> {
  const { record, inputs, clock } = context;
  record({ run });
  if (run.status !== "completed" || inputs.waitFor !== "found") return;
  const nowMs = clock.nowMs();
  const deadlineMs = Math.min(findDeadlineMs, nowMs + JOBS_MS);
  const retryOptions = { deadlineMs, wasSeen: true, isNewUntilMs: nowMs + NEW_RUN_MS };
  const jobs = await responseOrUndefined(listAllJobs(run.id, context, retryOptions));
  if (jobs) record({ jobs });
}
