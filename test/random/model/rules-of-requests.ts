/** What is sent, how often, and when no more: properties 2, 5, 6, 8, 10. */

import type { Refusal } from "../../simulator/index.ts";
import {
  delayMs,
  dispatchesOf,
  idSent,
  isReadable,
  isTrueList,
  knownAtMs,
  ofStep,
  outcomeOf,
  ownRuns,
  seeksGivenId,
  shownAtMs,
} from "./outcome.ts";
import type { Performance, Sighting } from "./performance.ts";

const WINDOW_MS = 60_000;
const WINDOW_LISTS = 3;
const UNTOLD_MS = 60_000;

/** Property 2: a dispatch is sent again only when GitHub has not acted, or after a full window. */
export function wrongSendings(performance: Performance): string[] {
  const problems: string[] = [];
  const dispatches = dispatchesOf(performance);
  let resends = 0;
  for (const [index, next] of dispatches.entries()) {
    const before = dispatches[index - 1];
    if (!before) continue;
    const outcome = outcomeOf(before, performance);
    const again = `(2) dispatch ${index + 1} after ${outcome} (${before.what ?? before.entry.status})`;
    if (outcome === "acted") problems.push(again);
    if (outcome === "unclear") {
      resends++;
      const knownMs = Math.min(knownAtMs(before), followerOf(before, performance).entry.atMs);
      const lookedMs = next.entry.atMs - knownMs;
      const looks = ofStep(performance).filter(
        (each) =>
          each.kind === "list" &&
          each.entry.query.page === "1" &&
          each.entry.atMs >= knownMs &&
          each.entry.atMs <= next.entry.atMs &&
          isReadable(each),
      );
      if (lookedMs < WINDOW_MS || looks.length < WINDOW_LISTS) {
        problems.push(`${again}: looked ${lookedMs} ms, ${looks.length} lists`);
      }
    }
    if (outcome === "rejected" && !differs(before, next)) problems.push(again);
    if (outcome === "stray" && strays(dispatches.slice(0, index), performance) > 2) problems.push(again);
    const [id, other] = [idSent(before), idSent(next)];
    if (other !== undefined && other !== id) problems.push(`(2) the id ${id} became ${other}`);
  }
  if (resends > 2) problems.push(`(2) sent again ${resends} times`);
  if (performance.effectsAtMs.length > 3) problems.push(`(2) ${performance.effectsAtMs.length} took effect`);
  return problems;
}

/** What is asked next, once it is known what became of this: the deadline may have left it less time than any request has. */
function followerOf(sighting: Sighting, performance: Performance): Sighting {
  const all = ofStep(performance);
  return all[all.indexOf(sighting) + 1] ?? sighting;
}

/** A rejected dispatch may be sent again without the question for details, or without the id. */
function differs({ entry: one }: Sighting, { entry: other }: Sighting): boolean {
  const version = "x-github-api-version";
  return one.headers[version] !== other.headers[version] || JSON.stringify(one.body) !== JSON.stringify(other.body);
}

/** How many 401s in a row there are at the end. */
function strays(sightings: readonly Sighting[], performance: Performance): number {
  const at = sightings.findLastIndex((each) => outcomeOf(each, performance) !== "stray");
  return sightings.length - 1 - at;
}

export type Reason =
  | "not visible in the window"
  | "deleted before it was seen"
  | "too many newer runs"
  | "shows no id"
  | "stale jobs";

/** Dispatches that took effect beyond the first: why nobody could see the run before. No reason: a problem. */
export function duplicatesOf(performance: Performance): { reasons: Reason[]; problems: string[] } {
  const { effectsAtMs, schedule } = performance;
  const reasons: Reason[] = [];
  const problems: string[] = [];
  for (const [index, atMs] of effectsAtMs.entries()) {
    if (index === 0) continue;
    const earlierMs = effectsAtMs[index - 1] ?? 0;
    const reason = reasonFor(earlierMs, sentAtMs(atMs));
    if (reason) reasons.push(reason);
    else problems.push(`(2) dispatched again at ${atMs - performance.startedAtMs} ms, and the run was to be seen`);
  }
  return { reasons, problems };

  /** When the dispatch that took effect then was sent: a late one had been on its way for long. */
  function sentAtMs(effectAtMs: number): number {
    const sent = ofStep(performance).findLast(
      ({ kind, entry, fault }) =>
        kind === "dispatch" && entry.atMs <= effectAtMs && entry.atMs + delayMs(fault) >= effectAtMs,
    );
    return sent?.entry.atMs ?? effectAtMs;
  }

  function reasonFor(createdAtMs: number, againAtMs: number): Reason | undefined {
    const runs = ownRuns(performance).filter((run) => run.createdAtMs === createdAtMs);
    // The list right before the dispatch may have its very moment.
    const all = ofStep(performance);
    const lists = all
      .slice(all.findIndex(({ kind }) => kind === "dispatch"))
      .filter((each) => isTrueList(each) && each.entry.atMs >= createdAtMs && each.entry.atMs <= againAtMs);
    const listedAtMs = createdAtMs + schedule.course.visibleMs;
    const deletedAtMs = Math.min(...runs.map(({ id }) => performance.deletedAtMs.get(id) ?? Infinity));
    const showing = lists.filter((each) => shownAtMs(each) >= listedAtMs && shownAtMs(each) < deletedAtMs);
    // A late dispatch may take effect after the window, even after the second one was sent.
    if (showing.length === 0)
      return deletedAtMs < Infinity ? "deleted before it was seen" : "not visible in the window";
    const { maxRuns } = schedule.asked;
    if (performance.runs.filter((run) => run.createdAtMs >= createdAtMs).length >= maxRuns) {
      return "too many newer runs";
    }
    const { sign, zeroJobs } = schedule.course;
    if (sign === "run-name") return undefined;
    const isStale = ofStep(performance).some(({ kind, fault }) => kind === "jobs" && fault?.kind === "stale");
    if (isStale) return "stale jobs";
    const has = sign === "job" || sign === "step";
    return !has || zeroJobs || runs.length === 0 ? "shows no id" : undefined;
  }
}

/** Property 5: after a permanent answer there are only the documented probes. */
export function requestsAfterTheEnd(performance: Performance): string[] {
  const all = ofStep(performance);
  const { signalAtMs } = performance;
  const end = all.findIndex((each, index) => isPermanent(each, all.slice(0, index), all.slice(index + 1)));
  const last = all[end];
  if (!last) return [];
  const PROBES: Record<number, string[]> = {
    404: ["repository", "workflow", "ref"],
    422: ["workflow", "file"],
  };
  const allowed = PROBES[last.entry.status] ?? [];
  return all
    .slice(end + 1)
    .filter((each, index, probes) => {
      const { kind, entry } = each;
      const isLate = signalAtMs !== undefined && entry.atMs >= signalAtMs;
      return !allowed.includes(kind) && kind !== "cancel" && !isLate && !isAskedForItsName(each, probes[index - 1]);
    })
    .map(({ entry }) => `(5) ${entry.method} ${entry.path} after ${last.entry.status} to ${last.entry.path}`);

  // Jobs hold up nothing: the list of runs, or the run itself, is read.
  function isPermanent(each: Sighting, before: readonly Sighting[], after: readonly Sighting[]): boolean {
    const { kind, entry } = each;
    if (["jobs", "deployments", "groups", "marks", "log", "file", "cancel"].includes(kind)) return false;
    // Who looks what is wrong with the receiver gets along without an answer.
    if (kind === "workflow" && before.some((one) => one.kind === "dispatch")) return false;
    // Whoever is given a run looks at its repository only to know whether it is worth waiting for.
    if (kind === "repository" && performance.givenId !== undefined && entry.status !== 404) return false;
    // Who knows the run may ask how long others took; it is not held up by a refusal.
    if (kind === "list" && before.some((one) => (one.kind === "run" && isReadable(one)) || namesRun(one))) return false;
    const outcome = outcomeOf(each, performance);
    if (outcome === "stray") {
      const hadWorked = before.some(({ entry: { status } }) => status > 0 && status < 400);
      // Each request has tries of its own: what a list was refused does not count for the run.
      const own = [...before, each].filter((one) => one.entry.path === entry.path);
      return !hadWorked || strays(own, performance) > 2;
    }
    if (outcome === "moved") return each.what === "redirect elsewhere";
    if (outcome !== "rejected") return false;
    if (entry.status === 404) return kind !== "run" && kind !== "jobs";
    if (kind !== "dispatch" || ![400, 410, 422].includes(entry.status)) return true;
    // What follows is judged by property 2; for an id that was given, a list comes before it.
    const goesOn = after.some((next) => next.kind === "dispatch");
    return !goesOn && !(seeksGivenId(performance.schedule) && after[0]?.kind === "list");
  }
}

/** Whether a repository is asked what it is called now, since the request before was told that it has moved. */
function isAskedForItsName({ entry }: Sighting, before: Sighting | undefined): boolean {
  return /^\/repositories\/\d+$/.test(entry.path) && before !== undefined && [301, 307].includes(before.entry.status);
}

/** Whether it is a dispatch whose answer has named the run. */
function namesRun({ kind, entry, fault }: Sighting): boolean {
  return kind === "dispatch" && entry.status === 200 && (fault === undefined || fault.kind === "delay");
}

/** Property 6: nothing is asked between a limit's refusal and its told end. (The `post` step cannot know of it.) */
export function requestsUnderLimit(performance: Performance): string[] {
  const { github, startedAtMs, signalAtMs, schedule } = performance;
  const refusalsOf = ({ entry: { atMs, path }, fault }: Sighting) =>
    github.refusals.filter((one) => one.path === path && one.atMs >= atMs && one.atMs <= atMs + delayMs(fault));
  // A reset that no header tells is waited for as any limit without an end: a minute, then longer.
  const untilOf = ({ kind, atMs, untilMs }: Refusal) =>
    kind === "primary" && !schedule.server.limitHeaders ? atMs + UNTOLD_MS : untilMs;
  const steps = ofStep(performance);
  const problems: string[] = [];
  let told = { sinceMs: 0, untilMs: 0, by: "" };
  for (const each of steps) {
    const { atMs, method, path } = each.entry;
    // Files are read a few at once: those on their way cannot know yet.
    const isOnItsWay = each.kind === "file" && told.by === "file" && atMs === told.sinceMs;
    if (atMs < told.untilMs && !isOnItsWay) {
      const isLate = signalAtMs !== undefined && atMs >= signalAtMs;
      const until = `${isLate ? "after the signal, " : ""}told to wait until ${told.untilMs - startedAtMs} ms by ${told.by}`;
      problems.push(`(6) ${method} ${path} at ${atMs - startedAtMs} ms, ${until}`);
    }
    if (outcomeOf(each, performance) !== "limited") continue;
    const untilMs = each.toldUntilMs ?? Math.min(...refusalsOf(each).map(untilOf));
    if (untilMs > told.untilMs) told = { sinceMs: atMs, untilMs, by: `${each.kind}` };
  }
  return problems;
}

/** Property 8: only our run is cancelled, and only where that was asked for. */
export function wrongCancellations(performance: Performance): string[] {
  const { schedule, sightings, runs, neighbourIds, signalAtMs, step } = performance;
  const asked = schedule.asked.cancelRunOn;
  const cancels = sightings.filter(({ kind }) => kind === "cancel");
  const problems = runs
    .filter(({ id, cancelRequestedAtMs }) => cancelRequestedAtMs !== undefined && neighbourIds.has(id))
    .map(({ id }) => `(8) the neighbour's run ${id} was cancelled`);
  const isTimeout = /^The run did not (complete|start)/.test(step.failure ?? "");
  const hasReason = (asked.includes("cancel") && signalAtMs !== undefined) || (asked.includes("timeout") && isTimeout);
  // A signal may come while the run is being cancelled at its time-out.
  const mayHaveTimedOut = asked.includes("timeout") && signalAtMs !== undefined;
  if (cancels.length > 0 && !hasReason && !mayHaveTimedOut) problems.push("(8) cancelled without a reason");
  return problems;
}

const QUEUE_PAUSE_MS = 60_000;

/** Property 12: a queue is looked at once a minute at most; and once more when the run was cancelled in it. */
export function looksAtQueues(performance: Performance): string[] {
  const atMs = ofStep(performance)
    .filter(({ entry }) => /\/runs\/\d+\/concurrency_groups$/.test(entry.path))
    .map(({ entry }) => entry.atMs);
  const pauses = atMs.slice(1).map((each, index) => each - (atMs[index] ?? 0));
  const isEnd = performance.step.failure?.includes("It was cancelled before any job had started") === true;
  return (isEnd ? pauses.slice(0, -1) : pauses)
    .filter((pauseMs) => pauseMs < QUEUE_PAUSE_MS - 1)
    .map((pauseMs) => `(12) the queue was asked about again after ${pauseMs} ms`);
}

/** Property 10: GitHub knows all that is asked, none of its limits is broken, and no list is filtered. */
export function violations({ github }: Performance): string[] {
  const filtered = github.filteredLists > 0 ? ["(10) a filtered list was read"] : [];
  return [...[...github.violations, ...github.breaches].map((each) => `(10) ${each}`), ...filtered];
}
