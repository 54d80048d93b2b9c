/** What comes after an attempt that has ended red: a further one that we start, or that somebody else starts in time. */

import { cancelOn } from "../cancel/cancel.ts";
import { pauseWithin } from "../github/polling.ts";
import { acted, isRetryable, RequestError } from "../github/request-error.ts";
import type { Run } from "../github/responses.ts";
import { ifAnswered, OutOfTime, settle } from "../github/retry.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import { oneLine } from "../text/foreign-text.ts";
import { duration } from "../text/wording.ts";
import { gatherEvidence } from "./evidence.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

interface Bounds {
  /** How often the failed jobs may still be run again. */
  rerunsLeft: number;
  /** The end of `timeout_seconds`, by the clock. */
  deadlineMs: number;
}

/** Conclusions worth another try. The others are somebody's decision (`cancelled`), or would come again (`startup_failure`). */
const WORTH_A_RERUN = ["failure", "timed_out"];
/** How long an attempt is looked for where GitHub's answer leaves open whether it was started. */
const UNCLEAR_MS = 60_000;
/** How long the only look may take where there is no time to wait. */
const LOOK_MS = 10_000;
const SHORTEST_PAUSE_MS = 2000;

/**
 * The run in its next attempt; undefined where there is none, and the one that has ended is the last.
 * @throws StepError where GitHub has accepted a rerun, and shows none until the deadline
 */
export async function nextAttempt(
  ended: RunSnapshot,
  { rerunsLeft, deadlineMs }: Bounds,
  context: Context,
): Promise<Run | undefined> {
  const { inputs, clock, log } = context;
  if (rerunsLeft > 0 && !WORTH_A_RERUN.includes(ended.run.conclusion ?? "")) return undefined;
  await showEnd(ended, context);
  if (rerunsLeft > 0) return rerun(ended.run, { rerunsLeft, deadlineMs }, context);
  log.info(
    `Waiting ${duration(inputs.rerunGraceMs)} for a further attempt that somebody else starts (\`rerun_grace_seconds\`).`,
  );
  return ifAnswered(awaitAttempt(ended.run, Math.min(deadlineMs, clock.nowMs() + inputs.rerunGraceMs), context));
}

/** Tells of the end while the run still shows it: a further attempt takes its place. */
async function showEnd(ended: RunSnapshot, context: Context): Promise<void> {
  const { run, jobs } = ended;
  const { explainRed } = await import("./explain-end.ts");
  const page = { ...run, htmlUrl: `${run.htmlUrl}/attempts/${run.runAttempt}` };
  const [first = "", ...lines] = explainRed(page, jobs, await gatherEvidence(ended, context)).split("\n");
  if (lines.length > 0) context.log.group(`Attempt ${run.runAttempt}: ${first}`, lines);
  else context.log.info(`Attempt ${run.runAttempt}: ${first}`, "bad");
}

/** Has the failed jobs run again, once for this attempt: an unclear answer is settled by looking. */
async function rerun(before: Run, { rerunsLeft, deadlineMs }: Bounds, context: Context): Promise<Run | undefined> {
  const { inputs, clock, log, record } = context;
  const nth = inputs.reruns - rerunsLeft + 1;
  log.info(`Running the failed jobs again (\`rerun_failed\`: ${nth} of ${inputs.reruns}).`);
  record({ rerunOf: before.runAttempt });
  const answer = await askForRerun(before, deadlineMs, context);
  if (answer === "accepted") return awaitAccepted(before, deadlineMs, context);
  const isUnclear = answer instanceof RequestError && acted(answer) === "maybe";
  // Where GitHub has refused, somebody else may have started the attempt already: one look tells.
  const sinceMs = clock.nowMs();
  const untilMs = Math.min(deadlineMs, sinceMs + (isUnclear ? UNCLEAR_MS : 0));
  const look = await settle(awaitAttempt(before, untilMs, context));
  if ("answer" in look && look.answer) return look.answer;
  const refusal = "failure" in look && look.failure instanceof RequestError ? look.failure : undefined;
  const unclear = isUnclear ? { lookedMs: clock.nowMs() - sinceMs, refusal } : undefined;
  const whyNotAgain = explainNotAgain(answer, unclear);
  log.warning(whyNotAgain);
  record({ whyNotAgain, ...(!isUnclear && { rerunOf: undefined }) });
  return undefined;
}

/** Sent again only where GitHub certainly did not act. */
async function askForRerun(
  { id }: Run,
  deadlineMs: number,
  { github, retry }: Context,
): Promise<"accepted" | RequestError | OutOfTime> {
  const retries = (requestError: RequestError) => isRetryable(requestError) && acted(requestError) === "no";
  const result = await settle(retry((options) => github.rerunFailedJobs(id, options), { deadlineMs, retries }));
  if ("answer" in result) return "accepted";
  return result.failure instanceof RequestError && acted(result.failure) === "yes" ? "accepted" : result.failure;
}

async function awaitAccepted(before: Run, deadlineMs: number, context: Context): Promise<Run> {
  const next = await awaitAttempt(before, deadlineMs, context);
  if (next) return next;
  const cancelled = await cancelOn("timeout", before, { isNewUntilMs: 0, rerunOf: before.runAttempt }, context);
  throw new StepError(
    `GitHub accepted the request to run the failed jobs again, but showed no attempt after ${before.runAttempt} before the end of \`timeout_seconds\` (${context.inputs.timeoutMs / 1000} s).\n` +
      (cancelled ?? `It may still come: ${before.htmlUrl}`),
  );
}

/** What came of looking after an unclear answer: for how long, and why no longer, where GitHub showed the run no more. */
interface Unclear {
  lookedMs: number;
  refusal: RequestError | undefined;
}

/** Why no attempt follows the one that has ended red, although `rerun_failed` asks for one. */
function explainNotAgain(requestError: RequestError | OutOfTime, unclear: Unclear | undefined): string {
  if (requestError instanceof OutOfTime) return "No time was left to run the failed jobs again (`timeout_seconds`).";
  if (unclear) {
    const { lookedMs, refusal } = unclear;
    const leftOpen = `GitHub's answer left open whether the failed jobs run again (${requestError.inAWord})`;
    if (refusal) return `${leftOpen}, and GitHub does not show the run any more (${refusal.inAWord}).`;
    return `${leftOpen}, and no further attempt showed within ${Math.round(lookedMs / 1000)} s. They may still begin.`;
  }
  const needs = requestError.status === 403 ? " If the token lacks a permission, it is `actions: write`." : "";
  const words = requestError.answer === "" ? "" : `: ${oneLine(requestError.answer)}`;
  return `The failed jobs were not run again: GitHub refused (${requestError.inAWord}${words}).${needs}`;
}

/**
 * Looks until the run shows an attempt after `before`; undefined where it shows none until `untilMs`, by the clock. There is
 * at least one look.
 * @throws RequestError when GitHub answers for good that it does not show the run any more
 */
async function awaitAttempt(before: Run, untilMs: number, context: Context): Promise<Run | undefined> {
  const { github, clock, random, signal, retry, inputs } = context;
  const startMs = clock.nowMs();
  const deadlineMs = Math.max(untilMs, startMs + LOOK_MS);
  for (;;) {
    const look = await settle(retry((options) => github.getRun(before.id, options), { deadlineMs, wasSeen: true }));
    if ("answer" in look && look.answer.runAttempt > before.runAttempt) return look.answer;
    if ("failure" in look && look.failure instanceof RequestError) throw look.failure;
    if (clock.nowMs() >= untilMs) return undefined;
    const pauseMs = Math.min(Math.max((clock.nowMs() - startMs) / 10, SHORTEST_PAUSE_MS), inputs.pollIntervalMs);
    await clock.sleep(pauseWithin(untilMs - clock.nowMs(), pauseMs * (1 + random() / 4)), signal);
  }
}
