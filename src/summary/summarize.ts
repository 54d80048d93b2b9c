import type { Context } from "../state/context.ts";
import { formatFinding } from "../state/finding.ts";
import type { Known } from "../state/known.ts";
import { attemptsInWords } from "../wait/attempts.ts";
import { awaitedBy } from "../wait/awaited.ts";
import { verdictOf } from "../wait/verdict.ts";
import { fenced } from "./markdown.ts";

/** `failure` is why the step fails, if it does. */
export async function summarize(known: Known, context: Context, failure?: unknown): Promise<void> {
  const { inputs, github, clock, writeSummary, log } = context;
  const { run, jobs = [], findings, isOfJobs } = known;
  if (!inputs.writesSummary) return;
  if (findings) return writeSummary(`### Dry run\n\n${fenced(findings.map(formatFinding).join("\n"))}\n`);
  if (!run) return;
  const wasFollowed = inputs.waitFor === "completed" && run.status === "completed" && !isOfJobs;
  const verdict = known.verdict ?? (wasFollowed ? verdictOf({ run, jobs }, inputs) : undefined);
  try {
    const { summaryOf } = await import("./summary.ts");
    const nowMs = github.serverTimeMs(clock.nowMs());
    const { awaitedRules = [], place } = known;
    const facts = {
      repository: github.fullName(),
      run,
      jobs,
      isGreen: verdict?.isGreen,
      isTimedOut: known.isTimedOut,
      attempts: attemptsInWords(known),
      values: known.values?.names,
      decidingJobs: inputs.decidingJobs.length,
      leftStatus: known.leftStatus,
      isAllowed: known.allowedFailure !== undefined,
      problem: failure instanceof Error ? failure.message : known.allowedFailure,
      awaited: awaitedBy({ run, jobs, awaitedRules, place }, nowMs),
      nowMs,
    };
    writeSummary(summaryOf(facts));
  } catch (error) {
    // Whatever GitHub has responded, a summary of it must not change how the step ends.
    log.debug(`There is no summary: ${(error as Error).stack}`);
  }
}
