/** Follows a run to its end. Only `completed` ends a run; every other word, tomorrow's too, means go on. */

import { pauseBeforeFollow, pauseWithin } from "../asking/pace.ts";
import { ifAnswered, OutOfTime, once } from "../asking/retry.ts";
import { othersWaiting, type Usual, usualDuration } from "../asking/usual-duration.ts";
import { cancelAtTimeout } from "../cancel/cancel.ts";
import { Failure } from "../edges/failure.ts";
import { NEW_RUN_MS } from "../find/read-jobs.ts";
import { SHORT_PAGE } from "../find/recent-runs.ts";
import type { Run } from "../github/answers.ts";
import { PAGE_LENGTH } from "../github/api.ts";
import type { OurRun } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { firstLook, lookAgain } from "./look.ts";
import { whatToAsk } from "./next-look.ts";
import { isTooQuiet, news, type Sight, tell, timeLine } from "./progress.ts";
import { explainTimeout } from "./time-out.ts";

/** A wait that is over sooner gets along with what the list that found the run has told of earlier ones. */
const WORTH_A_LIST_MS = 60_000;

/**
 * Follows our run until it is completed, and tells the log what happens.
 * @throws Failure at the deadline, Fault when GitHub answers for good that it does not show the run (any more)
 */
export async function follow({ run: found, recentRuns }: OurRun, story: Story): Promise<Sight> {
  const { github, clock, random, signal, inputs, log, learn } = story;
  const startedAtMs = clock.nowMs();
  const deadlineMs = startedAtMs + inputs.timeoutMs;
  const options = { deadlineMs, wasSeen: true, isNewUntilMs: startedAtMs + NEW_RUN_MS } as const;
  const readEarlier = readerOfEarlierRuns(found, recentRuns, deadlineMs, story);
  let last: Sight | undefined;
  let answersWithoutNews = 0;
  let toldAtMs = startedAtMs;
  let usual: Usual | undefined;
  try {
    for (let look = 1; ; look++) {
      const lookedAtMs = clock.nowMs();
      const sight = last
        ? await lookAgain(last, whatToAsk(last, look, answersWithoutNews), options, story)
        : await firstLook(found, options, story);
      tellNews(sight);
      if (sight.run.status === "completed") return sight;
      last = sight;
      const lookMs = clock.nowMs() - lookedAtMs;
      const earlier = await readEarlier(ageMs());
      usual = earlier.usual;
      const pauseMs = pauseBeforeFollow({
        ageMs: ageMs(),
        status: sight.run.status,
        usual,
        pollIntervalMs: inputs.pollIntervalMs,
        rateLimit: github.rateLimit(),
        lookMs,
        sharers: 1 + earlier.othersWaiting,
        random: random(),
      });
      await clock.sleep(pauseWithin(deadlineMs - clock.nowMs(), pauseMs), signal);
    }
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    const run = last?.run ?? found;
    const cancelled = inputs.cancelRunOn.has("timeout")
      ? await cancelAtTimeout(run, options.isNewUntilMs, story)
      : undefined;
    throw new Failure(explainTimeout(run, inputs.timeoutMs, error.fault, cancelled));
  }

  function tellNews(sight: Sight): void {
    const isNew = sight.run !== last?.run || sight.jobs !== last.jobs;
    if (isNew) learn({ jobs: sight.jobs });
    const lines = isNew ? news(last, sight) : [];
    if (isNew) answersWithoutNews = lines.length > 0 ? 0 : answersWithoutNews + 1;
    const nowMs = github.serverTimeMs(clock.nowMs());
    if (lines.length === 0 && nowMs !== undefined && isTooQuiet(clock.nowMs() - toldAtMs, ageMs()))
      lines.push(timeLine(sight, nowMs, usual));
    if (lines.length > 0) toldAtMs = clock.nowMs();
    tell(lines, log);
  }

  /** Since the run was created, by the server's clock. */
  function ageMs(): number {
    const nowMs = github.serverTimeMs(clock.nowMs());
    return nowMs === undefined ? clock.nowMs() - startedAtMs : Math.max(nowMs - found.createdAtMs, 0);
  }
}

/** What other runs of the workflow tell. */
interface Earlier {
  usual: Usual | undefined;
  othersWaiting: number;
}

/**
 * Returns what tells how long earlier runs took: from the list that found ours. One request of its own asks for a longer
 * list where that one tells nothing, and for a new one when the usual end is near: who else waits then has to leave us room
 * to look closely.
 */
function readerOfEarlierRuns(
  found: Run,
  recentRuns: readonly Run[] | undefined,
  deadlineMs: number,
  { github, retry }: Story,
): (ageMs: number) => Promise<Earlier> {
  let runs = recentRuns;
  let isFresh = false;
  const tell = () => ({
    usual: runs && usualDuration(runs, found),
    othersWaiting: othersWaiting(runs ?? [], found),
  });
  return async (ageMs) => {
    const told = tell();
    const hasTooFew = !told.usual && (runs?.length ?? SHORT_PAGE) >= SHORT_PAGE;
    const isNear = told.usual !== undefined && ageMs >= told.usual.fromMs;
    if (isFresh || ageMs < WORTH_A_LIST_MS || !(hasTooFew || isNear)) return told;
    isFresh = true;
    const page = { perPage: PAGE_LENGTH, page: 1 };
    const listed = await ifAnswered(retry((options) => github.listRuns(page, options), once(deadlineMs)));
    runs = listed?.items ?? runs;
    return tell();
  };
}
