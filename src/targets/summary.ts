/** The summary of many targets: the verdict, what is red or open, the others folded, one chart of all over time. */

import { type Bar, gantt } from "../summary/chart.ts";
import { asText, code, link } from "../summary/markdown.ts";
import { duration, spoken } from "../text/wording.ts";
import type { Leg } from "./leg.ts";
import { doneAs, failedJobsOf, failedStates, reasonOf, resultInWords, verdictOf } from "./report.ts";
import { type EntryState, isAllowedFailure, isFailedEntry, isGreenEntry } from "./results.ts";

const MAX_JOBS = 3;
const MAX_PROBLEM_LENGTH = 200;
/** Of each of the three tables: together they stay below GitHub's 1 MiB (docs/platform.md#summaries-and-annotations). */
const MAX_TABLE_BYTES = 300_000;

export type ShownLeg = Pick<Leg, "state" | "startedAtMs" | "endedAtMs">;

/** `stopped` says what ended the step before its time, if anything did. */
export function summaryOfMany(
  legs: readonly ShownLeg[],
  { stepStartedAtMs, isGreen, stopped }: { stepStartedAtMs: number; isGreen: boolean; stopped?: string | undefined },
): string {
  const states = legs.map(({ state }) => state);
  const legOf = new Map(legs.map((leg) => [leg.state, leg]));
  const failed = failedStates(states).flatMap((state) => legOf.get(state) ?? []);
  const green = legs.filter(({ state }) => isGreenEntry(state));
  const skipped = legs.filter(({ state }) => state.result === "skipped");
  const known = new Set([...failed, ...green, ...skipped]);
  const shown = [...failed, ...legs.filter((leg) => !known.has(leg))];
  const reason = (state: EntryState) => reasonCell(state, stopped);
  const parts = [
    `## ${isGreen ? "✅" : "❌"} ${verdictOf(states)}`,
    stopped === undefined ? "" : `> ${inMarkdown(stopped)}`,
    tableOf(shown, reason),
    foldedTable(`${skipped.length} skipped`, tableOf(skipped, reason)),
    foldedTable(`${green.length} ${doneAs(green.map(({ state }) => state))}`, tableOf(green)),
    gantt("The targets, by time since the step started", barsOf([...shown, ...green], stepStartedAtMs)),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function foldedTable(title: string, table: string): string {
  return table === "" ? "" : `<details><summary>${title}</summary>\n\n${table}\n\n</details>`;
}

function tableOf(legs: readonly ShownLeg[], reason?: (state: EntryState) => string): string {
  if (legs.length === 0) return "";
  const head = [["Target", ":---"], ["Result", ":---"], ["Took", "---:"], ...(reason ? [["Why", ":---"]] : [])];
  const lines = [0, 1].map((index) => rowOf(head.map((cell) => cell[index] ?? "")));
  let bytes = 0;
  for (const [index, leg] of legs.entries()) {
    const row = rowOf([...cellsOf(leg), ...(reason ? [reason(leg.state)] : [])]);
    bytes += Buffer.byteLength(row);
    if (bytes > MAX_TABLE_BYTES) return [...lines, "", `… and ${legs.length - index} more`].join("\n");
    lines.push(row);
  }
  return lines.join("\n");
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cellsOf({ state, startedAtMs, endedAtMs }: ShownLeg): string[] {
  const { name, outputs } = state;
  const took = startedAtMs === undefined || endedAtMs === undefined ? "–" : duration(endedAtMs - startedAtMs);
  // Neither breaks at its blanks, however much room the other columns take.
  const [result = "", time = ""] = [`${signOf(state)} ${resultInWords(state)}`, took].map((text) =>
    text.replaceAll(" ", "\u00A0"),
  );
  return [link(name, outputs.html_url ?? ""), result, time];
}

function signOf(state: EntryState): string {
  if (isGreenEntry(state)) return "✅";
  if (isFailedEntry(state)) return "❌";
  if (isAllowedFailure(state)) return "⚠️";
  if (state.result === "skipped") return "⏭️";
  return state.result === "cancelled" ? "🚫" : "▶️";
}

function reasonCell(state: EntryState, stopped?: string): string {
  const jobs = failedJobsOf(state.outputs);
  const named = jobs.slice(0, MAX_JOBS).map(({ name, conclusion, failed_step: step, html_url: url }) => {
    const how = conclusion === "failure" ? "" : ` (${asText(spoken(conclusion || "no conclusion"))})`;
    return `${link(name, url)}${how}${step === null ? "" : `: ${code(step)}`}`;
  });
  const more = jobs.length > MAX_JOBS ? [`and ${jobs.length - MAX_JOBS} more`] : [];
  if (named.length > 0) return [...named, ...more].join("<br>");
  const problem = reasonOf(state, stopped);
  return problem === "" ? "" : inMarkdown(problem);
}

/** With what stands between backticks as code: each of them is escaped by then. */
function inMarkdown(problem: string): string {
  return asText(problem, MAX_PROBLEM_LENGTH).replace(/\\`((?:(?!\\`).)+)\\`/g, "<code>$1</code>");
}

function barsOf(legs: readonly ShownLeg[], stepStartedAtMs: number): Bar[] {
  return legs.flatMap(({ state, startedAtMs, endedAtMs }) => {
    if (startedAtMs === undefined || endedAtMs === undefined) return [];
    const kind = isGreenEntry(state) ? "done" : isFailedEntry(state) ? "crit" : undefined;
    const [fromMs, tookMs] = [startedAtMs - stepStartedAtMs, endedAtMs - startedAtMs];
    return [{ sign: signOf(state), name: state.name, kind, fromMs, tookMs }];
  });
}
