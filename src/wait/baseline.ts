/** Whether a red end is new, or the run before it was red as well (docs/known-failures.md). */

import type { GitHub } from "../github/api.ts";
import { isGreen } from "../github/conclusions.ts";
import { listAllJobs, readPages } from "../github/lists.ts";
import { PAGE_LENGTH } from "../github/response-fields.ts";
import type { Run } from "../github/responses.ts";
import { makeRetry, once, type Retry, responseOrUndefined } from "../github/retry.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import type { Baseline } from "../state/known.ts";
import { duration } from "../text/wording.ts";
import { callersRunIn, isComparable, isPredecessor, originOf, wasOnDefaultBranch } from "./baseline-rules.ts";
import type { RunSnapshot } from "./run-snapshot.ts";
import { verdictOf } from "./verdict.ts";

const TOTAL_MS = 20_000;
/** How many of the caller's runs are read: each is a request on `status_token`, of which others need some as well. */
const MOST_CALLERS_RUNS = 50;

/** Undefined where nobody knows: there is no such run, or something that decides could not be read. */
export async function findBaseline({ run: ours }: RunSnapshot, context: Context): Promise<Baseline | undefined> {
  const { github, retry, clock, inputs } = context;
  const deadlineMs = clock.nowMs() + TOTAL_MS;
  const isTrial = trialReader(ours, context, deadlineMs);
  const perPage = Math.min(PAGE_LENGTH, inputs.maxRuns);
  const readPage = (page: number) => retry((options) => github.listRuns({ perPage, page }, options), once(deadlineMs));
  let read = 0;
  for await (const { items } of pagesOrNone(readPages(readPage, { perPage }))) {
    const runs = items.slice(0, inputs.maxRuns - read).filter((run) => isPredecessor(run, ours));
    const streak = await streakIn(runs, isTrial, inputs);
    if (streak) return streak === "unknown" ? undefined : baselineOf(streak, context, deadlineMs);
    read += items.length;
    if (read >= inputs.maxRuns) return undefined;
  }
  return undefined;
}

/** The run before ours, and the oldest of those that were red without a break, as far as one page shows. */
interface Streak {
  first: Run;
  oldest: Run;
}

async function streakIn(
  runs: readonly Run[],
  isTrial: TrialReader,
  { successConclusions }: Pick<Context["inputs"], "successConclusions">,
): Promise<Streak | "unknown" | undefined> {
  let streak: Streak | undefined;
  for (const run of runs) {
    const trial = await isTrial(run, streak !== undefined);
    if (trial === undefined) return streak ?? "unknown";
    if (trial) continue;
    if (isGreen(run.conclusion, successConclusions)) return streak ?? { first: run, oldest: run };
    if (!isComparable(run.conclusion)) return streak ?? "unknown";
    streak = { first: streak?.first ?? run, oldest: run };
  }
  return streak;
}

async function* pagesOrNone<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  const iterator = pages[Symbol.asyncIterator]();
  for (;;) {
    const next = await responseOrUndefined(iterator.next());
    if (!next || next.done) return;
    yield next.value;
  }
}

/** Undefined: nobody knows. `isMore`: the baseline is known, so nothing more is requested for it. */
type TrialReader = (run: Run, isMore: boolean) => Promise<boolean | undefined>;

function trialReader(ours: Run, { inputs, openCallersGitHub, ...edges }: Context, deadlineMs: number): TrialReader {
  // A run that was taken or given may have been started by another of the caller's runs.
  const ourCallers = new Set([inputs.callersRunId, callersRunIn(ours) ?? ""]);
  let callers: Promise<{ github: GitHub; retry: Retry; defaultBranch: string } | undefined> | undefined;
  const trials = new Map<string, boolean | undefined>();

  async function open() {
    if (!openCallersGitHub) return undefined;
    const github = await openCallersGitHub();
    const retry = makeRetry({ ...edges, github });
    const repository = await responseOrUndefined(retry(github.getRepository, once(deadlineMs)));
    return repository && { github, retry, defaultBranch: repository.defaultBranch };
  }

  async function readTrial(callersRunId: string): Promise<boolean | undefined> {
    callers ??= open();
    const caller = await callers;
    if (!caller) return undefined;
    const { github, retry, defaultBranch } = caller;
    const read = retry((options) => github.getOriginOfRun(BigInt(callersRunId), options), once(deadlineMs));
    const run = await responseOrUndefined(read);
    return run && !wasOnDefaultBranch(run, defaultBranch);
  }

  return async (run, isMore) => {
    const origin = originOf(run, ourCallers);
    if (origin.is !== "caller's") return origin.is === "trial";
    const { callersRunId } = origin;
    if (!trials.has(callersRunId)) {
      if (isMore || trials.size >= MOST_CALLERS_RUNS) return undefined;
      trials.set(callersRunId, await readTrial(callersRunId));
    }
    return trials.get(callersRunId);
  };
}

/** With `jobs`, the same jobs of it count. */
async function baselineOf(
  { first: before, oldest }: Streak,
  context: Context,
  deadlineMs: number,
): Promise<Baseline | undefined> {
  const { inputs, github, clock } = context;
  const hasJobs = inputs.decidingJobs.length > 0;
  const jobs = hasJobs ? await responseOrUndefined(listAllJobs(before.id, context, once(deadlineMs))) : [];
  if (!jobs) return undefined;
  const verdict = verdictOf({ run: before, jobs }, inputs);
  const isTelling = verdict.isGreen || isComparable(verdict.conclusion);
  if (verdict.unmet.length > 0 || !isTelling) return undefined;
  const since = hasJobs ? before : oldest;
  const nowMs = github.serverTimeMs(clock.nowMs());
  return {
    isKnown: !verdict.isGreen,
    name: since.runNumber === undefined ? `run ${since.id}` : `#${since.runNumber}`,
    url: verdict.isGreen ? before.htmlUrl : since.htmlUrl,
    agoMs: nowMs === undefined ? undefined : Math.max(nowMs - since.createdAtMs, 0),
  };
}

/** The failure in words, with what the run before tells; undefined where that allows it. */
export function withBaseline(
  red: StepError,
  baseline: Baseline | undefined,
  { record, log, inputs }: Context,
): StepError | undefined {
  if (!baseline) return red;
  record({ baseline });
  const line = describeBaseline(baseline);
  const [first = "", ...rest] = red.message.split("\n");
  if (!baseline.isKnown || !inputs.allowsKnownFailures) return new StepError([first, line, ...rest].join("\n"));
  record({ allowedFailure: [first, line, "The step is green (`allow_known_failures`).", ...rest].join("\n") });
  log.warning(`${first}\n${line}\nThe step is green (\`allow_known_failures\`).`);
  return undefined;
}

/** e.g. `Known failure: red since #790 at least, 4 days ago: LINK` */
export function describeBaseline({ isKnown, name, url, agoMs }: Baseline): string {
  if (!isKnown) return `New failure: the run before it was green: ${url}`;
  const ago = agoMs === undefined ? "" : `, ${spanOf(agoMs)} ago`;
  return `Known failure: red since ${name} at least${ago}: ${url}`;
}

const DAY_MS = 86_400_000;

function spanOf(ms: number): string {
  if (ms >= 2 * DAY_MS) return `${Math.round(ms / DAY_MS)} days`;
  return duration(ms);
}
