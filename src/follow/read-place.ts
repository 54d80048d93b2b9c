/** Asks a run's concurrency groups where it waits, and behind whom. */

import { lookAt } from "../asking/look-at.ts";
import { ifAnswered, once } from "../asking/retry.ts";
import type { Run } from "../github/answers.ts";
import type { GroupMember } from "../github/concurrency.ts";
import type { Holder, Place } from "../story/known.ts";
import type { Story } from "../story/story.ts";
import { mayBeShown } from "./failed-log.ts";
import { whereItWaits, whoIsAhead } from "./place.ts";
import type { Sight } from "./sight.ts";

/** Null where the server has no such API, or refuses it; undefined where nothing is ahead any more, or the answer does not come. */
export async function readPlace(
  { run, place: last }: Pick<Sight, "run" | "place">,
  deadlineMs: number,
  story: Story,
): Promise<Place | null | undefined> {
  const { github, retry } = story;
  const options = once(deadlineMs);
  const groups = await lookAt(retry((each) => github.listConcurrencyGroups(run.id, each), options));
  if (groups.is === "missing" || groups.is === "refused") return null;
  const waiting = groups.is === "seen" ? whereItWaits(groups.answer) : undefined;
  if (!waiting) return undefined;
  const { group: name, job } = waiting;
  const of = job ? { ofJob: job.id } : { ofRun: run.id };
  const group = await ifAnswered(retry((each) => github.getConcurrencyGroup(name, of, each), options));
  const found = group && whoIsAhead(group);
  if (!found) return undefined;
  const holder = await readHolder(found.holder, { run, last: last?.holder, deadlineMs }, story);
  return { group: name, job, ahead: found.ahead, holder };
}

interface About {
  /** Ours. */
  run: Run;
  /** Who was seen to hold the group before. */
  last: Holder | undefined;
  deadlineMs: number;
}

async function readHolder(member: GroupMember, { run, last, deadlineMs }: About, story: Story): Promise<Holder> {
  const { runId, job, isPending } = member;
  const isSame = last?.runId === runId && last.jobId === job?.id && last.isPending === isPending;
  // When it began does not change any more.
  if (isSame && last.startedAtMs !== undefined) return last;
  const about = { runId, jobId: job?.id, isPending };
  const startedAtMs = isPending ? undefined : await readStart(member, deadlineMs, story);
  // Who works on a private target is nobody's business in a public log.
  if (!mayBeShown(run, story)) return { ...about, startedAtMs, name: "another run", htmlUrl: "" };
  const name = runId === run.id ? `job ${job?.name} of the same run` : await nameOf(member, deadlineMs, story);
  return { ...about, startedAtMs, name, htmlUrl: member.htmlUrl };
}

/** e.g. `Deploy #812`, or `Deploy #812, job build` where it is a job that holds the group. */
async function nameOf({ runId, runName, job }: GroupMember, deadlineMs: number, story: Story): Promise<string> {
  const { github, retry } = story;
  const run = await ifAnswered(retry((each) => github.getRun(runId, each), once(deadlineMs)));
  const number = run?.runNumber === undefined ? "" : ` #${run.runNumber}`;
  return `${runName || "another run"}${number}${job ? `, job ${job.name}` : ""}`;
}

/** A run's own start is that of its waiting: only its jobs tell when it has begun to work. */
async function readStart({ runId, job }: GroupMember, deadlineMs: number, story: Story): Promise<number | undefined> {
  const { github, retry } = story;
  const jobs = await ifAnswered(retry((each) => github.listJobs(runId, 1, each), once(deadlineMs)));
  const begun = (jobs?.items ?? []).filter(({ id, status, steps }) => {
    const isAtWork = status === "in_progress" || (status === "completed" && steps.length > 0);
    return isAtWork && (!job || job.id === id);
  });
  const startedAtMs = Math.min(...begun.map(({ startedAtMs = Number.POSITIVE_INFINITY }) => startedAtMs));
  return Number.isFinite(startedAtMs) ? startedAtMs : undefined;
}
