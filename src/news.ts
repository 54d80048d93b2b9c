/** What the log says of a run: the difference between two sights of it, line by line. No news, no line. */

import type { Job } from "./answers.ts";
import type { Sight } from "./follow.ts";

/** The lines that tell what has happened since `before`. */
export function news(before: Sight | undefined, now: Sight): string[] {
  const lines: string[] = [];
  const { run } = now;
  if (before && run.runAttempt !== before.run.runAttempt) lines.push(`Attempt ${run.runAttempt} has begun.`);
  for (const job of now.jobs) {
    const was = before?.jobs.find(({ id }) => id === job.id);
    if (job.status === "completed" && was?.status !== "completed") lines.push(endOf(job));
  }
  const changed = run.status !== before?.run.status || run.runAttempt !== before.run.runAttempt;
  const awaited = now.awaitedEnvironments.filter((name) => name !== "").join(", ");
  const asksForMore = awaited !== "" && awaited !== before?.awaitedEnvironments.join(", ");
  if (changed || asksForMore) lines.push(statusLine(now, awaited));
  return lines;
}

function statusLine({ run }: Sight, awaited: string): string {
  switch (run.status) {
    case "completed":
      return `The run is completed: ${run.conclusion ?? "without a conclusion"}.`;
    case "waiting":
      return awaited === ""
        ? "The run is waiting, as a rule for an approval."
        : `The run is waiting for an approval of ${awaited}: ${run.htmlUrl}`;
    case "pending":
      return "The run is pending: its concurrency group lets another run go first.";
    case "":
      return "The run has no status yet.";
    default:
      return `The run is ${run.status.replaceAll("_", " ")}.`;
  }
}

function endOf(job: Job): string {
  const { startedAtMs, completedAtMs } = job;
  const tookMs =
    startedAtMs !== undefined && completedAtMs !== undefined ? completedAtMs - startedAtMs : undefined;
  const took = tookMs !== undefined && tookMs > 0 ? ` after ${duration(tookMs)}` : "";
  return `Job ${job.name}: ${job.conclusion ?? "completed"}${job.conclusion === "skipped" ? "" : took}.`;
}

/** e.g. `40 s`, `12 min 5 s`, `3 h 2 min` */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts =
    h > 0 ? [`${h} h`, min > 0 && `${min} min`] : [min > 0 && `${min} min`, (s > 0 || min === 0) && `${s} s`];
  return parts.filter(Boolean).join(" ");
}
