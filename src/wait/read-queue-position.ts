import type { GroupMember } from "../github/concurrency-groups.ts";
import type { Run } from "../github/responses.ts";
import { once, responseOrUndefined, tryToGet } from "../github/retry.ts";
import { type Context, mayShowJobLogs } from "../state/context.ts";
import type { Holder, QueuePosition } from "../state/known.ts";
import { endDeadlock } from "./deadlock.ts";
import { nameOfRun, whereItWaits, whoIsAhead } from "./queue-position.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

// Null where the server has no such API (docs/platform.md#concurrency-groups), or refuses it; undefined where nothing is
// ahead any more, or no response comes.
/** @throws StepError in a deadlock with the caller */
export async function readQueuePosition(
  { run, jobs, place: last }: Pick<RunSnapshot, "run" | "jobs" | "place">,
  deadlineMs: number,
  context: Context,
): Promise<QueuePosition | null | undefined> {
  const { github, retry } = context;
  const groups = await tryToGet(retry((options) => github.listConcurrencyGroups(run.id, options), once(deadlineMs)));
  if (groups.is === "missing" || groups.is === "refused") return null;
  const waiting = groups.is === "seen" ? whereItWaits(groups.answer) : undefined;
  if (!waiting) return undefined;
  const { group: name, job } = waiting;
  const of = job ? { ofJob: job.id } : { ofRun: run.id };
  const reading = retry((options) => github.getConcurrencyGroup(name, of, options), once(deadlineMs));
  const group = await responseOrUndefined(reading);
  const queue = group && whoIsAhead(group);
  if (!queue) return undefined;
  const holder = await readHolder(queue.holder, { run, last: last?.holder, deadlineMs }, context);
  const place = { group: name, job, ahead: queue.ahead, holder };
  await endDeadlock({ run, jobs, place }, queue.holder, deadlineMs, context);
  return place;
}

interface About {
  run: Run;
  last: Holder | undefined;
  deadlineMs: number;
}

async function readHolder(member: GroupMember, { run, last, deadlineMs }: About, context: Context): Promise<Holder> {
  const { runId, job, isPending } = member;
  const isSame = last?.runId === runId && last.jobId === job?.id && last.isPending === isPending;
  if (isSame && last.startedAtMs !== undefined) return last;
  const about = { runId, jobId: job?.id, isPending };
  const startedAtMs = isPending ? undefined : await readStart(member, deadlineMs, context);
  // A public log must not show who works on a private target.
  if (!mayShowJobLogs(run, context)) return { ...about, startedAtMs, name: "another run", htmlUrl: "" };
  const name = runId === run.id ? `job ${job?.name} of the same run` : await nameOf(member, deadlineMs, context);
  return { ...about, startedAtMs, name, htmlUrl: member.htmlUrl };
}

/** e.g. `Deploy #812`, or `Deploy #812, job build` where it is a job that holds the group. */
async function nameOf({ runId, runName, job }: GroupMember, deadlineMs: number, context: Context): Promise<string> {
  const { github, retry } = context;
  const run = await responseOrUndefined(retry((options) => github.getRun(runId, options), once(deadlineMs)));
  return `${nameOfRun(runName, run?.runNumber)}${job ? `, job ${job.name}` : ""}`;
}

/** Epoch ms. A run's own start is when it began to wait: only its jobs show when it began to work. */
async function readStart(
  { runId, job }: GroupMember,
  deadlineMs: number,
  context: Context,
): Promise<number | undefined> {
  const { github, retry } = context;
  const jobs = await responseOrUndefined(retry((options) => github.listJobs(runId, 1, options), once(deadlineMs)));
  const begun = (jobs?.items ?? []).filter(({ id, status, steps }) => {
    const isAtWork = status === "in_progress" || (status === "completed" && steps.length > 0);
    return isAtWork && (!job || job.id === id);
  });
  const startedAtMs = Math.min(...begun.map(({ startedAtMs = Number.POSITIVE_INFINITY }) => startedAtMs));
  return Number.isFinite(startedAtMs) ? startedAtMs : undefined;
}
