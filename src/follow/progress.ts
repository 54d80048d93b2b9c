/** What the log says of a run: the difference between two sights of it, line by line. No news, no line. */

import type { Usual } from "../asking/usual-duration.ts";
import { duration } from "../edges/durations.ts";
import type { Log, Tone } from "../edges/log.ts";
import type { Job, Run } from "../github/answers.ts";
import { failedJobs } from "../github/conclusions.ts";

/** A run as it was last seen. */
export interface Sight {
  run: Run;
  jobs: readonly Job[];
  /** The environments whose approval the run waits for. */
  awaitedEnvironments: readonly string[];
  /** The run has begun since its jobs were read. */
  areJobsDue?: boolean;
}

/** A line of the log, and how it is meant. */
export interface Line {
  text: string;
  tone: Tone;
}

/** The lines that tell what has happened since `before`. */
export function news(before: Sight | undefined, now: Sight): Line[] {
  const { run } = now;
  const isNewAttempt = before !== undefined && run.runAttempt !== before.run.runAttempt;
  const [ended, started]: [Line[], Line[]] = [[], []];
  for (const job of now.jobs) {
    const was = before?.jobs.find(({ id }) => id === job.id);
    if (job.status === was?.status) continue;
    if (job.status === "completed") ended.push(endOf(job));
    else if (job.status === "in_progress") started.push(plain(`Job ${job.name} has started.`));
    else if (job.status === "waiting" && run.status !== "waiting")
      started.push({ text: `Job ${job.name} is waiting, usually for an approval.`, tone: "waiting" });
  }
  const awaited = nameAll(now.awaitedEnvironments);
  const hasChanged = run.status !== before?.run.status || isNewAttempt;
  const asksForMore = awaited !== "" && awaited !== before?.awaitedEnvironments.join(", ");
  return [
    ...(isNewAttempt ? [plain(`Attempt ${run.runAttempt} has begun.`)] : []),
    ...ended,
    ...started,
    ...(hasChanged || asksForMore ? [statusLine(now, awaited)] : []),
  ];
}

/** A log has to stay readable where a matrix of two hundred jobs starts at once. */
const FOLDED_FROM = 8;

/** Tells the log; many lines are folded, save for those that nobody should have to unfold. */
export function tell(lines: readonly Line[], log: Log): void {
  const jobLines = lines.filter(({ text, tone }) => text.startsWith("Job ") && tone !== "bad");
  const isLong = jobLines.length >= FOLDED_FROM;
  if (isLong)
    log.group(
      `${jobLines.length} jobs have moved on.`,
      jobLines.map(({ text }) => text),
    );
  for (const line of lines) {
    if (!(isLong && jobLines.includes(line))) log.info(line.text, line.tone);
  }
}

function plain(text: string): Line {
  return { text, tone: "plain" };
}

function nameAll(environments: readonly string[]): string {
  return environments.filter((name) => name !== "").join(", ");
}

function statusLine({ run }: Sight, awaited: string): Line {
  switch (run.status) {
    case "completed": {
      const tookMs = (run.updatedAtMs ?? Number.NaN) - (run.startedAtMs ?? run.createdAtMs);
      const took = tookMs > 0 ? ` after ${duration(tookMs)}` : "";
      const text = `The run is completed: ${run.conclusion ?? "without a conclusion"}${took}.`;
      return { text, tone: toneOf(run.conclusion) };
    }
    case "waiting":
      return {
        text:
          awaited === ""
            ? "The run is waiting, usually for an approval."
            : `The run is waiting for an approval of ${awaited}: ${run.htmlUrl}`,
        tone: "waiting",
      };
    case "pending":
      return {
        text: "The run is pending: its concurrency group lets another run go first.",
        tone: "waiting",
      };
    case "":
      return plain("The run has no status yet.");
    default:
      return plain(`The run is ${inWords(run.status)}.`);
  }
}

function endOf(job: Job): Line {
  const { startedAtMs, completedAtMs, name, conclusion, htmlUrl } = job;
  const tookMs = startedAtMs !== undefined && completedAtMs !== undefined ? completedAtMs - startedAtMs : undefined;
  const took = tookMs !== undefined && tookMs > 0 && conclusion !== "skipped" ? ` after ${duration(tookMs)}` : "";
  const tone = toneOf(conclusion);
  const [failed] = tone === "bad" ? failedJobs([job]) : [];
  const where = failed?.failed_step ? ` in step "${failed.failed_step}"` : "";
  const link = failed && htmlUrl ? `: ${htmlUrl}` : ".";
  return { text: `Job ${name}: ${conclusion ?? "completed"}${where}${took}${link}`, tone };
}

function toneOf(conclusion: string | null): Tone {
  if (conclusion === "success") return "good";
  return conclusion === "skipped" || conclusion === "neutral" ? "quiet" : "bad";
}

/** However long nothing happens, it is said that the wait goes on. */
const LONGEST_SILENCE_MS = 15 * 60_000;
const SHORTEST_SILENCE_MS = 60_000;

/** Says whether the log has been silent for so long that a word is due: the older the run, the rarer. */
export function isTooQuiet(silentMs: number, ageMs: number): boolean {
  return silentMs >= Math.min(Math.max(ageMs / 4, SHORTEST_SILENCE_MS), LONGEST_SILENCE_MS);
}

/**
 * One line for a time in which nothing changes: how long it has been, how long it usually takes, and what it is that
 * takes the time. `nowMs` is the server's, in epoch ms.
 */
export function timeLine(sight: Sight, nowMs: number, usual: Usual | undefined): Line {
  const { run, jobs } = sight;
  const ageMs = nowMs - (run.startedAtMs ?? run.createdAtMs);
  const so = usual ? `after ${duration(ageMs)} (usually ${duration(usual.medianMs)})` : `after ${duration(ageMs)}`;
  return { text: `Still ${inWords(run.status) || "going on"} ${so}${because()}.`, tone: "quiet" };

  function because(): string {
    const awaited = nameAll(sight.awaitedEnvironments);
    if (run.status === "waiting") return awaited && ` for an approval of ${awaited}`;
    if (run.status === "pending") return ": another run of its concurrency group goes first";
    const running = jobs.filter(({ status }) => status === "in_progress");
    const queued = jobs.filter(({ status }) => status === "queued").length;
    if (running.length === 0) return queued > 0 || run.status === "queued" ? ": no runner has taken a job yet" : "";
    const named = running.slice(0, 3).map(({ name, startedAtMs = nowMs }) => {
      const forMs = nowMs - startedAtMs;
      return forMs > 0 ? `${name} (${duration(forMs)})` : name;
    });
    const more = running.length > named.length ? [`${running.length - named.length} more`] : [];
    const waiting = queued > 0 ? `; ${queued} queued` : "";
    return `: ${[...named, ...more].join(", ")}${waiting}`;
  }
}

function inWords(status: string): string {
  return status.replaceAll("_", " ");
}
