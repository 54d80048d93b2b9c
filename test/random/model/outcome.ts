/** What the server's journal says of a request: what came back, and what GitHub did. The rules build on these words. */

import type { RunTruth } from "../../simulator/index.ts";
import type { Performance, Sighting } from "./performance.ts";
import type { Schedule } from "./schedule.ts";

/**
 * What a dispatch came to, as its sender can know it.
 * - `acted`: a 2xx, readable or not
 * - `unclear`: no answer, or 5xx or 408
 * - `limited`: refused by a rate limit
 * - `moved`: a redirect, which GitHub does not act on
 * - `stray`: 401
 * - `rejected`: any other 4xx
 */
export type Outcome = "acted" | "unclear" | "limited" | "moved" | "stray" | "rejected";

/** The longest that a request may take. */
const REQUEST_MS = 20_000;

export function outcomeOf(
  { entry, toldUntilMs, fault }: Pick<Sighting, "entry" | "toldUntilMs" | "fault">,
  { github }: Pick<Performance, "github">,
): Outcome {
  const { status } = entry;
  if (status === 0 || fault?.kind === "cut" || entry.fault === "client gone") return "unclear";
  if (status < 300) return "acted";
  if (status < 400) return "moved";
  if (status >= 500 || status === 408) return "unclear";
  const isRefused = github.refusals.some(
    ({ atMs, path }) => path === entry.path && atMs >= entry.atMs && atMs <= entry.atMs + delayMs(fault),
  );
  if (toldUntilMs !== undefined || (isRefused && (status === 429 || status === 403))) return "limited";
  return status === 401 ? "stray" : "rejected";
}

export function delayMs(fault: Sighting["fault"]): number {
  return fault?.kind === "delay" ? fault.ms : 0;
}

/** When the sender knew what became of the request, at the earliest. */
export function knownAtMs({ entry, fault }: Pick<Sighting, "entry" | "fault">): number {
  if (fault?.kind === "hang") return entry.atMs + REQUEST_MS;
  return entry.atMs + Math.min(delayMs(fault), REQUEST_MS);
}

/** Whether the answer came, and is what GitHub's schema says. */
export function isReadable({ entry, fault }: Sighting): boolean {
  const isWhole = fault === undefined || fault.kind === "delay" || fault.kind === "stale" || isEmptyList(fault);
  return isWhole && (entry.status === 200 || entry.status === 304);
}

function isEmptyList(fault: NonNullable<Sighting["fault"]>): boolean {
  return fault.kind === "status" && fault.status === 200;
}

/** Whether the list is what GitHub knows at that time. */
export function isTrueList(sighting: Sighting): boolean {
  const { fault } = sighting;
  return sighting.kind === "list" && isReadable(sighting) && (fault === undefined || fault.kind === "delay");
}

/** The moment whose truth an answer shows. */
export function shownAtMs({ entry, fault }: Pick<Sighting, "entry" | "fault">): number {
  if (fault?.kind === "stale") return entry.atMs - fault.ms;
  return entry.atMs + (fault?.kind === "delay" && fault.when === "before" ? fault.ms : 0);
}

/** What decides over the step besides the run's own conclusion; nothing where its end is not waited for. */
export function decisionOf({ asked }: Schedule): { job: string; failsFast: boolean; startTimeoutMs: number } {
  if (asked.waitFor !== "completed") return { job: "", failsFast: false, startTimeoutMs: 0 };
  return { job: asked.job, failsFast: asked.failsFast, startTimeoutMs: asked.startTimeoutS * 1000 };
}

/** The jobs that decide, of a run as it was at a time: `*` stands for all, another word for the job that is called so. */
export function decidingJobs({ jobs }: RunTruth, job: string): RunTruth["jobs"] {
  return jobs.filter(({ name }) => job === "*" || name === job);
}

export function haveDecided(truth: RunTruth, job: string): boolean {
  const deciding = decidingJobs(truth, job);
  return deciding.length > 0 && deciding.every(({ status }) => status === "completed");
}

/** What the step asked for. */
export function ofStep({ sightings }: Performance): Sighting[] {
  return sightings.filter(({ isPost }) => !isPost);
}

export function dispatchesOf(performance: Performance): Sighting[] {
  return ofStep(performance).filter(({ kind }) => kind === "dispatch");
}

/** The id that a dispatch carried. */
export function idSent({ entry }: Sighting): string | undefined {
  const { inputs, client_payload } = (entry.body ?? {}) as Record<string, Record<string, unknown> | undefined>;
  const id = (inputs ?? client_payload)?.distinct_id;
  return id === undefined ? undefined : String(id);
}

/** Runs that a dispatch of ours started, oldest first. */
export function ownRuns({ runs, neighbourIds }: Performance) {
  return runs.filter(({ id }) => !neighbourIds.has(id)).sort((a, b) => a.id - b.id);
}

/** The file whose runs alone may be ours. */
export function wantedFile({ asked }: Schedule): string | undefined {
  return asked.event === "workflow_dispatch" || asked.filter ? "deploy.yml" : undefined;
}

/** Whether our run is looked for by an id that others may have on theirs. */
export function seeksGivenId({ asked, server }: Schedule): boolean {
  const byEvent = asked.event === "repository_dispatch";
  const isSought = byEvent || (asked.sendsId && server.details !== "known");
  return asked.id !== "" && asked.waitFor !== "nothing" && isSought && !asked.isGiven;
}

/** Whether GitHub has started several runs for such an id: nothing shows which of them this step started. */
export function hasTwins({ schedule, runs, neighbourIds }: Performance, withinMs = Number.POSITIVE_INFINITY): boolean {
  const file = wantedFile(schedule) ?? "";
  const own = runs.filter((run) => !neighbourIds.has(run.id) && run.workflowPath.endsWith(file));
  const times = own.map(({ createdAtMs }) => createdAtMs).sort((one, other) => one - other);
  return seeksGivenId(schedule) && times.some((atMs, index) => index > 0 && atMs - (times[index - 1] ?? 0) < withinMs);
}

/** How the step ended, in one word for the table. */
export function endingOf({ step, signalAtMs, schedule, broke }: Performance): Ending {
  const { failure = "", outputs } = step;
  if (broke !== undefined) return "broke";
  if (step.failure === undefined) {
    const { waitFor } = schedule.asked;
    return waitFor === "nothing" ? "sent" : waitFor === "found" ? "found" : "completed green";
  }
  if (signalAtMs !== undefined) {
    if (failure.includes("Nothing was sent")) return "cancelled before the dispatch";
    if (failure.includes("is being cancelled")) return "cancelled, and its run";
    return outputs.runId === undefined ? "cancelled while looking" : "cancelled while following";
  }
  const known = ENDINGS.find(([pattern]) => pattern.test(failure));
  return known?.[1] ?? "other";
}

const ENDINGS = [
  [/^The run ended/, "red conclusion"],
  [/^Of the deciding jobs|^The run has ended, but no job is called/, "red jobs"],
  [/^The run is .*, but a job already ended red/, "failed fast"],
  [/^The run did not begin[\s\S]*is being cancelled/, "not begun, run cancelled"],
  [/^The run did not begin/, "not begun"],
  [/^The run did not complete[\s\S]*is being cancelled/, "timed out, run cancelled"],
  [/^The run did not complete/, "timed out"],
  [/leaves unclear whether a run started/, "may have started"],
  [/^No run of/, "not found"],
  [/carry the id .*, which was given/, "two with the id"],
  [/^The run no longer exists/, "run deleted"],
  [/gave no token for|gave the job no OIDC token/, "refused by the broker"],
  [/^https:\S+ answered|^The response of https:\S+\.test/, "broker's fault up to the deadline"],
  [/ran out before the first request/, "out of time before the dispatch"],
  [/^GitHub's rate limit|^GitHub answered|^No connection|^The connection broke/, "fault up to the deadline"],
  [/\(401/, "401"],
  [/\(403|token cannot|cannot get a token/, "403"],
  [/404/, "404"],
  [/422/, "422"],
  [/could not be found/, "no way to find it"],
  [/did not name it/, "no way to find it"],
  [/redirected/, "redirected elsewhere"],
] as const;

export type Ending =
  | (typeof ENDINGS)[number][1]
  | "sent"
  | "found"
  | "completed green"
  | "cancelled before the dispatch"
  | "cancelled while looking"
  | "cancelled while following"
  | "cancelled, and its run"
  | "broke"
  | "other";
