import type { DurationEstimate } from "../github/polling.ts";
import type { Context } from "../state/context.ts";
import { isLineDue, logLines, news, stillRunningLine } from "./progress.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

interface Report {
  last: RunSnapshot | undefined;
  snapshot: RunSnapshot;
  /** By the server's clock, in epoch ms. */
  nowMs: number | undefined;
  ageMs: number;
  estimate: DurationEstimate | undefined;
}

/** Records and logs what is new, or logs after a long silence that the wait goes on. Returns whether there was news. */
export function progressReporter({
  clock,
  log,
  record,
}: Context): (report: Report) => "news" | "no news" | "unchanged" {
  let loggedAtMs = clock.nowMs();
  return ({ last, snapshot, nowMs, ageMs, estimate }) => {
    const isNew = snapshot.run !== last?.run || snapshot.jobs !== last.jobs || snapshot.place !== last.place;
    if (isNew) recordNew(snapshot);
    const lines = isNew ? news(last, snapshot, nowMs) : [];
    const result = lines.length > 0 ? "news" : isNew ? "no news" : "unchanged";
    if (lines.length === 0 && nowMs !== undefined && isLineDue(clock.nowMs() - loggedAtMs, ageMs))
      lines.push(stillRunningLine(snapshot, nowMs, estimate));
    if (lines.length > 0) loggedAtMs = clock.nowMs();
    logLines(lines, log);
    return result;
  };

  function recordNew({ jobs, jobsUnread, awaitedRules, place }: RunSnapshot): void {
    record({ jobs: jobsUnread === undefined ? jobs : undefined, awaitedRules, place });
    if (jobsUnread === undefined) return;
    log.info(`The run's jobs could not be read ${jobsUnread}, so the output \`failed_jobs\` stays empty.`);
  }
}
