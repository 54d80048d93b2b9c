/** The attempt after a red one: started by this step, or by somebody else in time. */

import { cancelOn } from "../cancel/cancel.ts";
import { isFailure } from "../github/conclusions.ts";
import { pauseWithin } from "../github/polling.ts";
import { describeLimit } from "../github/rate-limit.ts";
import { mayLackPermission } from "../github/refusal-words.ts";
import { acted, mayBeResent, RequestError } from "../github/request-error.ts";
import type { Run } from "../github/responses.ts";
import { OutOfTime, responseOrUndefined, settle } from "../github/retry.ts";
import { CREATING } from "../github/spending.ts";
import { TimedOut } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import { duration } from "../text/wording.ts";
import { gatherEvidence } from "./evidence.ts";
import type { RunSnapshot } from "./run-snapshot.ts";
import { isUnexplained } from "./verdict.ts";

interface Bounds {
  rerunsLeft: number;
  /** The end of `timeout_seconds`, by the clock. */
  deadlineMs: number;
}

/** How long to poll where the response leaves open whether an attempt was started. */
const UNCLEAR_MS = 60_000;
/** How long to poll for an attempt of somebody else, which is visible only some seconds after it was asked for. */
const RUNNING_MS = 20_000;
/** Limit for the only read where there is no time to wait. */
const READ_MS = 10_000;
const SHORTEST_PAUSE_MS = 2000;

/** Undefined where none follows. @throws StepError where GitHub accepts a rerun, but shows none until the deadline */
export async function nextAttempt(
  ended: RunSnapshot,
  { rerunsLeft, deadlineMs }: Bounds,
  context: Context,
): Promise<Run | undefined> {
  const { inputs, clock, log, record } = context;
  // The others are somebody's decision (`cancelled`), or would come again (`startup_failure`).
  if (rerunsLeft > 0 && !isFailure(ended.run.conclusion)) return undefined;
  if (rerunsLeft > 0 && isUnexplained(ended.run, ended.jobs)) {
    record({ whyNotAgain: "The failed jobs were not re-run: no job has failed." });
    return undefined;
  }
  await showEnd(ended, context);
  if (rerunsLeft > 0) return rerun(ended.run, { rerunsLeft, deadlineMs }, context);
  log.info(
    `Waiting ${duration(inputs.rerunGraceMs)} for someone else to start another attempt (\`rerun_grace_seconds\`).`,
  );
  const untilMs = Math.min(deadlineMs, clock.nowMs() + inputs.rerunGraceMs);
  return responseOrUndefined(awaitAttempt(ended.run, { untilMs, deadlineMs }, context));
}

/** Logged now, since the next attempt takes the place of this one. */
async function showEnd(ended: RunSnapshot, context: Context): Promise<void> {
  const { run, jobs } = ended;
  const { explainRed } = await import("./explain-end.ts");
  const page = { ...run, htmlUrl: `${run.htmlUrl}/attempts/${run.runAttempt}` };
  const [first = "", ...lines] = explainRed(page, jobs, await gatherEvidence(ended, context)).split("\n");
  if (lines.length > 0) context.log.group(`Attempt ${run.runAttempt}: ${first}`, lines);
  else context.log.info(`Attempt ${run.runAttempt}: ${first}`, "bad");
}

/** Sent once for this attempt: polling settles an unclear response. */
async function rerun(before: Run, { rerunsLeft, deadlineMs }: Bounds, context: Context): Promise<Run | undefined> {
  const { inputs, clock, log, record } = context;
  const nth = inputs.reruns - rerunsLeft + 1;
  log.info(`Re-running the failed jobs (\`rerun_failed\`: ${nth} of ${inputs.reruns}).`);
  record({ rerunOf: before.runAttempt });
  const answer = await requestRerun(before, deadlineMs, context);
  if (answer === "accepted") return awaitAccepted(before, deadlineMs, context);
  const isUnclear = answer instanceof RequestError && acted(answer) === "maybe";
  // After a refusal, somebody else may have started the attempt already: one read shows that, unless it is too new.
  const sinceMs = clock.nowMs();
  const isRunning = answer instanceof RequestError && saysItRuns(answer);
  const pollMs = isUnclear ? UNCLEAR_MS : isRunning ? RUNNING_MS : 0;
  const outcome = await settle(
    awaitAttempt(before, { untilMs: Math.min(deadlineMs, sinceMs + pollMs), deadlineMs }, context),
  );
  if ("answer" in outcome && outcome.answer) return outcome.answer;
  const refusal = "failure" in outcome && outcome.failure instanceof RequestError ? outcome.failure : undefined;
  const unclear = isUnclear ? { polledMs: clock.nowMs() - sinceMs, refusal } : undefined;
  const whyNotAgain = explainNotAgain(answer, unclear);
  log.warning(whyNotAgain);
  record({ whyNotAgain, ...(!isUnclear && { rerunOf: undefined }) });
  return undefined;
}

/** Sent again only where GitHub certainly did not act. */
async function requestRerun(
  { id }: Run,
  deadlineMs: number,
  { github, retry }: Context,
): Promise<"accepted" | RequestError | OutOfTime> {
  const retryOptions = { deadlineMs, retries: mayBeResent, endsAtLimit: true, spending: CREATING };
  const result = await settle(retry((options) => github.rerunFailedJobs(id, options), retryOptions));
  if ("answer" in result) return "accepted";
  return result.failure instanceof RequestError && acted(result.failure) === "yes" ? "accepted" : result.failure;
}

async function awaitAccepted(before: Run, deadlineMs: number, context: Context): Promise<Run> {
  const next = await awaitAttempt(before, { untilMs: deadlineMs, deadlineMs }, context);
  if (next) return next;
  const cancelled = await cancelOn("timeout", before, { isNewUntilMs: 0, rerunOf: before.runAttempt }, context);
  throw new TimedOut(
    `GitHub accepted the request to re-run the failed jobs, but showed no attempt after ${before.runAttempt} within \`timeout_seconds\` (${context.inputs.timeoutMs / 1000} s).\n` +
      (cancelled ?? `It may still start: ${before.htmlUrl}`),
  );
}

/** Somebody else has run it again: GitHub then answers 403, "already running" (docs/platform.md#re-runs). */
function saysItRuns({ kind, answer }: RequestError): boolean {
  return kind === "rejected" && /\balready\b|\brunning\b|in progress|not (yet )?completed/i.test(answer);
}

/** How long was polled after an unclear response, and the refusal that ended it, if any. */
interface Unclear {
  polledMs: number;
  refusal: RequestError | undefined;
}

function explainNotAgain(requestError: RequestError | OutOfTime, unclear: Unclear | undefined): string {
  if (requestError instanceof OutOfTime) {
    const limit = describeLimit(requestError.requestError);
    if (limit) return `The failed jobs were not re-run: ${limit}, and \`timeout_seconds\` ends before.`;
    return "No time was left to re-run the failed jobs (`timeout_seconds`).";
  }
  if (unclear) {
    const { polledMs, refusal } = unclear;
    const leftOpen = `GitHub's response left unclear whether the failed jobs re-run (${requestError.inAWord})`;
    if (refusal) return `${leftOpen}, and GitHub no longer shows the run (${refusal.inAWord}).`;
    return `${leftOpen}, and no new attempt appeared within ${Math.round(polledMs / 1000)} s. They may still start.`;
  }
  const needs =
    requestError.status === 403 && mayLackPermission(requestError)
      ? " If the token lacks a permission, it is `actions: write`."
      : "";
  return `The failed jobs were not re-run: GitHub refused (${requestError.inWords}).${needs}`;
}

/** Undefined at `untilMs`, after one read at least if there is time. @throws RequestError when GitHub shows the run no more */
async function awaitAttempt(
  before: Run,
  { untilMs, deadlineMs: endMs }: { untilMs: number; deadlineMs: number },
  context: Context,
): Promise<Run | undefined> {
  const { github, clock, random, signal, retry, inputs } = context;
  const startMs = clock.nowMs();
  const deadlineMs = Math.max(untilMs, Math.min(startMs + READ_MS, endMs));
  for (;;) {
    const outcome = await settle(
      retry((options) => github.getRun(before.id, options), { deadlineMs, wasSeen: true, endsAtLimit: true }),
    );
    if ("answer" in outcome && outcome.answer.runAttempt > before.runAttempt) return outcome.answer;
    if ("failure" in outcome && outcome.failure instanceof RequestError) throw outcome.failure;
    if (clock.nowMs() >= untilMs) return undefined;
    const pauseMs = Math.min(Math.max((clock.nowMs() - startMs) / 10, SHORTEST_PAUSE_MS), inputs.pollIntervalMs);
    await clock.sleep(pauseWithin(untilMs - clock.nowMs(), pauseMs * (1 + random() / 4)), signal);
  }
}
