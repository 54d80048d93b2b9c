/** Makes our run known, once it is found or read. */

import { listAllJobs } from "../asking/lists.ts";
import { ifAnswered } from "../asking/retry.ts";
import type { Run } from "../github/answers.ts";
import type { Story } from "../story/story.ts";
import { NEW_RUN_MS } from "./read-jobs.ts";

/** The run is known; its jobs are nice to have, and worth no more time than this. */
const JOBS_MS = 10_000;

/** Makes the run known; where it has ended already and nobody will follow it, its failed jobs as well: they are an output. */
export async function makeKnown(run: Run, findDeadlineMs: number, story: Story): Promise<void> {
  const { learn, inputs, clock } = story;
  learn({ run });
  if (run.status !== "completed" || inputs.waitFor !== "found") return;
  const nowMs = clock.nowMs();
  const deadlineMs = Math.min(findDeadlineMs, nowMs + JOBS_MS);
  const isThere = { deadlineMs, wasSeen: true, isNewUntilMs: nowMs + NEW_RUN_MS };
  const jobs = await ifAnswered(listAllJobs(run.id, story, isThere));
  if (jobs) learn({ jobs });
}
