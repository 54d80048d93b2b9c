/**
 * Follows our run from attempt to attempt. Where one has ended red, the inputs may have its failed jobs run again, or give
 * somebody else the time to do it. Only the last attempt is judged.
 */

import { follow } from "../follow/follow.ts";
import { readerOfPlaces } from "../follow/queue.ts";
import type { Sight } from "../follow/sight.ts";
import { failedJobs } from "../github/conclusions.ts";
import { verdictOf } from "../judge/verdict.ts";
import type { EndedAttempt } from "../story/known.ts";
import type { OurRun } from "../story/sent.ts";
import type { Story } from "../story/story.ts";

/**
 * Follows our run to the end of its last attempt, all of them within `timeout_seconds`.
 * @throws as `follow` does
 */
export async function followAttempts(found: OurRun, story: Story): Promise<Sight> {
  const { inputs, clock, log, learn } = story;
  const deadlineMs = clock.nowMs() + inputs.timeoutMs;
  const withPlace = readerOfPlaces(story);
  let ours = found;
  let earlier: readonly EndedAttempt[] = [];
  for (;;) {
    const rerunsLeft = inputs.reruns - earlier.length;
    const mayGoOn = rerunsLeft > 0 || inputs.rerunGraceMs > 0;
    const ended = await follow(ours, { deadlineMs, redJobsEnd: !mayGoOn, withPlace }, story);
    if (!mayGoOn || verdictOf(ended, inputs).isGreen) return ended;
    const { nextAttempt } = await import("./next-attempt.ts");
    const next = await nextAttempt(ended, { rerunsLeft, deadlineMs }, story);
    if (!next) return ended;
    log.info(`Attempt ${next.runAttempt} has begun: ${next.htmlUrl}`);
    earlier = [...earlier, endOf(ended)];
    learn({ run: next, jobs: [], earlierAttempts: earlier });
    ours = { ...ours, run: next };
  }
}

function endOf({ run, jobs }: Sight): EndedAttempt {
  const { runAttempt, conclusion } = run;
  return { runAttempt, conclusion, failedJobs: failedJobs(jobs).map(({ name }) => name) };
}
