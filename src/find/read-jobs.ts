/** Reads the jobs of runs that may be ours, and looks for the id in the names of the jobs and their steps. */

import { pagesOf } from "../asking/lists.ts";
import { Fault } from "../github/fault.ts";
import type { Candidate } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { type Around, anothersIdIn, mostReads, showsAllSteps, signInJobs, worthReading } from "./candidates.ts";
import type { OurDispatch } from "./crowd.ts";

/** How long a new run may be listed while its own address still answers 404 (docs/platform.md#new-runs). */
export const NEW_RUN_MS = 30_000;

/** Reads the jobs of the most promising candidates, one after another, and notes in each candidate what it has shown. */
export async function readPromising(
  present: readonly Candidate[],
  dispatched: OurDispatch,
  crowd: Around,
  deadlineMs: number,
  story: Story,
): Promise<void> {
  const read = new Set<Candidate>();
  while (read.size < mostReads(crowd)) {
    // The id that the last one has shown may tell which is the most promising now.
    const promising = worthReading(present, story.clock.nowMs(), dispatched, crowd);
    const candidate = promising.find((each) => !read.has(each));
    if (!candidate) break;
    read.add(candidate);
    await readJobsOf(candidate, dispatched.distinctId, deadlineMs, story);
    // In a crowd it would cost too many requests to look whether another run carries our id as well.
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
    // A new run is not known everywhere yet, and is read again; an older one was deleted, and counts as read.
    if (clock.nowMs() - seenAtMs < NEW_RUN_MS) Object.assign(candidate, before);
  }
}
