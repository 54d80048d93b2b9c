/** The summary's Mermaid Gantt chart of the jobs. No job's name may be read as Mermaid's own syntax. */

import { toneOf } from "../github/conclusions.ts";
import { plain } from "./markdown.ts";
import { jobSign, mostImportant, type ShownJob } from "./shown-job.ts";

const MAX_BARS = 50;
const MAX_NAME_LENGTH = 40;
/** GitHub ends a run after 35 days: one that seems far longer has a wrong time, and gets no chart. */
const MAX_CHART_MS = 365 * 86_400_000;

/** Without a colour of their own: they stand on the bars. */
const BAR_SIGNS = new Map([
  ["✅", "✓"],
  ["❌", "✗"],
  ["⚠️", "✗"],
  ["🚫", "⊘"],
  ["▶️", "▸"],
]);

/** Green for what succeeded, where Mermaid's own is grey, with a text that is readable on each kind of bar in each theme. */
const THEME = {
  themeVariables: { doneTaskBkgColor: "#2da44e", doneTaskBorderColor: "#1a7f37", taskTextDarkColor: "black" },
};
/** So that many bars are seen at once. */
const THIN = { gantt: { barHeight: 14, barGap: 2, fontSize: 10 } };
const MAX_THICK_BARS = 20;

export interface Bar {
  sign: string;
  name: string;
  /** Undefined: neither good nor bad. */
  kind: "active" | "crit" | "done" | undefined;
  fromMs: number;
  tookMs: number;
}

/** Empty where fewer than two jobs have run, or none took time. `startMs` is when the run started, in epoch ms. */
export function chartOf(jobs: readonly ShownJob[], startMs: number): string {
  const timed = jobs.filter(({ tookMs }) => tookMs !== undefined);
  const bars = mostImportant(timed, MAX_BARS).map(
    ({ job, failed, startedAtMs = startMs, tookMs = 0 }): Bar => ({
      sign: jobSign(job),
      name: job.name,
      kind:
        job.status !== "completed"
          ? "active"
          : failed
            ? "crit"
            : toneOf(job.conclusion) === "good"
              ? "done"
              : undefined,
      fromMs: startedAtMs - startMs,
      tookMs,
    }),
  );
  return gantt("The jobs, by time since the run started", bars);
}

/** Of more bars than it has room for, the first. Empty where nothing took time. */
export function gantt(title: string, unsorted: readonly Bar[]): string {
  const bars = unsorted.slice(0, MAX_BARS).sort((a, b) => a.fromMs - b.fromMs);
  const toMs = Math.max(...bars.map((bar) => bar.fromMs + bar.tookMs));
  if (bars.length < 2 || !bars.some((bar) => bar.tookMs > 0) || toMs > MAX_CHART_MS) return "";
  const shownMs = toMs - (bars[0]?.fromMs ?? 0);
  return [
    "```mermaid",
    `%%{init: ${JSON.stringify(bars.length > MAX_THICK_BARS ? { ...THEME, ...THIN } : THEME)}}%%`,
    "gantt",
    `  title ${title}${unsorted.length > MAX_BARS ? ` (${MAX_BARS} of ${unsorted.length})` : ""}`,
    "  dateFormat YYYY-MM-DD HH:mm:ss",
    `  axisFormat ${toMs < 3_600_000 ? "%M:%S" : toMs < 86_400_000 ? "%H:%M" : "day %-j, %H:%M"}`,
    // By default Mermaid would label each second more than once.
    ...(shownMs < 10_000 ? ["  tickInterval 1second"] : []),
    "  todayMarker off",
    // The sign before a name keeps it from beginning with a word of Mermaid's: `section`, `click`, `gantt`, `title`.
    ...bars.map(({ sign, name, kind, fromMs, tookMs }) => {
      const shown = `${BAR_SIGNS.get(sign) ?? "○"} ${asTaskName(name)}`;
      return `  ${shown} :${kind ? `${kind}, ` : ""}${mermaidTime(fromMs)}, ${Math.round(tookMs / 1000)}s`;
    }),
    "```",
  ].join("\n");
}

/** Mermaid takes only dates. Without a zone, it shows them as they stand, wherever the reader is. */
function mermaidTime(offsetMs: number): string {
  return new Date(Date.UTC(2000, 0, 1) + offsetMs).toISOString().slice(0, 19).replace("T", " ");
}

// Mermaid's entities are `#` and a number, read before anything else; `ﬂ` and `¶` stand for them until it draws. It measures
// a name with its entities, so only signs that some version of it, or a sanitizer on the way, might read are replaced.
function asTaskName(name: string): string {
  return plain(name, MAX_NAME_LENGTH).replace(/[#:;%<>&ﬂ¶]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
