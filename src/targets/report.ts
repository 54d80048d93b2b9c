/** What the log and the error say of many targets. Pure. */

import type { FailedJob } from "../github/conclusions.ts";
import type { Tone } from "../runner/log.ts";
import { quoted } from "../text/foreign-text.ts";
import { duration, enumerated, spoken } from "../text/wording.ts";
import type { Leg } from "./leg.ts";
import { type EntryState, isAllowedFailure, isFailedEntry, isGreenEntry, type Result } from "./results.ts";

/** What an annotation holds, less what the runner adds (docs/platform.md#summaries-and-annotations). */
const MAX_ERROR_LENGTH = 3800;
/** How many failed jobs of one target the error names: the fewer, the more targets it has to list. */
const MAX_JOBS = [3, 1, 0];
/** Longer than any of GitHub's. */
const MAX_URL_LENGTH = 500;

type Line = [text: string, tone: Tone];

export function startedLine({ name, outputs }: EntryState): Line {
  const { disposition, runId, html_url: url } = outputs;
  return [`${name}: run ${runId} ${disposition === "created" ? "started" : disposition}: ${url}`, "plain"];
}

/** `tookMs` is undefined for an entry that never started. */
export function endedLine(state: EntryState, tookMs: number | undefined): Line {
  const took = tookMs === undefined ? "" : ` after ${duration(tookMs)}`;
  const isUnseen = state.result === "error" || state.result === "skipped";
  const line = `${state.name}: ${resultInWords(state)}${took}`;
  return [`${line}${isUnseen ? withLink(`: ${firstLineOf(state)}`, state) : linkOf(state)}`, toneFor(state)];
}

function toneFor(state: EntryState): Tone {
  if (state.result === "skipped" || state.result === "unfinished") return "quiet";
  if (isAllowedFailure(state)) return "waiting";
  return isGreenEntry(state) ? "good" : "bad";
}

/** e.g. `failure (new, attempt 2)` */
export function resultInWords(state: EntryState): string {
  const { result, outputs } = state;
  const more = [
    isAllowedFailure(state) && "allowed",
    { true: "as before", false: "new" }[outputs.known_failure ?? ""],
    Number(outputs.run_attempt) > 1 && `attempt ${outputs.run_attempt}`,
  ].filter(Boolean);
  return `${spoken(result ?? "open")}${more.length > 0 ? ` (${more.join(", ")})` : ""}`;
}

/** For a time in which nothing changes. */
export function stillLine(legs: readonly Pick<Leg, "state" | "startedAtMs">[]): string {
  const open = legs.filter(({ state }) => state.result === undefined);
  const running = open.filter(({ startedAtMs }) => startedAtMs !== undefined);
  const names = enumerated(
    running.map(({ state }) => state.name),
    3,
  );
  const waiting = open.length - running.length;
  const red = legs.filter(({ state }) => isFailedEntry(state)).length;
  const parts = [
    `${running.length} in progress${running.length > 0 ? ` (${names})` : ""}`,
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    `${legs.length - open.length} ended${red > 0 ? ` (${red} failed)` : ""}`,
  ];
  return `${parts.join(", ")}.`;
}

/** e.g. `3 of 40 failed, 1 of them new, 2 skipped` */
export function verdictOf(states: readonly EntryState[]): string {
  const red = failedStates(states);
  const others = othersOf(states);
  if (red.length > 0) return [`${red.length} of ${states.length} failed`, ...newsOf(red), ...others].join(", ");
  const green = states.filter(isGreenEntry);
  const count = green.length === states.length ? `All ${states.length}` : `${green.length} of ${states.length}`;
  return [`${count} ${doneAs(green)}`, ...others].join(", ");
}

/** As `wait_for` had it. */
export function doneAs([first]: readonly Pick<EntryState, "result">[]): string {
  return first?.result === "started" || first?.result === "sent" ? first.result : "succeeded";
}

function newsOf(red: readonly EntryState[]): string[] {
  const known = red.filter(({ outputs }) => outputs.known_failure === "true").length;
  const fresh = red.filter(({ outputs }) => outputs.known_failure === "false").length;
  if (known + fresh === 0) return [];
  return [fresh === 0 ? "none of them new" : `${fresh} of them new`];
}

/** Neither red nor green. */
function othersOf(states: readonly EntryState[]): string[] {
  const allowed = states.filter(isAllowedFailure).length;
  const counted = (result: Result | undefined) => {
    const count = states.filter((state) => state.result === result && isStopped(state)).length;
    return count > 0 ? [`${count} ${result ?? "open"}`] : [];
  };
  return [
    ...(allowed > 0 ? [`${allowed} allowed failure${allowed > 1 ? "s" : ""}`] : []),
    ...(["cancelled", "unfinished", "skipped", undefined] as const).flatMap(counted),
  ];
}

function isStopped({ result, isStopped }: EntryState): boolean {
  return isStopped === true || result === "skipped" || result === undefined;
}

/** Those that make the step red, new failures first. */
export function failedStates(states: readonly EntryState[]): EntryState[] {
  const isKnown = ({ outputs }: EntryState) => Number(outputs.known_failure === "true");
  return states.filter(isFailedEntry).sort((one, other) => isKnown(one) - isKnown(other));
}

interface Told {
  state: EntryState;
  jobs: readonly FailedJob[];
  reason: string;
}

/** Why the step fails. `first` is what ended it before its time, if anything did. */
export function explainFailed(states: readonly EntryState[], first?: string): string {
  const title = first === undefined ? `${verdictOf(states)}:` : `${first} ${verdictOf(states)}.`;
  const stopped = states.filter(({ isStopped, result }) => isStopped && result !== "skipped");
  const told = [...failedStates(states), ...stopped].map(
    (state): Told => ({ state, jobs: failedJobsOf(state.outputs), reason: reasonOf(state, first) }),
  );
  const room = MAX_ERROR_LENGTH - title.length;
  let blocks: string[] = [];
  for (const most of MAX_JOBS) {
    blocks = told.map((each) => blockOf(each, most));
    if (blocks.join("\n").length < room) break;
  }
  return [title, ...within(blocks, room)].join("\n");
}

const MAX_REST_LENGTH = 60;

function within(blocks: readonly string[], room: number): string[] {
  if (blocks.join("\n").length < room) return [...blocks];
  let length = MAX_REST_LENGTH;
  const count = blocks.findIndex((block) => {
    length += block.length + 1;
    return length > room;
  });
  return [...blocks.slice(0, count), `- and ${blocks.length - count} more: \`results\` has all of them`];
}

function blockOf({ state, jobs, reason }: Told, most: number): string {
  const link = linkOf(state);
  const line = `- ${state.name}: ${resultInWords(state)}${link}`;
  // Without room for more, the link leads to the reason.
  if (most === 0) return link === "" ? `${line}: ${reason}` : line;
  const isOfItsJobs = jobs.length > 0 && !state.isStopped && ["failure", "cancelled"].includes(state.result ?? "");
  if (!isOfItsJobs) return reason === "" ? line : `${line}\n  ${reason}`;
  const more = jobs.length - most;
  return [
    line,
    ...jobs.slice(0, most).map((job) => `  - ${jobLine(job)}`),
    ...(more > 0 ? [`  - and ${more} more job${more > 1 ? "s" : ""}`] : []),
  ].join("\n");
}

function firstLineOf({ problem = "" }: Pick<EntryState, "problem">): string {
  return problem.split("\n", 1)[0] ?? "";
}

/** Without the run's link, which stands beside, and what the step's own line says: `first`. */
export function reasonOf(state: EntryState, first = ""): string {
  const line = firstLineOf(state).replace(/:? https?:\/\/\S+$/, "");
  return line.startsWith(first) ? line.slice(first.length).trim() : line;
}

function linkOf({ outputs: { html_url: url } }: EntryState): string {
  return url && url.length <= MAX_URL_LENGTH ? `: ${url}` : "";
}

/** With the run's link, where the line does not have it. */
function withLink(line: string, state: EntryState): string {
  const link = linkOf(state);
  return link === "" || line.includes(link.slice(2)) ? line : `${line.replace(/(?:[.:]|: )$/, "")}${link}`;
}

export function failedJobsOf(outputs: Readonly<Record<string, string>>): FailedJob[] {
  return outputs.failed_jobs ? (JSON.parse(outputs.failed_jobs) as FailedJob[]) : [];
}

function jobLine({ name, conclusion, failed_step, html_url: url }: FailedJob): string {
  const where = failed_step === null ? "" : ` in step "${quoted(failed_step)}"`;
  const link = url.length <= MAX_URL_LENGTH ? `, ${url}` : "";
  return `${quoted(name)}: ${spoken(quoted(conclusion)) || "no conclusion"}${where}${link}`;
}
