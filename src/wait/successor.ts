/** What its concurrency group tells of a run that was cancelled before any job had begun, or failed without one. */

import { type ConcurrencyGroup, type GroupMember, MOST_WAITING } from "../github/concurrency-groups.ts";
import type { Run } from "../github/responses.ts";
import { once, responseOrUndefined } from "../github/retry.ts";
import { type Context, mayShowJobLogs } from "../state/context.ts";
import { evidenceDeadlineMs } from "./failed-log.ts";
import { nameOfRun } from "./queue-position.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

export type Succession =
  /** `by` is e.g. `Deploy #813`; undefined where it must not be shown. */
  | { is: "taken"; by: { name: string; htmlUrl: string } | undefined }
  /** More than one run waits (`queue: max`), so a newer one replaces nobody. `hadRoom`: ours was seen to wait there. */
  | { is: "kept"; hadRoom: boolean }
  /** As many wait as GitHub keeps, and ours was not seen among them. */
  | { is: "full" };

/** A run usually has one group, and each takes a request or two. */
const MAX_GROUPS = 3;
/** A newer run is shown a moment after it has replaced the other. */
const READS = 2;
const LAG_MS = 3000;

/** Of a run that failed without a job, only `full` may be the reason. Undefined where nothing shows it. Sends no request where `place` is null (no such API), or decides already. */
export async function readSuccession(ended: RunSnapshot, context: Context): Promise<Succession | undefined> {
  const { run, place } = ended;
  const { clock, signal } = context;
  if (place === null) return undefined;
  // One run holds the group and one waits: a third one waits only where all are kept.
  if (place && place.ahead > 1) return { is: "kept", hadRoom: true };
  const deadlineMs = evidenceDeadlineMs(ended, clock.nowMs());
  const names = place ? [place.group] : await readGroupNames(run, deadlineMs, context);
  const reads = run.conclusion === "cancelled" ? READS : 1;
  for (let read = 1; read <= reads && names.length > 0; read++) {
    if (read > 1) await clock.sleep(LAG_MS, signal);
    for (const name of names) {
      const succession = await readGroup(name, { run, hadRoom: place !== undefined }, deadlineMs, context);
      if (succession) return succession;
    }
  }
  return undefined;
}

async function readGroupNames(run: Run, deadlineMs: number, { github, retry }: Context): Promise<readonly string[]> {
  const reading = retry((options) => github.listConcurrencyGroups(run.id, options), once(deadlineMs));
  const groups = (await responseOrUndefined(reading)) ?? [];
  return groups.slice(0, MAX_GROUPS).map(({ name }) => name);
}

async function readGroup(
  name: string,
  { run, hadRoom }: { run: Run; hadRoom: boolean },
  deadlineMs: number,
  context: Context,
): Promise<Succession | undefined> {
  const { github, retry } = context;
  const reading = retry((options) => github.getConcurrencyGroup(name, undefined, options), once(deadlineMs));
  const group = await responseOrUndefined(reading);
  if (!group) return undefined;
  if (!hadRoom && isFull(group)) return { is: "full" };
  if (run.conclusion !== "cancelled") return undefined;
  if (keepsAll(group)) return { is: "kept", hadRoom };
  for (const { runId, runName, htmlUrl } of newerOf(group, run)) {
    const newer = await responseOrUndefined(retry((options) => github.getRun(runId, options), once(deadlineMs)));
    if (!newer || !cameAtEndOf(newer, run)) continue;
    const by = { name: nameOfRun(runName, newer.runNumber), htmlUrl };
    return { is: "taken", by: mayShowJobLogs(run, context) ? by : undefined };
  }
  return undefined;
}

/** With `queue: max`, more than one waits. */
export function keepsAll(group: ConcurrencyGroup): boolean {
  return waitingIn(group) > 1;
}

function isFull(group: ConcurrencyGroup): boolean {
  return waitingIn(group) >= MOST_WAITING;
}

function waitingIn({ members }: ConcurrencyGroup): number {
  return members.filter(({ isPending }) => isPending).length;
}

/** Oldest first: one of them came next. */
export function newerOf({ members }: ConcurrencyGroup, { id }: Run): readonly GroupMember[] {
  return members.filter(({ runId }) => runId > id).sort((one, other) => (one.runId < other.runId ? -1 : 1));
}

/** GitHub cancels the waiting run as soon as a newer one comes. */
const AT_ONCE_MS = 15_000;
/** GitHub's times have whole seconds. */
const ROUNDING_MS = 2000;

/** One that came long before left ours waiting: somebody cancelled ours. One that came later found the place free. */
export function cameAtEndOf({ createdAtMs }: Run, { updatedAtMs = Number.NaN }: Run): boolean {
  const beforeMs = updatedAtMs - createdAtMs;
  return beforeMs >= -ROUNDING_MS && beforeMs <= AT_ONCE_MS;
}
