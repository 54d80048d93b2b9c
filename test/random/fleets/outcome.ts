/** What a performance came to, in the words that the rules build on. */

import type { RunTruth } from "../../simulator/index.ts";
import { decidingJobs, haveDecided } from "../model/outcome.ts";
import { keyIn, type Leg, stopsOf } from "./legs.ts";
import type { Performance, Sighting, Told } from "./performance.ts";

export const RED = ["failure", "cancelled", "timed_out", "error"];
export const GREEN = ["success", "started", "sent"];

/** The output `results` at the end, or when the process was killed. */
export function resultsOf({ history }: Performance): Told[] {
  return JSON.parse(history.at(-1)?.text ?? "[]") as Told[];
}

export const wasKilled = ({ schedule, stoppedAtMs }: Performance) =>
  schedule.end.kind === "kill" && stoppedAtMs !== undefined;

/** When `results` first had a result of the entry; undefined: never. */
export function endedAtMs({ index }: Leg, { history }: Performance): number | undefined {
  return parsed(history).find(({ told }) => told[index]?.result)?.atMs;
}

/** When `results` first had a run of the entry. */
export function foundAtMs({ index }: Leg, { history }: Performance): number | undefined {
  return parsed(history).find(({ told }) => told[index]?.runId)?.atMs;
}

const read = new WeakMap<Performance["history"], { length: number; all: { atMs: number; told: Told[] }[] }>();

function parsed(history: Performance["history"]) {
  const known = read.get(history);
  if (known?.length === history.length) return known.all;
  const all = history.map(({ atMs, text }) => ({ atMs, told: JSON.parse(text) as Told[] }));
  read.set(history, { length: history.length, all });
  return all;
}

export const keyOf = ({ payload, inputs }: RunTruth) => keyIn(Object.keys(payload).length > 0 ? payload : inputs);
export const idOf = ({ payload, inputs }: RunTruth) => String(payload.distinct_id ?? inputs.distinct_id);

/** The runs that were started for the entry, or for one that asks for an equal run. */
export function runsOf({ repo, key }: Leg, { runs }: Performance): RunTruth[] {
  return (runs.get(repo) ?? []).filter((run) => keyOf(run) === key);
}

/** The run that the entry was told to have. */
export function runOf({ repo }: Leg, { runId }: Told, { runs }: Performance): RunTruth | undefined {
  return runs.get(repo)?.find(({ id }) => String(id) === runId);
}

export function dispatchesOf({ key, repo }: Leg, { sightings }: Performance): Sighting[] {
  return sightings.filter(({ kind, legs }) => kind === "dispatch" && legs[0]?.key === key && legs[0].repo === repo);
}

/** When the entry has certainly begun: its dispatch, or the first look at the run that it was given. */
export function begunAtMs(leg: Leg, performance: Performance): number | undefined {
  if (leg.key.startsWith("alike")) return undefined;
  const { sightings, givenIds } = performance;
  const id = givenIds.get(leg.index);
  const first =
    id === undefined
      ? dispatchesOf(leg, performance)[0]
      : sightings.find(({ entry: { path } }) => path.endsWith(`/runs/${id}`));
  // A list that it shares with others may have shown the run.
  const foundMs = foundAtMs(leg, performance);
  return first && foundMs ? Math.min(first.entry.atMs, foundMs) : (first?.entry.atMs ?? foundMs);
}

/** Whether a conclusion is accepted, by the words of the contract. */
export function isAccepted(conclusion: string | null, { success }: Leg): boolean {
  const accepted = success.split(", ");
  return conclusion !== null && (accepted.includes("any") || accepted.includes(conclusion));
}

/** Whether the run decides over the entry by then, and how; undefined: not yet. */
export function verdictOf(truth: RunTruth, leg: Leg): "success" | "failure" | "cancelled" | undefined {
  if (leg.jobs === "") {
    if (truth.status !== "completed") return undefined;
    if (isAccepted(truth.conclusion, leg)) return "success";
    return truth.conclusion === "cancelled" ? "cancelled" : "failure";
  }
  const deciding = decidingJobs(truth, leg.jobs);
  if (truth.status !== "completed" && !haveDecided(truth, leg.jobs)) return undefined;
  if (deciding.length > 0 && deciding.every(({ conclusion }) => isAccepted(conclusion, leg))) return "success";
  const has = (word: string) => deciding.some(({ conclusion }) => conclusion === word);
  return has("cancelled") && !has("failure") && !has("timed_out") ? "cancelled" : "failure";
}

/** Whether a red job ends the entry before its run. */
export function hasRedJob({ jobs }: RunTruth, leg: Leg): boolean {
  return jobs.some(({ status, conclusion }) => status === "completed" && !isAccepted(conclusion, leg));
}

/** When the first red entry ended the step by `fail_fast`; undefined: none did. */
export function failedFastAtMs(performance: Performance): number | undefined {
  if (!stopsOf(performance.schedule).failsFast) return undefined;
  const told = resultsOf(performance);
  const ends = performance.legs.flatMap((leg) => {
    const isRed = RED.includes(told[leg.index]?.result ?? "") && !leg.continuesOnError;
    const atMs = isRed ? endedAtMs(leg, performance) : undefined;
    // What the signal ended is not red by itself.
    return atMs !== undefined && atMs < (performance.stoppedAtMs ?? Infinity) ? atMs : [];
  });
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** When whatever is not over by then was stopped; Infinity: never. */
export function stoppedAtMs(performance: Performance): number {
  return Math.min(performance.stoppedAtMs ?? Infinity, failedFastAtMs(performance) ?? Infinity);
}

/** Whether something was in the way of this entry's own requests, or of those that it shares with others. */
export function isTroubled(leg: Leg, { sightings, schedule, github }: Performance): boolean {
  if (schedule.limit.kind !== "none" || github.refusals.length > 0) return true;
  return sightings.some(({ fault, kind, legs, repo, toldUntilMs, entry }) => {
    if (fault === undefined) return false;
    // A limit is on the token, and so is the redirect of a repository on all of it.
    if (toldUntilMs !== undefined && entry.token === leg.token) return true;
    const isShared = kind !== "dispatch" && kind !== "cancel";
    return isShared ? repo === leg.repo : legs.some(({ key }) => key === leg.key);
  });
}

/** Whether the run shows which it is, or its dispatch is answered with it. */
export function isFindable({ kind, sign }: Leg, { schedule: { details } }: Performance): boolean {
  if (kind === "given" || (kind === "workflow" && details === "known")) return true;
  return sign !== "none" && sign !== "nobody";
}
