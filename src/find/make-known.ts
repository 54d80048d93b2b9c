/** Makes our run known, once it is found or read. */

import { listAllJobs } from "../asking/lists.ts";
import { ifAnswered } from "../asking/retry.ts";
import type { Run } from "../github/answers.ts";
import type { Story } from "../story/story.ts";
import { NEW_RUN_MS } from "./read-jobs.ts";

/** The longest that the step takes to read the jobs, which are only nice to have. */
const JOBS_MS = 10_000;

/** Makes the run known; if it has ended already and will not be followed, its jobs as well: `failed_jobs` is an output. */
export async function makeKnown(run: Run, findDeadlineMs: number, story: Story): Promise<void> {
  const { learn, inputs, clock } = story;
  learn({ run });
  if (run.status !== "completed" || inputs.waitFor !== "found") return;
  const nowMs = clock.nowMs();
  const deadlineMs = Math.min(findDeadlineMs, nowMs + JOBS_MS);
  const patience = { deadlineMs, wasSeen: true, isNewUntilMs: nowMs + NEW_RUN_MS };
  const jobs = await ifAnswered(listAllJobs(run.id, story, patience));
  if (jobs) learn({ jobs });
}
