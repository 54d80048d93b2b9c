/** The message for a run that was not found (docs/design.md#not-found). */

import { describeLastError } from "../errors/explain.ts";
import type { ResolvedDispatch } from "../inputs/dispatch-request.ts";
import { wordContainingId } from "../inputs/distinct-id.ts";
import { actionsPageUrl } from "../inputs/given-run.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Finding, formatFinding } from "../state/finding.ts";
import { quoted } from "../text/foreign-text.ts";
import { linesToAdd } from "../workflow-file/lines-to-add.ts";
import { isNamed, isTitledByType } from "./candidates.ts";
import type { CheckedRun, NotFound } from "./search.ts";

const MAX_RUNS_NAMED = 10;

export function explainNotFound(
  { runs, trouble, waitedMs }: NotFound & { waitedMs: number },
  dispatch: ResolvedDispatch,
  { distinctId, findTimeoutMs, target }: Inputs,
  repository: string,
  allFindings: readonly Finding[],
): string {
  const findings = withoutContradictions(allFindings, runs, dispatch);
  const timeout = `${findTimeoutMs / 1000} s (\`find_timeout_seconds\`)`;
  const time =
    waitedMs < findTimeoutMs
      ? `${Math.round(waitedMs / 1000)} s. None can have started, so the wait ended before the default of ${timeout}; a value that you set is kept`
      : timeout;
  const elsewhere = runs.find((each) => showsElsewhere(each, distinctId.value))?.run;
  const where = elsewhere ? `\`${dispatch.workflow?.value}\` in ${repository}` : repository;
  return [
    `No run of ${where} showed the id ${distinctId.value} within ${time}.`,
    ...describeLastError(trouble),
    ...(elsewhere
      ? [
          `A run shows the id, but it belongs to ${elsewhere.path}, and \`workflow\` names \`${dispatch.workflow?.value}\`: ${elsewhere.htmlUrl}`,
        ]
      : []),
    ...runsInWords(runs, dispatch, distinctId.value, findings),
    // Each candidate has a link of its own.
    ...(runs.some(isCandidate) ? [] : [`All runs of ${repository}: ${actionsPageUrl(target)}`]),
    ...remedy(findings, dispatch, distinctId.key, elsewhere !== undefined),
  ].join("\n");
}

/** A run by this event refutes that nothing can have been started: its file may have changed since. */
function withoutContradictions(
  findings: readonly Finding[],
  runs: readonly CheckedRun[],
  dispatch: ResolvedDispatch,
): readonly Finding[] {
  const hasRun = runs.some(({ run, verdict }) => !verdict.startsWith("other") && isTitledByType(dispatch, run));
  return hasRun ? findings.filter(({ cause }) => cause === undefined) : findings;
}

function showsElsewhere({ run, verdict }: CheckedRun, distinctId: string): boolean {
  return verdict === "other workflow" && isNamed(run, distinctId);
}

function isCandidate({ verdict }: CheckedRun): boolean {
  return verdict !== "other event";
}

function runsInWords(
  runs: readonly CheckedRun[],
  dispatch: ResolvedDispatch,
  distinctId: string,
  findings: readonly Finding[],
): string[] {
  const count = runs.length === 0 ? "no run" : runs.length === 1 ? "1 run" : `${runs.length} runs`;
  const listed = `GitHub listed ${count} since the dispatch`;
  const by = eventInWords(dispatch);
  const possible = runs.filter(isCandidate);
  if (possible.length === 0) {
    const none = runs.length === 0 ? listed : `${listed}, and none by ${by}`;
    // The findings below say why.
    if (findings.some(({ cause }) => cause !== undefined)) return [`${none}.`];
    const isEvent = dispatch.event === "repository_dispatch";
    const nobody = isEvent ? `no workflow on the default branch listens for ${by}, or ` : "";
    return [`${none}: ${nobody}the run was not created yet.`];
  }
  const candidates = possible.filter(({ verdict }) => verdict !== "other workflow");
  const others = possible.filter(({ verdict }) => verdict === "other workflow");
  const otherThan = candidates.length > 0 ? typeOfNobody(dispatch, findings) : undefined;
  const inWords = (each: CheckedRun) => runInWords(each, distinctId);
  const ofCandidates = otherThan === undefined ? inWords : (each: CheckedRun) => ofAnotherType(each, otherThan);
  const lines = [...candidates.map(ofCandidates), ...others.map(inWords)];
  return [
    `${listed}. By ${otherThan === undefined ? by : dispatch.event}:`,
    ...lines.slice(0, MAX_RUNS_NAMED),
    ...(lines.length > MAX_RUNS_NAMED ? [`- and ${lines.length - MAX_RUNS_NAMED} more`] : []),
    ...(candidates.length === 0 ? [`None is of \`${dispatch.workflow?.value}\`: check the input \`workflow\`.`] : []),
  ];
}

function eventInWords(dispatch: ResolvedDispatch): string {
  return dispatch.event === "repository_dispatch" ? `repository_dispatch \`${dispatch.eventType}\`` : dispatch.event;
}

/** The type for which no workflow listens: listed runs are of another. */
function typeOfNobody(dispatch: ResolvedDispatch, findings: readonly Finding[]): string | undefined {
  const isNobodys = findings.some(({ cause }) => cause === "nobody listens");
  return isNobodys && dispatch.event === "repository_dispatch" ? dispatch.eventType : undefined;
}

function ofAnotherType({ run }: CheckedRun, eventType: string): string {
  return `- ${run.path} "${run.displayTitle}": was started by another type than \`${eventType}\`, ${run.htmlUrl}`;
}

function runInWords({ run, verdict }: CheckedRun, distinctId: string): string {
  const showsIt = isNamed(run, distinctId) ? "shows the id, but " : "";
  const word = wordContainingId(run.displayTitle, distinctId);
  const glued = word === undefined ? "" : `, but contains it in \`${quoted(word)}\``;
  const how = {
    "other event": "",
    "other workflow": `${showsIt}belongs to another workflow than \`workflow\` names`,
    undecided: `is ${run.status || "without a status"}, shows no id yet${glued}`,
    "without id": `shows no id${glued}`,
  }[verdict];
  return `- ${run.path} "${run.displayTitle}": ${how}, ${run.htmlUrl}`;
}

function remedy(
  findings: readonly Finding[],
  dispatch: ResolvedDispatch,
  key: string | undefined,
  isShown: boolean,
): string[] {
  const wrong = findings.filter(({ is }) => is === "wrong");
  if (wrong.length > 0) return wrong.map(formatFinding);
  if (findings.length > 0 && findings.every(({ is }) => is === "right")) {
    return [
      ...findings.map(formatFinding),
      "So the run was not created or not visible in time: increase `find_timeout_seconds`, and check GitHub's status page.",
    ];
  }
  if (isShown) return [];
  return [
    "To show the id in a run's name (or in a job's or step's name), the receiving workflow needs:",
    linesToAdd({ ...dispatch, key }),
  ];
}
