import type { ConcurrencyGroup, GroupMember } from "../github/concurrency-groups.ts";
import type { Holder, QueuePosition } from "../state/known.ts";
import { duration } from "../text/wording.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

type Waiting = Pick<RunSnapshot, "run" | "jobs"> & { place?: QueuePosition | null | undefined };

/** `pending` means that a run or job waits in a concurrency group. */
export function isPending({ run, jobs }: Pick<RunSnapshot, "run" | "jobs">): boolean {
  return run.status === "pending" || (run.status !== "completed" && jobs.some(({ status }) => status === "pending"));
}

/** e.g. `Deploy #812` */
export function nameOfRun(runName: string, runNumber: number | undefined): string {
  return `${runName || "another run"}${runNumber === undefined ? "" : ` #${runNumber}`}`;
}

/** The place that was last read, if the run or that job still waits there. */
export function queuePositionOf({ run, jobs, place }: Waiting): QueuePosition | undefined {
  if (!place) return undefined;
  const { job } = place;
  const jobWaits = jobs.some(({ id, status }) => id === job?.id && status === "pending");
  return run.status === "pending" || (run.status !== "completed" && jobWaits) ? place : undefined;
}

/** The run's own group goes before those of its jobs. */
export function whereItWaits(
  groups: readonly ConcurrencyGroup[],
): { group: string; job: GroupMember["job"] } | undefined {
  const waiting = groups.flatMap(({ name, members }) =>
    members.filter((each) => each.isPending).map(({ job }) => ({ group: name, job })),
  );
  return waiting.find(({ job }) => !job) ?? waiting[0];
}

/** The last member is the one that waits. Undefined where nobody is ahead any more. */
export function whoIsAhead({ members }: ConcurrencyGroup): { ahead: number; holder: GroupMember } | undefined {
  const ahead = members.slice(0, -1);
  const holder = ahead.find(({ isPending }) => !isPending) ?? ahead[0];
  return holder && { ahead: ahead.length, holder };
}

/** How long somebody has held the group is no news. */
export function isSameQueuePosition(one: QueuePosition, other: QueuePosition | undefined): boolean {
  const key = ({ job, ahead, holder }: QueuePosition) =>
    [job?.id, ahead, holder.runId, holder.jobId, holder.isPending].join();
  return other !== undefined && key(one) === key(other);
}

/** e.g. `second in line behind Deploy #812 (in progress for 4 min 10 s)`. `nowMs` is the server's, in epoch ms. */
export function describeQueuePosition({ ahead, holder }: QueuePosition, nowMs: number | undefined): string {
  const more = ahead > 1 ? ` and ${ahead - 1} more` : "";
  return `${ordinal(ahead + 1)} in line behind ${holder.name} (${doing(holder, nowMs)})${more}`;
}

function doing({ isPending, startedAtMs = Number.NaN }: Holder, nowMs = Number.NaN): string {
  if (isPending) return "pending";
  const forMs = nowMs - startedAtMs;
  return forMs > 0 ? `in progress for ${duration(forMs)}` : "in progress";
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

function ordinal(count: number): string {
  const endings: Record<number, string> = { 1: "st", 2: "nd", 3: "rd" };
  const isTeen = count % 100 > 10 && count % 100 < 14;
  return ORDINALS[count - 1] ?? `${count}${(!isTeen && endings[count % 10]) || "th"}`;
}
