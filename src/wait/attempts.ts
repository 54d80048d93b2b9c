/** Follows a run from attempt to attempt, with reruns by this step or by somebody else. Only the last attempt decides. */

import { failedJobs } from "../github/conclusions.ts";
import type { Context } from "../state/context.ts";
import type { EndedAttempt, Known, QueuePosition } from "../state/known.ts";
import type { OurRun } from "../state/sent-dispatch.ts";
import { enumerated } from "../text/wording.ts";
import { follow } from "./follow.ts";
import { isPending } from "./queue-position.ts";
import type { RunSnapshot } from "./run-snapshot.ts";
import { verdictOf } from "./verdict.ts";

/** All attempts together take at most `timeout_seconds`. @throws as `follow` does */
export async function followAttempts(found: OurRun, context: Context): Promise<RunSnapshot> {
  const { inputs, clock, log, record } = context;
  const deadlineMs = clock.nowMs() + inputs.timeoutMs;
  const withQueuePosition = queuePositionReader(context);
  let ours = found;
  let earlier: readonly EndedAttempt[] = [];
  for (;;) {
    const rerunsLeft = inputs.reruns - earlier.length;
    const mayGoOn = rerunsLeft > 0 || inputs.rerunGraceMs > 0;
    const ended = await follow(ours, { deadlineMs, redJobsEnd: !mayGoOn, withQueuePosition }, context);
    if (!mayGoOn || verdictOf(ended, inputs).isGreen) return ended;
    const { nextAttempt } = await import("./next-attempt.ts");
    const next = await nextAttempt(ended, { rerunsLeft, deadlineMs }, context);
    if (!next) return ended;
    log.info(`Attempt ${next.runAttempt} started: ${next.htmlUrl}`);
    earlier = [...earlier, endOf(ended)];
    record({ run: next, jobs: [], earlierAttempts: earlier });
    ours = { ...ours, run: next };
  }
}

function endOf({ run, jobs }: RunSnapshot): EndedAttempt {
  const { runAttempt, conclusion } = run;
  return { runAttempt, conclusion, failedJobs: failedJobs(jobs).map(({ name }) => name) };
}

const MAX_JOBS_NAMED = 5;

export function attemptsInWords({
  earlierAttempts = [],
  whyNotAgain,
  run,
}: Pick<Known, "earlierAttempts" | "whyNotAgain" | "run">): string[] {
  const before = earlierAttempts.map(describeAttempt).join(", ");
  return [
    ...(before === "" ? [] : [`This is attempt ${run?.runAttempt}; previously, ${before}.`]),
    ...(whyNotAgain === undefined ? [] : [whyNotAgain]),
  ];
}

function describeAttempt({ runAttempt, conclusion, failedJobs }: EndedAttempt): string {
  const named = enumerated(failedJobs, MAX_JOBS_NAMED);
  return `attempt ${runAttempt} ended as ${conclusion ?? "nothing"}${named === "" ? "" : ` (${named})`}`;
}

/** A group moves slowly, and reading it takes several requests. */
const PAUSE_MS = 60_000;
/** What only explains a wait must not delay its end. */
const READ_MS = 10_000;

/** One reader serves all attempts, so that a server without this API gets one request. */
function queuePositionReader(context: Context): (snapshot: RunSnapshot, deadlineMs: number) => Promise<RunSnapshot> {
  const { clock } = context;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let place: QueuePosition | null | undefined;
  return async (snapshot, deadlineMs) => {
    if (place === null) return snapshot.place === null ? snapshot : { ...snapshot, place };
    const nowMs = clock.nowMs();
    if (!isPending(snapshot) || nowMs - readAtMs < PAUSE_MS) return snapshot;
    readAtMs = nowMs;
    const { readQueuePosition } = await import("./read-queue-position.ts");
    place = await readQueuePosition(snapshot, Math.min(nowMs + READ_MS, deadlineMs), context);
    return place === snapshot.place ? snapshot : { ...snapshot, place };
  };
}
