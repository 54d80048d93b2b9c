/** Reads the jobs of runs that may be ours, for the id in their names or in their steps'. */

import { pagesOf } from "../asking/lists.ts";
import { Fault } from "../github/fault.ts";
import type { Candidate } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { type Around, anothersIdIn, mostReads, showsAllSteps, signInJobs, worthReading } from "./candidates.ts";
import type { OurDispatch } from "./crowd.ts";

/** Not all of GitHub knows a new run at once: it may be listed, and its own address still answer 404 (docs/platform.md#new-runs). */
export const NEW_RUN_MS = 30_000;

/** Reads the jobs of the most promising candidates, one by one, and notes in each what it has shown. */
export async function readPromising(
  present: readonly Candidate[],
  dispatched: OurDispatch,
  crowd: Around,
  deadlineMs: number,
  story: Story,
): Promise<void> {
  const read = new Set<Candidate>();
  while (read.size < mostReads(crowd)) {
    // Whose id one of them shows tells which is the next.
    const promising = worthReading(present, story.clock.nowMs(), dispatched, crowd);
    const candidate = promising.find((each) => !read.has(each));
    if (!candidate) break;
    read.add(candidate);
    await readJobsOf(candidate, dispatched.distinctId, deadlineMs, story);
    // In a crowd, nobody can afford to ask whether another run carries our id as well.
    if (candidate.sign && crowd.isOne) break;
  }
}

async function readJobsOf(
  candidate: Candidate,
  distinctId: string,
  deadlineMs: number,
  { github, clock, retry }: Story,
): Promise<void> {
  const { run, seenAtMs } = candidate;
  const before = { ...candidate };
  candidate.reads++;
  candidate.readAtMs = clock.nowMs();
  candidate.readStatus = run.status;
  candidate.showedAll = true;
  const readPage = (page: number) => retry((options) => github.listJobs(run.id, page, options), { deadlineMs });
  try {
    for await (const { items: jobs, unreadable } of pagesOf(readPage)) {
      candidate.sign = signInJobs(jobs, distinctId);
      if (candidate.sign) return;
      candidate.anothersId ??= anothersIdIn(run, jobs);
      candidate.showedAll &&= jobs.length > 0 && unreadable.length === 0 && jobs.every(showsAllSteps);
    }
  } catch (error) {
    if (!(error instanceof Fault && error.status === 404)) throw error;
    // Not yet known where jobs are asked for; later on, it is a neighbour's run that was deleted.
    if (clock.nowMs() - seenAtMs < NEW_RUN_MS) Object.assign(candidate, before);
  }
}
