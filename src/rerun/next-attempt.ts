/** What comes after an attempt that has ended red: a further one that we start, or that somebody else starts in time. */

import { pauseWithin } from "../asking/pace.ts";
import { answerOf, ifAnswered, OutOfTime } from "../asking/retry.ts";
import { cancelOn } from "../cancel/cancel.ts";
import { duration } from "../edges/durations.ts";
import { Failure } from "../edges/failure.ts";
import type { Sight } from "../follow/sight.ts";
import type { Run } from "../github/answers.ts";
import { acted, Fault, mayHeal } from "../github/fault.ts";
import { oneLine } from "../github/reading.ts";
import { gatherEvidence } from "../judge/evidence.ts";
import { explainRed } from "../judge/red-end.ts";
import type { Story } from "../story/story.ts";

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
 * @throws Failure where GitHub has accepted a rerun, and shows none until the deadline
 */
export async function nextAttempt(
  ended: Sight,
  { rerunsLeft, deadlineMs }: Bounds,
  story: Story,
): Promise<Run | undefined> {
  const { inputs, clock, log } = story;
  if (rerunsLeft > 0 && !WORTH_A_RERUN.includes(ended.run.conclusion ?? "")) return undefined;
  await showEnd(ended, story);
  if (rerunsLeft > 0) return rerun(ended.run, { rerunsLeft, deadlineMs }, story);
  log.info(
    `Waiting ${duration(inputs.rerunGraceMs)} for a further attempt that somebody else starts (\`rerun_grace_seconds\`).`,
  );
  return ifAnswered(awaitAttempt(ended.run, Math.min(deadlineMs, clock.nowMs() + inputs.rerunGraceMs), story));
}

/** Tells of the end while the run still shows it: a further attempt takes its place. */
async function showEnd(ended: Sight, story: Story): Promise<void> {
  const { run, jobs } = ended;
  const page = { ...run, htmlUrl: `${run.htmlUrl}/attempts/${run.runAttempt}` };
  const [first = "", ...lines] = explainRed(page, jobs, await gatherEvidence(ended, story)).split("\n");
  if (lines.length > 0) story.log.group(`Attempt ${run.runAttempt}: ${first}`, lines);
  else story.log.info(`Attempt ${run.runAttempt}: ${first}`, "bad");
}

/** Has the failed jobs run again, once for this attempt: an unclear answer is settled by looking. */
async function rerun(before: Run, { rerunsLeft, deadlineMs }: Bounds, story: Story): Promise<Run | undefined> {
  const { inputs, clock, log, learn } = story;
  const nth = inputs.reruns - rerunsLeft + 1;
  log.info(`Running the failed jobs again (\`rerun_failed\`: ${nth} of ${inputs.reruns}).`);
  learn({ rerunOf: before.runAttempt });
  const answer = await askForRerun(before, deadlineMs, story);
  if (answer === "accepted") return awaitAccepted(before, deadlineMs, story);
  const isUnclear = answer instanceof Fault && acted(answer) === "maybe";
  // Where GitHub has refused, somebody else may have started the attempt already: one look tells.
  const sinceMs = clock.nowMs();
  const untilMs = Math.min(deadlineMs, sinceMs + (isUnclear ? UNCLEAR_MS : 0));
  const look = await answerOf(awaitAttempt(before, untilMs, story));
  if ("answer" in look && look.answer) return look.answer;
  const refusal = "failure" in look && look.failure instanceof Fault ? look.failure : undefined;
  const unclear = isUnclear ? { lookedMs: clock.nowMs() - sinceMs, refusal } : undefined;
  const whyNotAgain = explainNotAgain(answer, unclear);
  log.warning(whyNotAgain);
  learn({ whyNotAgain, ...(!isUnclear && { rerunOf: undefined }) });
  return undefined;
}

/** Sent again only where GitHub certainly did not act. */
async function askForRerun(
  { id }: Run,
  deadlineMs: number,
  { github, retry }: Story,
): Promise<"accepted" | Fault | OutOfTime> {
  const retries = (fault: Fault) => mayHeal(fault) && acted(fault) === "no";
  const result = await answerOf(retry((options) => github.rerunFailedJobs(id, options), { deadlineMs, retries }));
  if ("answer" in result) return "accepted";
  return result.failure instanceof Fault && acted(result.failure) === "yes" ? "accepted" : result.failure;
}

async function awaitAccepted(before: Run, deadlineMs: number, story: Story): Promise<Run> {
  const next = await awaitAttempt(before, deadlineMs, story);
  if (next) return next;
  const cancelled = await cancelOn("timeout", before, { isNewUntilMs: 0, rerunOf: before.runAttempt }, story);
  throw new Failure(
    `GitHub accepted the request to run the failed jobs again, but showed no attempt after ${before.runAttempt} before the end of \`timeout_seconds\` (${story.inputs.timeoutMs / 1000} s).\n` +
      (cancelled ?? `It may still come: ${before.htmlUrl}`),
  );
}

/** What came of looking after an unclear answer: for how long, and why no longer, where GitHub showed the run no more. */
interface Unclear {
  lookedMs: number;
  refusal: Fault | undefined;
}

/** Why no attempt follows the one that has ended red, although `rerun_failed` asks for one. */
function explainNotAgain(fault: Fault | OutOfTime, unclear: Unclear | undefined): string {
  if (fault instanceof OutOfTime) return "No time was left to run the failed jobs again (`timeout_seconds`).";
  if (unclear) {
    const { lookedMs, refusal } = unclear;
    const leftOpen = `GitHub's answer left open whether the failed jobs run again (${fault.inAWord})`;
    if (refusal) return `${leftOpen}, and GitHub does not show the run any more (${refusal.inAWord}).`;
    return `${leftOpen}, and no further attempt showed within ${Math.round(lookedMs / 1000)} s. They may still begin.`;
  }
  const needs = fault.status === 403 ? " If the token lacks a permission, it is `actions: write`." : "";
  const words = fault.answer === "" ? "" : `: ${oneLine(fault.answer)}`;
  return `The failed jobs were not run again: GitHub refused (${fault.inAWord}${words}).${needs}`;
}

/**
 * Looks until the run shows an attempt after `before`; undefined where it shows none until `untilMs`, by the clock. There is
 * at least one look.
 * @throws Fault when GitHub answers for good that it does not show the run any more
 */
async function awaitAttempt(before: Run, untilMs: number, story: Story): Promise<Run | undefined> {
  const { github, clock, random, signal, retry, inputs } = story;
  const startMs = clock.nowMs();
  const deadlineMs = Math.max(untilMs, startMs + LOOK_MS);
  for (;;) {
    const look = await answerOf(retry((options) => github.getRun(before.id, options), { deadlineMs, wasSeen: true }));
    if ("answer" in look && look.answer.runAttempt > before.runAttempt) return look.answer;
    if ("failure" in look && look.failure instanceof Fault) throw look.failure;
    if (clock.nowMs() >= untilMs) return undefined;
    const pauseMs = Math.min(Math.max((clock.nowMs() - startMs) / 10, SHORTEST_PAUSE_MS), inputs.pollIntervalMs);
    await clock.sleep(pauseWithin(untilMs - clock.nowMs(), pauseMs * (1 + random() / 4)), signal);
  }
}
