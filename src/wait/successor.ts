/** Who took the place of a run that was cancelled before any of its jobs had begun. */

import type { ConcurrencyGroup, GroupMember } from "../github/concurrency-groups.ts";
import type { Run } from "../github/responses.ts";
import { ifAnswered, once } from "../github/retry.ts";
import { type Context, mayBeShown } from "../state/context.ts";
import { EVIDENCE_MS } from "./failed-log.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

/**
 * What the concurrency group shows:
 * - `taken`: a newer run has taken the place; `by` is e.g. `Deploy #813`, and undefined where it must not be shown
 * - `kept`: more than one waits (`queue: max`), so that a newer one takes nobody's place
 */
export type Succession = { is: "taken"; by: { name: string; htmlUrl: string } | undefined } | { is: "kept" };

/** A run has one group as a rule, and each takes a request or two. */
const MOST_GROUPS = 3;
/** A newer run is shown a moment after it has taken the place: one more look is worth it. */
const LOOKS = 2;
const LAG_MS = 3000;

/** Undefined where nothing tells; without a request where the server has no API for it, or `place` tells already. */
export async function readSuccession({ run, place }: RunSnapshot, context: Context): Promise<Succession | undefined> {
  const { clock, signal } = context;
  if (place === null) return undefined;
  // One run holds the group and one waits: only where all are kept does a third one wait as well.
  if (place && place.ahead > 1) return { is: "kept" };
  const deadlineMs = clock.nowMs() + EVIDENCE_MS;
  const names = place ? [place.group] : await readGroupNames(run, deadlineMs, context);
  for (let look = 1; look <= LOOKS && names.length > 0; look++) {
    if (look > 1) await clock.sleep(LAG_MS, signal);
    for (const name of names) {
      const succession = await readGroup(name, run, deadlineMs, context);
      if (succession) return succession;
    }
  }
  return undefined;
}

async function readGroupNames(run: Run, deadlineMs: number, { github, retry }: Context): Promise<readonly string[]> {
  const asked = retry((options) => github.listConcurrencyGroups(run.id, options), once(deadlineMs));
  const groups = (await ifAnswered(asked)) ?? [];
  return groups.slice(0, MOST_GROUPS).map(({ name }) => name);
}

async function readGroup(
  name: string,
  run: Run,
  deadlineMs: number,
  context: Context,
): Promise<Succession | undefined> {
  const { github, retry } = context;
  const asked = retry((options) => github.getConcurrencyGroup(name, undefined, options), once(deadlineMs));
  const group = await ifAnswered(asked);
  if (!group) return undefined;
  if (keepsAll(group)) return { is: "kept" };
  for (const { runId, runName, htmlUrl } of newerOf(group, run)) {
    const newer = await ifAnswered(retry((options) => github.getRun(runId, options), once(deadlineMs)));
    if (!newer || !cameAtTheEnd(newer, run)) continue;
    const number = newer.runNumber === undefined ? "" : ` #${newer.runNumber}`;
    const by = { name: `${runName || "another run"}${number}`, htmlUrl };
    return { is: "taken", by: mayBeShown(run, context) ? by : undefined };
  }
  return undefined;
}

/** Says whether the group keeps all that wait (`queue: max`): then more than one does. */
export function keepsAll({ members }: ConcurrencyGroup): boolean {
  return members.filter(({ isPending }) => isPending).length > 1;
}

/** Runs that are newer than ours, oldest first: one of them came next. */
export function newerOf({ members }: ConcurrencyGroup, { id }: Run): readonly GroupMember[] {
  return members.filter(({ runId }) => runId > id).sort((one, other) => (one.runId < other.runId ? -1 : 1));
}

/** GitHub cancels the run that waits as soon as a newer one comes. */
const AT_ONCE_MS = 15_000;
/** GitHub's times have whole seconds. */
const ROUNDING_MS = 2000;

/**
 * Says whether the first run came just when the second ended. If it came long before, ours went on waiting, and somebody
 * has cancelled it; if it came later, it found the place free.
 */
export function cameAtTheEnd({ createdAtMs }: Run, { updatedAtMs = Number.NaN }: Run): boolean {
  const beforeMs = updatedAtMs - createdAtMs;
  return beforeMs >= -ROUNDING_MS && beforeMs <= AT_ONCE_MS;
}
