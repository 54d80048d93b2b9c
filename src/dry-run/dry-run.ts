/** Checks everything that a dispatch needs, and dispatches nothing. Each finding is a line of a checklist. */

import type { Run } from "../github/responses.ts";
import { makeRetry, once, tryToGet } from "../github/retry.ts";
import type { DispatchRequest } from "../inputs/dispatch-request.ts";
import type { GivenRun } from "../inputs/given-run.ts";
import { describePermissions, permissionsFor } from "../inputs/permissions.ts";
import { isEnterpriseServer } from "../inputs/target.ts";
import type { Tone } from "../runner/log.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import { type Finding, formatFinding, right, unknown, unseen, wrong } from "../state/finding.ts";
import { quoted } from "../text/foreign-text.ts";
import { examineReceivers } from "../workflow-file/receivers.ts";
import { findRefs } from "./find-refs.ts";

/** For all requests together: nobody waits longer for a checklist. */
const TOTAL_TIMEOUT_MS = 60_000;

const TONES: Record<Finding["is"], Tone> = { right: "good", wrong: "bad", unknown: "waiting" };

/**
 * @throws StepError where something is wrong, or what decides could not be read; RequestError or OutOfTime where the repository
 *   itself could not be read
 */
export async function dryRun(context: Context): Promise<void> {
  const { log, clock, record } = context;
  log.info("Dry run: nothing is dispatched.");
  const findings = await findAll(context, clock.nowMs() + TOTAL_TIMEOUT_MS);
  for (const finding of findings) log.info(formatFinding(finding), TONES[finding.is]);
  record({ findings });
  const verdict = verdictOn(findings);
  if (verdict.isGreen) return log.info(verdict.text, "good");
  throw new StepError(verdict.text);
}

function verdictOn(findings: readonly Finding[]): { isGreen: boolean; text: string } {
  const wrong = findings.filter(({ is }) => is === "wrong");
  const undecided = findings.filter((each) => each.unseen === "decides");
  if (wrong.length + undecided.length === 0) {
    const text = findings.some((each) => each.unseen)
      ? "Found no problem in what could be checked; the lines with ? could not."
      : "Found no problem, as far as can be checked without dispatching.";
    return { isGreen: true, text };
  }
  const count = wrong.length === 1 ? "1 problem" : `${wrong.length} problems`;
  const undecidedTitle = wrong.length === 0 ? "The dry run could not check:" : "It also could not check:";
  const lines = [
    ...(wrong.length > 0 ? [`The dry run found ${count}:`, ...wrong.map(formatFinding)] : []),
    ...(undecided.length > 0 ? [undecidedTitle, ...undecided.map(formatFinding)] : []),
  ];
  return { isGreen: false, text: lines.join("\n") };
}

async function findAll(context: Context, deadlineMs: number): Promise<Finding[]> {
  const { github, retry, inputs } = context;
  const { fullName, defaultBranch, isArchived } = await retry(github.getRepository, { deadlineMs });
  const name = quoted(fullName);
  const needed = describePermissions(permissionsFor(inputs));
  const findings = [right(`The token is valid and can see ${name} (default branch ${quoted(defaultBranch)}).`)];
  if (isArchived) findings.push(wrong(`${name} is archived: nothing can be started in it.`));
  findings.push(
    "app" in inputs.credentials
      ? right(`The App's installation grants ${needed}.`)
      : unknown(`Whether the token grants ${needed} is known only when it is used.`),
  );
  // No step can read its own `if:` (docs/platform.md#cancelling).
  if (inputs.cancelRunOn.has("cancel"))
    findings.push(
      unknown(
        "Whether this step receives a cancellation (`cancel_run_on: cancel`) is not known yet: with `if: always()` the runner sends it no signal, with `if: ${{ !cancelled() }}` it does.",
      ),
    );
  findings.push(...(await findCallersSide(context, deadlineMs)));
  const { source } = inputs;
  if (source.event === undefined) return [...findings, ...(await findGivenRun(source, context, deadlineMs))];
  const { findings: ofRefs, used } = await findRefs(source, context, deadlineMs);
  findings.push(...ofRefs);
  // Without the ref, its files cannot be read.
  if (!used) return findings;
  const bounds = { deadlineMs, answerNamesRun: answerNamesRun(source, context) };
  const about = { ...context, inputs: { ...inputs, source: used } };
  return [...findings, ...(await examineReceivers(used, about, bounds))];
}

function answerNamesRun(source: DispatchRequest, { inputs: { target } }: Context): "yes" | "maybe" | "no" {
  if (source.event === "repository_dispatch") return "no";
  // Only the response to a dispatch shows whether an Enterprise Server names the run (docs/platform.md#run-details).
  return isEnterpriseServer(target.apiUrl) ? "maybe" : "yes";
}

/** No finding without `status_context`. Whether the token may set a status shows only when it does. */
async function findCallersSide(context: Context, deadlineMs: number): Promise<Finding[]> {
  const { callersGitHub: github } = context;
  if (!github) return [];
  const name = quoted(github.fullName());
  const result = await tryToGet(makeRetry({ ...context, github })(github.getRepository, once(deadlineMs)));
  if (result.is === "seen")
    return [
      right(
        `\`status_token\` is valid and can see ${name}; it needs \`statuses: write\` there for \`status_context\`.`,
      ),
    ];
  if (result.is === "unread")
    return [{ ...unseen(`With \`status_token\`, the repository ${name} ${result.why}.`), unseen: "aside" }];
  return [wrong(`\`status_token\` does not see ${name}, the caller's own repository: no commit status could be set.`)];
}

async function findGivenRun({ runId }: GivenRun, context: Context, deadlineMs: number): Promise<Finding[]> {
  const { github, retry } = context;
  const result = await tryToGet(retry((options) => github.getRun(runId, options), once(deadlineMs)));
  if (result.is === "missing") return [wrong(`There is no run ${runId}: check \`run_id\` and \`repo\`.`)];
  if (result.is === "refused") return [unknown(`The token cannot look up the run ${runId} (\`actions: read\`).`)];
  if (result.is === "unread") return [unknown(`The run ${runId} ${result.why}.`)];
  const { name, status, conclusion, htmlUrl } = result.answer;
  const state = (conclusion ?? status) || "without a status";
  const there = right(`There is a run ${runId}, ${quoted(name)} (${state}): ${htmlUrl}`);
  return [there, ...(await findArtifact(result.answer, context, deadlineMs))];
}

async function findArtifact(run: Run, { github, retry, inputs }: Context, deadlineMs: number): Promise<Finding[]> {
  const { outputsFrom } = inputs;
  if (outputsFrom === undefined) return [];
  const artifact = `the artifact \`${outputsFrom}\``;
  if (run.status !== "completed") return [unknown(`Whether the run has ${artifact} is known only at its end.`)];
  const result = await tryToGet(
    retry((options) => github.listArtifacts(run.id, outputsFrom, options), once(deadlineMs)),
  );
  if (result.is === "refused") return [unseen("The token cannot see the artifacts of the run (`actions: read`).")];
  if (result.is === "unread") return [unseen(`The list of the run's artifacts ${result.why}.`)];
  const artifacts = result.is === "seen" ? result.answer.items.filter(({ name }) => name === outputsFrom) : [];
  if (artifacts.length === 0) return [wrong(`The run has no artifact \`${outputsFrom}\`.`)];
  if (artifacts.every(({ isExpired }) => isExpired)) return [wrong(`The run has ${artifact}, which has expired.`)];
  return [right(`The run has ${artifact}.`)];
}
