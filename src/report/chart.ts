/** The chart of the summary: a Gantt chart of the jobs over time, for Mermaid, which may not read a name as its own words. */

import { plain } from "./markdown.ts";
import { chosen, type ShownJob, signOf } from "./shown-job.ts";

/** More bars than these would be a chart that nobody reads. */
const MAX_BARS = 50;
const MAX_NAME_LENGTH = 40;
/** No run lives longer than 35 days. What claims to have is no time that Mermaid could show. */
const MAX_CHART_MS = 365 * 86_400_000;

/** Signs that take the colour of the text around them: Mermaid keeps that readable on each of its bars. */
const BAR_SIGNS = new Map([
  ["✅", "✓"],
  ["❌", "✗"],
  ["🚫", "⊘"],
  ["▶️", "▸"],
]);

/** Empty where no job took time. `startMs` is when the run started, in epoch ms. */
export function chartOf(jobs: readonly ShownJob[], startMs: number): string {
  const timed = jobs.filter(({ tookMs }) => tookMs !== undefined);
  const bars = chosen(timed, MAX_BARS)
    .map(({ job, failed, startedAtMs = startMs, tookMs = 0 }) => ({
      name: `${BAR_SIGNS.get(signOf(job)) ?? "○"} ${asTaskName(job.name)}`,
      kind: job.status !== "completed" ? "active" : failed ? "crit" : "done",
      fromMs: startedAtMs - startMs,
      tookMs,
    }))
    .sort((a, b) => a.fromMs - b.fromMs);
  const toMs = Math.max(...bars.map((bar) => bar.fromMs + bar.tookMs));
  if (!bars.some((bar) => bar.tookMs > 0) || toMs > MAX_CHART_MS) return "";
  const shownMs = toMs - (bars[0]?.fromMs ?? 0);
  return [
    "```mermaid",
    "gantt",
    "  title The jobs, by time since the run started",
    "  dateFormat YYYY-MM-DD HH:mm:ss",
    `  axisFormat ${toMs < 3_600_000 ? "%M:%S" : toMs < 86_400_000 ? "%H:%M" : "day %-j, %H:%M"}`,
    // By itself Mermaid would name each second more than once.
    ...(shownMs < 10_000 ? ["  tickInterval 1second"] : []),
    "  todayMarker off",
    // Without the sign before it, a name could begin with a word of Mermaid's: `section`, `click`, `gantt`, `title`.
    ...bars.map(({ name, kind, fromMs, tookMs }) => {
      return `  ${name} :${kind}, ${mermaidTime(fromMs)}, ${Math.round(tookMs / 1000)}s`;
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

/**
 * Mermaid's entities are `#` and a number, and are read before anything else. The last two signs are those that it puts
 * in their place until the chart is drawn. It measures a name with its entities in it, so that only signs are replaced that
 * some version of it, or a sanitizer on its way, might read.
 */
function asTaskName(name: string): string {
  return plain(name, MAX_NAME_LENGTH).replace(/[#:;%<>&ﬂ¶]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
