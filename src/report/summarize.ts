/** Shows on the page of the caller's run what became of the remote one. */

import { isGreen } from "../judge/judge.ts";
import { lineOf } from "../receiver/finding.ts";
import type { Known } from "../story/known.ts";
import type { Story } from "../story/story.ts";

/** Writes the job summary, if there is anything to show. `failure` is why the step fails, if it does. */
export async function summarize(known: Known, story: Story, failure?: unknown): Promise<void> {
  const { inputs, github, clock, writeSummary, log } = story;
  const { run, jobs = [], findings } = known;
  if (!inputs.writesSummary) return;
  if (findings) return writeSummary(checklistOf(findings.map(lineOf)));
  if (!run) return;
  const wasFollowed = inputs.waitFor === "completed" && run.status === "completed";
  try {
    const { summaryOf } = await import("./summary.ts");
    const facts = {
      repository: github.fullName(),
      run,
      jobs,
      isGreen: wasFollowed ? isGreen(run.conclusion, inputs.successConclusions) : undefined,
      problem: failure instanceof Error ? failure.message : undefined,
      nowMs: github.serverTimeMs(clock.nowMs()),
    };
    writeSummary(summaryOf(facts));
  } catch (error) {
    // Whatever GitHub has answered: a picture of the run must not change how the step ends.
    log.debug(`There is no summary: ${(error as Error).stack}`);
  }
}

/** Names in it come from outside: within a block of code they are nothing but text. */
function checklistOf(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => line.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `### Dry run\n\n${fence}text\n${lines.join("\n")}\n${fence}\n`;
}
