/**
 * The job summary: what is known of the remote run, as GitHub-flavoured Markdown with a Mermaid chart of its jobs. Every
 * name in it was chosen in another repository, so that none may be read as Markdown, HTML or Mermaid, mention anybody, or
 * lead anywhere but to the pages that GitHub itself named.
 */

import { duration } from "../edges/durations.ts";
import { fileName, type Job, type Run } from "../github/answers.ts";
import { failedJobs } from "../github/conclusions.ts";

export interface SummaryFacts {
  /** `owner/name` of the target. */
  repository: string;
  run: Run;
  jobs: readonly Job[];
  /** Undefined when the run was not followed to its end. */
  isGreen: boolean | undefined;
  /** Why the step failed, if it did. Its first line is shown, unless the run itself is the reason. */
  problem?: string | undefined;
  /** Epoch ms by the server's clock: how far the jobs have come that have not ended. */
  nowMs?: number | undefined;
}

/** Enough for any run that a person reads; with `MAX_NAME_LENGTH` it holds the summary far below GitHub's 1 MiB. */
const MAX_ROWS = 100;
/** More bars than these would be a chart that nobody reads. */
const MAX_BARS = 50;
const MAX_NAME_LENGTH = 100;
const MAX_BAR_NAME_LENGTH = 40;
const MAX_PROBLEM_LENGTH = 500;
const MAX_URL_LENGTH = 500;
/** GitHub knows fewer conclusions. */
const MAX_RESULTS = 10;
/** No run lives longer than 35 days. What claims to have is no time that Mermaid could show. */
const MAX_CHART_MS = 365 * 86_400_000;

export function summaryOf(facts: SummaryFacts): string {
  const jobs = facts.jobs.map((job) => seen(job, facts));
  const startMs = Math.min(
    facts.run.startedAtMs ?? Number.POSITIVE_INFINITY,
    ...jobs.flatMap(({ ran }) => (ran ? [ran.startedAtMs] : [])),
  );
  const parts = [
    titleOf(facts),
    factsLine(facts),
    problemLine(facts),
    tableOf(jobs, startMs),
    leftOut(jobs),
    chartOf(jobs, startMs),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function titleOf({ run, isGreen, problem }: SummaryFacts): string {
  let verdict = isGreen ? "✅ Passed" : "❌ Failed";
  if (isGreen === undefined) {
    // Where the step has failed, the run may not have: all that is known is how it stood.
    const how = outcome(run);
    verdict = `${problem ? "❌" : "⏳"} ${how.charAt(0).toUpperCase()}${how.slice(1)}`;
  }
  return `## ${verdict}: ${link(run.displayTitle || run.name, run.htmlUrl)}`;
}

function factsLine({ repository, run, nowMs }: SummaryFacts): string {
  const workflow = fileName(run.path);
  const took = durationOf(run.startedAtMs, run.status === "completed" ? run.updatedAtMs : nowMs);
  return [
    `**${asText(repository)}**`,
    [workflow && code(workflow), run.headBranch && `on ${code(run.headBranch)}`].filter(Boolean).join(" "),
    took === "" ? outcome(run) : `${outcome(run)} after ${took}`,
    run.runAttempt > 1 && `attempt ${run.runAttempt}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function problemLine({ isGreen, problem }: SummaryFacts): string {
  if (isGreen === false) return "";
  const line = (problem ?? "").trim().replace(/[\r\n\u2028\u2029].*/su, "");
  // Words before it, so that nothing in it stands where Markdown looks for a block.
  return line === "" ? "" : `> **The step failed:** ${asText(line, MAX_PROBLEM_LENGTH)}`;
}

/** A job as the summary shows it. */
interface SeenJob {
  job: Job;
  /** When it ran in this attempt of the run, if it did; without an end where that is not known. */
  ran: { startedAtMs: number; endedAtMs: number | undefined } | undefined;
  /** It ended before this attempt began, which took it over as it was. */
  isEarlier: boolean;
  /** It ended, and not well. */
  isRed: boolean;
}

function seen(job: Job, { run, nowMs }: SummaryFacts): SeenJob {
  const hasEnded = job.status === "completed";
  const isEarlier = run.runAttempt > 1 && hasEnded && isBefore(job.completedAtMs, run.startedAtMs);
  // The start of a job without steps is that of its waiting in the queue.
  const hasRun = job.steps.length > 0 && job.conclusion !== "skipped" && !isEarlier;
  const ran =
    hasRun && job.startedAtMs !== undefined
      ? { startedAtMs: job.startedAtMs, endedAtMs: hasEnded ? job.completedAtMs : nowMs }
      : undefined;
  return { job, ran, isEarlier, isRed: hasEnded && failedJobs([job]).length > 0 };
}

/** As many as there is room for, in their order: first those that went wrong, then those that go on, then any that ran. */
function chosen(jobs: readonly SeenJob[], max: number): SeenJob[] {
  const rank = ({ job, ran, isRed }: SeenJob) => (isRed ? 0 : job.status !== "completed" ? 1 : ran ? 2 : 3);
  const kept = new Set([...jobs].sort((a, b) => rank(a) - rank(b)).slice(0, max));
  return jobs.filter((job) => kept.has(job));
}

function tableOf(jobs: readonly SeenJob[], startMs: number): string {
  if (jobs.length === 0) return "";
  const rows = chosen(jobs, MAX_ROWS).map(({ job, ran, isEarlier }) => ({
    name: link(job.name, job.htmlUrl),
    result: unbroken(resultOf(job)),
    started: unbroken(isEarlier ? "earlier attempt" : ran ? `+${duration(ran.startedAtMs - startMs)}` : "–"),
    took: unbroken(tookOf(job, ran)),
    failedStep: failedJobs([job])[0]?.failed_step,
  }));
  if (!rows.some(({ failedStep }) => typeof failedStep === "string")) {
    return [
      "| Job | Result | Started | Took |",
      "| :--- | :--- | ---: | ---: |",
      ...rows.map(({ name, result, started, took }) => `| ${name} | ${result} | ${started} | ${took} |`),
    ].join("\n");
  }
  return [
    "| Job | Result | Started | Took | Failed step |",
    "| :--- | :--- | ---: | ---: | :--- |",
    ...rows.map(({ name, result, started, took, failedStep }) => {
      const step = typeof failedStep === "string" ? ` ${code(failedStep)} ` : " ";
      return `| ${name} | ${result} | ${started} | ${took} |${step}|`;
    }),
  ].join("\n");
}

/** On one line, however much room the names in the other columns want. */
function unbroken(text: string): string {
  return text.replaceAll(" ", "\u00A0");
}

function tookOf({ status }: Job, ran: SeenJob["ran"]): string {
  const took = durationOf(ran?.startedAtMs, ran?.endedAtMs);
  if (took === "") return "–";
  return status === "completed" ? took : `${took} so far`;
}

/** Empty where it is not known. */
function durationOf(startedAtMs: number | undefined, endedAtMs: number | undefined): string {
  if (startedAtMs === undefined || endedAtMs === undefined || endedAtMs < startedAtMs) return "";
  return duration(endedAtMs - startedAtMs);
}

function resultOf(job: Job): string {
  return `${signOf(job)} ${outcome(job)}`;
}

/** The conclusion of what has ended, the status of what has not. */
function outcome({ status, conclusion }: Pick<Job, "status" | "conclusion">): string {
  // GitHub's `timed_out` as a person would write it.
  const word = ((status === "completed" ? conclusion : status) ?? "").replaceAll("_", " ").trim();
  if (word !== "") return asText(word);
  return status === "completed" ? "without a conclusion" : "without a status";
}

function signOf({ status, conclusion }: Job): string {
  if (status === "in_progress") return "▶️";
  if (status !== "completed") return "⏳";
  switch (conclusion) {
    case "success":
      return "✅";
    case "failure":
    case "timed_out":
    case "startup_failure":
      return "❌";
    case "cancelled":
      return "🚫";
    case "skipped":
      return "⏭️";
    default:
      return "⚪";
  }
}

/** In the chart, signs that take the colour of the text around them: Mermaid keeps that readable on each of its bars. */
const BAR_SIGNS = new Map([
  ["✅", "✓"],
  ["❌", "✗"],
  ["🚫", "⊘"],
  ["▶️", "▸"],
]);

function leftOut(jobs: readonly SeenJob[]): string {
  const shown = new Set(chosen(jobs, MAX_ROWS));
  const counts = new Map<string, number>();
  for (const each of jobs) {
    if (!shown.has(each)) counts.set(resultOf(each.job), (counts.get(resultOf(each.job)) ?? 0) + 1);
  }
  if (counts.size === 0) return "";
  const results = [...counts].map(([result, count]) => `${count} ${result}`);
  return `… and ${jobs.length - shown.size} more: ${results.slice(0, MAX_RESULTS).join(", ")}`;
}

/** A Gantt chart of the jobs over time, if any of them took time. */
function chartOf(jobs: readonly SeenJob[], startMs: number): string {
  const timed = jobs.filter(({ ran }) => durationOf(ran?.startedAtMs, ran?.endedAtMs) !== "");
  const bars = chosen(timed, MAX_BARS)
    .map((each) => ({
      name: `${BAR_SIGNS.get(signOf(each.job)) ?? "○"} ${asTaskName(each.job.name)}`,
      kind: each.job.status !== "completed" ? "active" : each.isRed ? "crit" : "done",
      fromMs: (each.ran?.startedAtMs ?? 0) - startMs,
      toMs: (each.ran?.endedAtMs ?? 0) - startMs,
    }))
    .sort((a, b) => a.fromMs - b.fromMs);
  const fromMs = Math.min(...bars.map((bar) => bar.fromMs));
  const toMs = Math.max(...bars.map((bar) => bar.toMs));
  if (!bars.some((bar) => bar.toMs > bar.fromMs) || toMs > MAX_CHART_MS) return "";
  return [
    "```mermaid",
    "gantt",
    "  title The jobs, by time since the run started",
    "  dateFormat YYYY-MM-DD HH:mm:ss",
    `  axisFormat ${toMs < 3_600_000 ? "%M:%S" : toMs < 86_400_000 ? "%H:%M" : "day %-j, %H:%M"}`,
    // By itself Mermaid would name each second more than once.
    ...(toMs - fromMs < 10_000 ? ["  tickInterval 1second"] : []),
    "  todayMarker off",
    // Without the sign before it, a name could begin with a word of Mermaid's: `section`, `click`, `gantt`, `title`.
    ...bars.map((bar) => {
      const seconds = Math.round((bar.toMs - bar.fromMs) / 1000);
      return `  ${bar.name} :${bar.kind}, ${mermaidTime(bar.fromMs)}, ${seconds}s`;
    }),
    "```",
  ].join("\n");
}

/**
 * A time since the run's start, as a date: Mermaid knows no other, and shows those of today in the time zone of whoever
 * looks. What it reads without a zone it shows as it stands.
 */
function mermaidTime(offsetMs: number): string {
  return new Date(Date.UTC(2000, 0, 1) + offsetMs).toISOString().slice(0, 19).replace("T", " ");
}

function isBefore(aMs: number | undefined, bMs: number | undefined): boolean {
  return aMs !== undefined && bMs !== undefined && aMs < bMs;
}

function link(name: string, url: string): string {
  const target = linkTarget(url);
  return target === undefined ? asText(name) : `[${asText(name)}](${target})`;
}

/** Undefined for what is no web page. */
function linkTarget(url: string): string | undefined {
  if (!/^https?:\/\//i.test(url) || url.length > MAX_URL_LENGTH || !URL.canParse(url)) return undefined;
  return new URL(url).href
    .replace(/[^\w\-.~:/?#@!&'*+,;=%]/gu, (character) => `%${hex(character)}`)
    .replaceAll("&", "&amp;");
}

/** Those that are left in a URL by its standard are ASCII. */
function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
}

/** As HTML, since a pipe and a backslash inside of backticks mean different things to different readers of tables. */
function code(name: string): string {
  return `<code>${asText(name)}</code>`;
}

/**
 * Markdown that shows this text and does nothing else. What Markdown itself would read is escaped. What GitHub looks for
 * in the finished page, whatever was escaped (mentions, references, emoji, formulas, addresses), is cut by a `span`
 * around its sign, as GitHub's documentation has it for `$`; a visible text stays the same, also when it is copied.
 */
function asText(name: string, maxLength = MAX_NAME_LENGTH): string {
  return plain(name, maxLength).replace(
    /[$@]|#(?=\d)|:(?=\/\/|[\w+-]+:)|(?<=GH)-(?=\d)|(?<=www)\.|[&<>|]|[\\`*_[\]~]/gi,
    (sign) => {
      if (/[$@#:.-]/.test(sign)) return `<span>${sign}</span>`;
      // In a table a backslash before a pipe may itself be escaped.
      if (/[&<>|]/.test(sign)) return `&#${sign.charCodeAt(0)};`;
      return `\\${sign}`;
    },
  );
}

/**
 * Mermaid's entities are `#` and a number, and are read before anything else. The last two signs are those that it puts
 * in their place until the chart is drawn. It measures a name with its entities in it, so that only signs are replaced that
 * some version of it, or a sanitizer on its way, might read.
 */
function asTaskName(name: string): string {
  return plain(name, MAX_BAR_NAME_LENGTH).replace(/[#:;%<>&ﬂ¶]/g, (sign) => `#${sign.charCodeAt(0)};`);
}

/** A name as one short line of visible characters. */
function plain(name: string, maxLength: number): string {
  const text = name
    // Half of a character.
    .replace(/\p{Cs}/gu, "\uFFFD")
    // Characters that turn the direction of the text around them, and those that show nothing at all.
    .replace(/[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu, "")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  if (!/[^\s\p{C}\p{M}]/u.test(text)) return "(no name)";
  const characters = Array.from(text);
  return characters.length <= maxLength
    ? text
    : `${characters
        .slice(0, maxLength - 1)
        .join("")
        .trimEnd()}…`;
}
