/** The words for a run that was not found. */

import { lastTrouble } from "../explain/trouble.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Plan } from "../inputs/order.ts";
import { type Finding, lineOf } from "../receiver/finding.ts";
import { linesToAdd } from "../receiver/lines-to-add.ts";
import type { JudgedRun, NotFound } from "./search.ts";

/** Why no run was found: what was looked at, and what the receiver has to add. */
export function explainNotFound(
  { runs, trouble }: NotFound,
  plan: Plan,
  { distinctId, findTimeoutMs }: Inputs,
  repository: string,
  findings: readonly Finding[],
): string {
  const lines = [
    `No run of ${repository} showed the id ${distinctId.value} within ${findTimeoutMs / 1000} s (\`find_timeout_seconds\`).`,
    ...lastTrouble(trouble),
  ];
  const possible = runs.flatMap(({ run, verdict }) => (verdict === "other event" ? [] : [{ run, verdict }]));
  const event = plan.event === "repository_dispatch" ? `repository_dispatch \`${plan.eventType}\`` : plan.event;
  if (possible.length === 0) {
    lines.push(
      `GitHub listed ${count(runs.length, "run")} since the dispatch, and none by ${event}: ` +
        (plan.event === "repository_dispatch"
          ? "no workflow on the default branch listens for it, or the run was not created yet."
          : "the run was not created yet."),
    );
  } else {
    lines.push(`GitHub listed ${count(runs.length, "run")} since the dispatch. By ${event}:`);
    const nearest = [...possible.filter(isCandidate), ...possible.filter((each) => !isCandidate(each))];
    for (const { run, verdict } of nearest.slice(0, 10)) {
      const how = {
        "other workflow": "is of another workflow than `workflow` says",
        undecided: `is ${run.status || "without a status"}, shows no id yet`,
        "without id": "shows no id",
      }[verdict];
      lines.push(`- ${run.path} "${run.displayTitle}": ${how}, ${run.htmlUrl}`);
    }
    if (possible.length > 10) lines.push(`- and ${possible.length - 10} more`);
    if (!possible.some(isCandidate))
      lines.push(`None is of \`${plan.workflow?.value}\`: check the input \`workflow\`.`);
  }
  const wrong = findings.filter(({ is }) => is === "wrong");
  if (wrong.length > 0) return [...lines, ...wrong.map(lineOf)].join("\n");
  if (findings.length > 0 && findings.every(({ is }) => is === "right")) {
    lines.push(
      ...findings.map(lineOf),
      "So the run was not created or not visible in time: allow more `find_timeout_seconds`, and see GitHub's status page.",
    );
    return lines.join("\n");
  }
  lines.push(
    "So that a run shows the id in its name (or in a job's or step's name), the receiving workflow needs:",

    linesToAdd({
      event: plan.event,
      eventType: plan.event === "repository_dispatch" ? plan.eventType : "",
      key: distinctId.key ?? "distinct_id",
    }),
  );
  return lines.join("\n");
}

function isCandidate({ verdict }: { verdict: JudgedRun["verdict"] }): boolean {
  return verdict === "undecided" || verdict === "without id";
}

function count(number: number, word: string): string {
  return number === 1 ? `1 ${word}` : `${number} ${word}s`;
}
