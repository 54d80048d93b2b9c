/** Checks both sides of a report, and writes nothing. */

import { listAllWorkflows, WORKFLOWS_FOLDER } from "../github/lists.ts";
import type { Workflow } from "../github/responses.ts";
import { responseOrUndefined, retryOnce, tryToGet } from "../github/retry.ts";
import type { Tone } from "../runner/log.ts";
import { StepError } from "../runner/step-error.ts";
import { type Finding, formatFinding, right, unknown, unseen, wrong } from "../state/finding.ts";
import { quoted } from "../text/foreign-text.ts";
import { enumerated, inCode } from "../text/wording.ts";
import { fields, list, scalar } from "../workflow-file/fields.ts";
import { MAX_FILE_LENGTH } from "../workflow-file/read-files.ts";
import { parseYaml } from "../workflow-file/yaml.ts";
import { nameOf, type ReportDependencies } from "./connections.ts";
import { credentialsOf } from "./refused.ts";

const TOTAL_MS = 60_000;
const TYPES = ["requested", "in_progress", "completed"];
/** A step that uses this door, under whatever name the action is published. */
const REPORT = /\/report@/;
const TONES: Record<Finding["is"], Tone> = { right: "good", wrong: "bad", unknown: "waiting" };

/** @throws StepError where something is wrong */
export async function dryRunOfReport(dependencies: ReportDependencies): Promise<void> {
  const { log, clock } = dependencies;
  log.info("Dry run: nobody is told.");
  const deadlineMs = clock.nowMs() + TOTAL_MS;
  const findings = [
    ...(await findOwn(dependencies, deadlineMs)),
    ...(await Promise.all(dependencies.inputs.callers.map((caller) => findCaller(caller, dependencies, deadlineMs)))),
  ];
  for (const finding of findings) log.info(formatFinding(finding), TONES[finding.is]);
  const bad = findings.filter(({ is, unseen: how }) => is === "wrong" || how === "decides");
  if (bad.length > 0) throw new StepError(["The dry run found problems:", ...bad.map(formatFinding)].join("\n"));
  log.info("Found no problem, as far as can be checked without an event.", "good");
}

async function findCaller(
  caller: ReportDependencies["inputs"]["callers"][number],
  { openCaller, inputs }: ReportDependencies,
  deadlineMs: number,
): Promise<Finding> {
  const name = quoted(nameOf(caller));
  const { github, retry } = await openCaller(caller);
  const result = await tryToGet(retry(github.getRepository, retryOnce(deadlineMs)));
  if (result.is === "missing" || result.is === "refused")
    return wrong(`${name} cannot be read with ${credentialsOf(inputs)}.`);
  if (result.is === "unread") return unseen(`${name} ${result.why}.`);
  const { defaultBranch } = result.answer;
  const [runs, statuses] = await Promise.all([
    tryToGet(retry((options) => github.listRuns({ perPage: 1, page: 1 }, options), retryOnce(deadlineMs))),
    tryToGet(retry((options) => github.getCombinedStatus(defaultBranch, 1, options), retryOnce(deadlineMs))),
  ]);
  const lacks = [
    ...(runs.is === "refused" ? ["actions: read"] : []),
    ...(statuses.is === "refused" ? ["statuses: write"] : []),
  ];
  if (lacks.length > 0) return wrong(`In ${name}, ${credentialsOf(inputs)} needs ${inCode(lacks, " and ")}.`);
  return "app" in inputs.credentials
    ? right(`The App may read runs and set commit statuses in ${name}.`)
    : unknown(`${name} can be read; whether \`token\` may set commit statuses there is known only when it does.`);
}

interface OwnFile {
  workflow: Workflow;
  root: Readonly<Record<string, unknown>>;
  text: string;
}

/** What the default branch has: only its workflows run on `workflow_run`. */
async function findOwn({ own }: ReportDependencies, deadlineMs: number): Promise<Finding[]> {
  const { github, retry } = own;
  const workflows = await responseOrUndefined(listAllWorkflows(own, retryOnce(deadlineMs)));
  if (!workflows) return [unseen("The workflows of this repository could not be read.")];
  const files = await Promise.all(
    workflows
      .filter(({ path }) => path.startsWith(WORKFLOWS_FOLDER))
      .map(async (workflow): Promise<OwnFile | "unread" | undefined> => {
        const read = retry((options) => github.getFile(workflow.path, undefined, options), retryOnce(deadlineMs));
        const result = await tryToGet(read);
        if (result.is === "refused" || result.is === "unread") return "unread";
        const text = result.is === "seen" ? result.answer : undefined;
        const parsed = text === undefined || text.length > MAX_FILE_LENGTH ? undefined : parseYaml(text);
        return parsed && "value" in parsed ? { workflow, root: fields(parsed.value), text: text ?? "" } : undefined;
      }),
  );
  if (files.includes("unread"))
    return [
      unseen(
        "The workflow files of this repository could not be read: for the dry run, `own_token` needs `contents: read` here.",
      ),
    ];
  const known = files.filter((file) => file !== undefined && file !== "unread");
  const reports = known.filter(({ text }) => REPORT.test(text));
  if (reports.length === 0)
    return [wrong("No workflow on the default branch of this repository uses `report`: only there it is started.")];
  return reports.flatMap((file) => findReport(file, known));
}

function findReport({ workflow, root }: OwnFile, all: readonly OwnFile[]): Finding[] {
  const file = quoted(workflow.path);
  const on = fields(root.on);
  if (!("workflow_run" in on)) return [wrong(`${file} uses \`report\`, but not \`on: workflow_run\`.`)];
  const { workflows, types } = fields(on.workflow_run);
  const given = types === undefined ? TYPES : [types].flat().map(scalar);
  const missing = TYPES.filter((type) => !given.includes(type));
  const named = list([workflows].flat()).map(scalar);
  const receivers = all.filter((each) => isReceiver(each)).map((each) => each.workflow.name);
  const unnamed = receivers.filter((name) => !named.includes(name));
  return [
    missing.length === 0
      ? right(`${file} is started when a run is requested, in progress and completed.`)
      : wrong(`${file} does not list the types ${missing.join(", ")} of \`workflow_run\`.`),
    unnamed.length === 0
      ? right(`${file} names every workflow here that takes a \`distinct_id\`.`)
      : wrong(
          `${file} does not name ${enumerated(unnamed.map(quoted))}, which takes a \`distinct_id\`: add it to \`workflows\`.`,
        ),
  ];
}

function isReceiver({ root, text }: OwnFile): boolean {
  const events =
    typeof root.on === "string" ? [root.on] : Array.isArray(root.on) ? root.on : Object.keys(fields(root.on));
  const isDispatched = events.includes("repository_dispatch") || events.includes("workflow_dispatch");
  return isDispatched && text.includes("distinct_id") && !REPORT.test(text);
}
