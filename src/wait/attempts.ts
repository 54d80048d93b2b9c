/**
 * Follows our run from attempt to attempt. Where one has ended red, the inputs may have its failed jobs run again, or give
 * somebody else the time to do it. Only the last attempt is judged.
 */

import { failedJobs } from "../github/conclusions.ts";
import type { Context } from "../state/context.ts";
import type { EndedAttempt, Known, QueuePosition } from "../state/known.ts";
import type { OurRun } from "../state/sent-dispatch.ts";
import { enumerated } from "../text/wording.ts";
import { follow } from "./follow.ts";
import { isPending } from "./queue-position.ts";
import type { RunSnapshot } from "./run-snapshot.ts";
import { verdictOf } from "./verdict.ts";

/**
 * Follows our run to the end of its last attempt, all of them within `timeout_seconds`.
 * @throws as `follow` does
 */
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
    log.info(`Attempt ${next.runAttempt} has begun: ${next.htmlUrl}`);
    earlier = [...earlier, endOf(ended)];
    record({ run: next, jobs: [], earlierAttempts: earlier });
    ours = { ...ours, run: next };
  }
}

function endOf({ run, jobs }: RunSnapshot): EndedAttempt {
  const { runAttempt, conclusion } = run;
  return { runAttempt, conclusion, failedJobs: failedJobs(jobs).map(({ name }) => name) };
}

/** How many failed jobs of an attempt are named. */
const MOST_NAMED = 5;

/** A line for the attempts before the present one, and one for why none comes after it, where there is that to tell. */
export function attemptsInWords({
  earlierAttempts = [],
  whyNotAgain,
  run,
}: Pick<Known, "earlierAttempts" | "whyNotAgain" | "run">): string[] {
  const before = earlierAttempts.map(describeAttempt).join(", ");
  return [
    ...(before === "" ? [] : [`This is attempt ${run?.runAttempt}; before it: ${before}.`]),
    ...(whyNotAgain === undefined ? [] : [whyNotAgain]),
  ];
}

function describeAttempt({ runAttempt, conclusion, failedJobs }: EndedAttempt): string {
  const named = enumerated(failedJobs, MOST_NAMED);
  return `attempt ${runAttempt} ended as ${conclusion ?? "nothing"}${named === "" ? "" : ` (${named})`}`;
}

/** A group moves slowly, and a look at it takes several requests. */
const PAUSE_MS = 60_000;
/** How long such a look may take: what only explains a wait must not delay its end. */
const LOOK_MS = 10_000;

/** Returns what adds to a sight where the run waits. It serves all attempts, so that a server that cannot tell is asked once. */
export function queuePositionReader(
  context: Context,
): (snapshot: RunSnapshot, deadlineMs: number) => Promise<RunSnapshot> {
  const { clock } = context;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let place: QueuePosition | null | undefined;
  return async (snapshot, deadlineMs) => {
    if (place === null) return snapshot.place === null ? snapshot : { ...snapshot, place };
    const nowMs = clock.nowMs();
    if (!isPending(snapshot) || nowMs - askedAtMs < PAUSE_MS) return snapshot;
    askedAtMs = nowMs;
    const { readQueuePosition } = await import("./read-queue-position.ts");
    place = await readQueuePosition(snapshot, Math.min(nowMs + LOOK_MS, deadlineMs), context);
    return place === snapshot.place ? snapshot : { ...snapshot, place };
  };
}
