/** The words for a run that was not found (docs/design.md#not-found). */

import { lastTrouble } from "../explain/trouble.ts";
import { gluedIn } from "../inputs/distinct-id.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Plan } from "../inputs/order.ts";
import { type Finding, lineOf, quoted } from "../receiver/finding.ts";
import { linesToAdd } from "../receiver/lines-to-add.ts";
import type { JudgedRun, NotFound } from "./search.ts";

/** How many runs a message names. */
const MOST_NAMED = 10;

/** Why no run was found: what was looked at, and what the receiver has to add. */
export function explainNotFound(
  { runs, trouble, waitedMs }: NotFound & { waitedMs: number },
  plan: Plan,
  { distinctId, findTimeoutMs }: Inputs,
  repository: string,
  findings: readonly Finding[],
): string {
  const timeout = `${findTimeoutMs / 1000} s (\`find_timeout_seconds\`)`;
  const time =
    waitedMs < findTimeoutMs
      ? `${Math.round(waitedMs / 1000)} s. None can have been started, so the wait ends before its default of ${timeout}; one set by hand is kept`
      : timeout;
  return [
    `No run of ${repository} showed the id ${distinctId.value} within ${time}.`,
    ...lastTrouble(trouble),
    ...runsInWords(runs, plan, distinctId.value, findings),
    ...remedy(findings, plan, distinctId.key),
  ].join("\n");
}

function runsInWords(
  runs: readonly JudgedRun[],
  plan: Plan,
  distinctId: string,
  findings: readonly Finding[],
): string[] {
  const isEvent = plan.event === "repository_dispatch";
  const listed = `GitHub listed ${runs.length} ${runs.length === 1 ? "run" : "runs"} since the dispatch`;
  const by = isEvent ? `repository_dispatch \`${plan.eventType}\`` : plan.event;
  const possible = runs.filter(({ verdict }) => verdict !== "other event");
  if (possible.length === 0) {
    // The findings below say why.
    if (findings.some(({ cause }) => cause !== undefined)) return [`${listed}, and none by ${by}.`];
    const nobody = isEvent ? "no workflow on the default branch listens for it, or " : "";
    return [`${listed}, and none by ${by}: ${nobody}the run was not created yet.`];
  }
  const candidates = possible.filter(({ verdict }) => verdict !== "other workflow");
  const others = possible.filter(({ verdict }) => verdict === "other workflow");
  const lines = [...candidates, ...others].map((each) => runInWords(each, distinctId));
  return [
    `${listed}. By ${by}:`,
    ...lines.slice(0, MOST_NAMED),
    ...(lines.length > MOST_NAMED ? [`- and ${lines.length - MOST_NAMED} more`] : []),
    ...(candidates.length === 0 ? [`None is of \`${plan.workflow?.value}\`: check the input \`workflow\`.`] : []),
  ];
}

function runInWords({ run, verdict }: JudgedRun, distinctId: string): string {
  const word = gluedIn(run.displayTitle, distinctId);
  const glued = word === undefined ? "" : `, but has it as a part of \`${quoted(word)}\``;
  const how = {
    "other event": "",
    "other workflow": "belongs to another workflow than `workflow` names",
    undecided: `is ${run.status || "without a status"}, shows no id yet${glued}`,
    "without id": `shows no id${glued}`,
  }[verdict];
  return `- ${run.path} "${run.displayTitle}": ${how}, ${run.htmlUrl}`;
}

function remedy(findings: readonly Finding[], plan: Plan, key: string | undefined): string[] {
  const wrong = findings.filter(({ is }) => is === "wrong");
  if (wrong.length > 0) return wrong.map(lineOf);
  if (findings.length > 0 && findings.every(({ is }) => is === "right")) {
    return [
      ...findings.map(lineOf),
      "So the run was not created or not visible in time: allow more `find_timeout_seconds`, and see GitHub's status page.",
    ];
  }
  return [
    "So that a run shows the id in its name (or in a job's or step's name), the receiving workflow needs:",
    linesToAdd({ ...plan, key }),
  ];
}
