/** The limits of the parts keep the summary far below GitHub's 1 MiB (docs/platform.md#summaries-and-annotations). */

import { fileName, type Job, type Run } from "../github/responses.ts";
import { duration, enumerated, spoken } from "../text/wording.ts";
import type { Awaited } from "../wait/awaited.ts";
import { chartOf } from "./chart.ts";
import { asText, code, fenced, link } from "./markdown.ts";
import { jobSign, mostImportant, type ShownJob, shownJob, spanMs } from "./shown-job.ts";

export interface SummaryFacts {
  repository: string;
  run: Run;
  jobs: readonly Job[];
  /** Undefined when the run was not followed to its end. */
  isGreen: boolean | undefined;
  /** The run is red, as the one before it was, and that is allowed. */
  isAllowed?: boolean;
  /** The wait was over before the run. */
  isTimedOut?: boolean | undefined;
  awaited?: Awaited | undefined;
  attempts?: readonly string[];
  /** The names of the run's values; undefined: none were read. */
  values?: readonly string[] | undefined;
  /** How many names `jobs` lists; 0: the whole run decides. */
  decidingJobs?: number;
  /** Who ends the commit status that was left pending. */
  leftStatus?: string | undefined;
  /** Why the step failed. Its first line is shown, or all the others where the run itself is the reason. */
  problem?: string | undefined;
  /** Epoch ms by the server's clock. */
  nowMs?: number | undefined;
}

const MAX_ROWS = 100;
const MAX_PROBLEM_LENGTH = 500;
const MAX_EVIDENCE_LENGTH = 50_000;
const MAX_RESULTS = 10;
const MAX_VALUES = 30;

export function summaryOf(facts: SummaryFacts): string {
  const { run, nowMs } = facts;
  const jobs = facts.jobs.map((job) => shownJob(job, run, nowMs));
  const startMs = Math.min(...[run, ...jobs].map(({ startedAtMs = Number.POSITIVE_INFINITY }) => startedAtMs));
  const rows = mostImportant(jobs, MAX_ROWS);
  const text = [
    titleOf(facts),
    factsLine(facts),
    problemLine(facts),
    awaitedLine(facts),
    attemptsLine(facts),
    valuesLine(facts),
    facts.leftStatus === undefined ? "" : asText(facts.leftStatus, MAX_PROBLEM_LENGTH),
    tableOf(rows, startMs),
    leftOut(jobs, rows),
  ];
  const parts = [...text, evidenceOf(facts), chartOf(jobs, startMs)].filter((part) => part !== "");
  return `${parts.join("\n\n")}\n`;
}

function titleOf({ run, isGreen, isAllowed, isTimedOut, problem }: SummaryFacts): string {
  const { htmlUrl, displayTitle, name } = run;
  // Without a verdict only the run's state is known; the step may have failed all the same.
  const how = outcome(run);
  const capital = `${how.charAt(0).toUpperCase()}${how.slice(1)}`;
  const stood = isTimedOut ? `❌ Timed out: still ${how}` : `${problem ? "❌" : "⏳"} ${capital}`;
  const verdict = isGreen === undefined ? stood : isGreen ? "✅ Passed" : isAllowed ? "⚠️ Known failure" : "❌ Failed";
  return `## ${verdict}: ${link(displayTitle || name, htmlUrl)}`;
}

function factsLine({ repository, run, decidingJobs, nowMs }: SummaryFacts): string {
  const file = fileName(run.path);
  const tookMs = spanMs(run.startedAtMs, run.status === "completed" ? run.updatedAtMs : nowMs);
  const facts = [
    `**${asText(repository)}**`,
    [file && code(file), run.headBranch && `on ${code(run.headBranch)}`].filter(Boolean).join(" "),
    tookMs === undefined ? outcome(run) : `${outcome(run)} after ${duration(tookMs)}`,
    decidingJobs && `decided by ${code("jobs")}`,
    run.runAttempt > 1 && `attempt ${run.runAttempt}`,
  ];
  return facts.filter(Boolean).join(" · ");
}

function awaitedLine({ awaited }: SummaryFacts): string {
  if (!awaited) return "";
  const text = `It waits for ${awaited.what}`;
  return `${awaited.aheadUrl === "" ? asText(text, MAX_PROBLEM_LENGTH) : link(text, awaited.aheadUrl, MAX_PROBLEM_LENGTH)}.`;
}

/** The problem of a red run names its attempts already. */
function attemptsLine({ isGreen, attempts = [] }: SummaryFacts): string {
  return isGreen === false ? "" : attempts.map((line) => asText(line, MAX_PROBLEM_LENGTH)).join("\n");
}

function problemLine({ isGreen, problem }: SummaryFacts): string {
  if (isGreen === false) return "";
  const line = (problem ?? "").trim().replace(/[\r\n\u2028\u2029].*/su, "");
  // The words before it keep it from beginning as a block of Markdown.
  return line === "" ? "" : `> **The step failed:** ${asText(line, MAX_PROBLEM_LENGTH)}`;
}

/** The names alone: a value may be a secret. */
function valuesLine({ values }: SummaryFacts): string {
  return values === undefined ? "" : `Values: ${enumerated(values.map(code), MAX_VALUES) || "none"}`;
}

function evidenceOf({ isGreen, problem = "" }: SummaryFacts): string {
  const [, ...lines] = isGreen === false ? problem.split("\n") : [];
  return lines.length === 0 ? "" : fenced(lines.join("\n").slice(0, MAX_EVIDENCE_LENGTH));
}

function tableOf(rows: readonly ShownJob[], startMs: number): string {
  if (rows.length === 0) return "";
  const columns = rows.some(({ failed }) => typeof failed?.failed_step === "string") ? 5 : 4;
  const table = [
    ["Job", "Result", "Started", "Took", "Failed step"],
    [":---", ":---", "---:", "---:", ":---"],
    ...rows.map((row) => cellsOf(row, startMs)),
  ];
  return table.map((cells) => rowOf(cells.slice(0, columns))).join("\n");
}

function cellsOf({ job, startedAtMs, tookMs, isEarlier, failed }: ShownJob, startMs: number): string[] {
  const started = startedAtMs === undefined ? "–" : `+${duration(startedAtMs - startMs)}`;
  const took = tookMs === undefined ? "–" : `${duration(tookMs)}${job.status === "completed" ? "" : " so far"}`;
  const step = failed?.failed_step ?? undefined;
  return [
    link(job.name, job.htmlUrl),
    ...[resultOf(job), isEarlier ? "earlier attempt" : started, took].map(unbroken),
    step === undefined ? "" : code(step),
  ];
}

function rowOf(cells: readonly string[]): string {
  return `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|`;
}

/** Keeps a cell on one line, however much room the names in the other columns take. */
function unbroken(text: string): string {
  return text.replaceAll(" ", "\u00A0");
}

function resultOf(job: Job): string {
  return `${jobSign(job)} ${outcome(job)}`;
}

function outcome({ status, conclusion }: Pick<Job, "status" | "conclusion">): string {
  const [word, none] = status === "completed" ? [conclusion, "without a conclusion"] : [status, "without a status"];
  const words = spoken(word ?? "").trim();
  return words === "" ? none : asText(words);
}

function leftOut(jobs: readonly ShownJob[], rows: readonly ShownJob[]): string {
  const results = jobs.filter((each) => !rows.includes(each)).map(({ job }) => resultOf(job));
  if (results.length === 0) return "";
  const counts = new Map<string, number>();
  for (const result of results) counts.set(result, (counts.get(result) ?? 0) + 1);
  const counted = [...counts].slice(0, MAX_RESULTS).map(([result, count]) => `${count} ${result}`);
  return `… and ${results.length} more: ${counted.join(", ")}`;
}
