/** Which workflows the dispatch would start, and whether they fit what is sent. */

import { fileAndName, listAllWorkflows, listWorkflowFiles, WORKFLOWS_FOLDER } from "../github/lists.ts";
import type { Run, Workflow } from "../github/responses.ts";
import { retryOnce, tryToGet } from "../github/retry.ts";
import type { DispatchRequest } from "../inputs/dispatch-request.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { isEnterpriseServer } from "../inputs/target.ts";
import { describeWorkflow, nearestWorkflow } from "../inputs/workflow-names.ts";
import type { Context } from "../state/context.ts";
import { type Finding, unknown, unseen, wrong } from "../state/finding.ts";
import { oneLine, quoted } from "../text/foreign-text.ts";
import { didYouMean } from "../text/near.ts";
import { enumerated } from "../text/wording.ts";
import { makeFollowCalls } from "./calls.ts";
import { asksForCalls, examineReceiver, type ToReceiver } from "./examine.ts";
import { runNameStateOf } from "./id-visibility.ts";
import { editFor, linesToUpload, type RunNameState } from "./lines-to-add.ts";
import { type InvalidYaml, type ListedWorkflow, readFileAt, readFiles } from "./read-files.ts";
import { listensFor, type Receiver } from "./receiver.ts";

/** A repository may have hundreds of workflows. */
const MAX_FILES = 25;

const MAY_NOT_READ = unseen("The token cannot read the workflow files (`contents: read`), so they were not checked.");
const MAY_NOT_LIST = unseen("The token cannot see the workflows (`actions: read`).");

interface Bounds {
  deadlineMs: number;
  /** Default `no`: after a run was not found, its receiver is checked by the id alone. */
  answerNamesRun?: ToReceiver["answerNamesRun"];
  /** Runs that the dispatch may have started: their workflow files are read first. */
  runs?: readonly Run[];
}

export async function examineReceivers(
  source: DispatchRequest,
  context: Context,
  { deadlineMs, answerNamesRun = "no", runs = [] }: Bounds,
): Promise<Finding[]> {
  const workflows = await listWorkflows(source, context, deadlineMs);
  if (!Array.isArray(workflows)) return [workflows];
  const sent = { ...sentBy(source, context.inputs, answerNamesRun), repository: context.github.fullName() };
  if (source.workflow) {
    const files = await withCalls(await readFiles(workflows, deadlineMs, context), sent, deadlineMs, context);
    const ref = source.event === "workflow_dispatch" ? source.ref : undefined;
    return files.flatMap((file) => examineNamed(file, ref, sent));
  }
  const ran = new Set(runs.flatMap(({ event, path }) => (event === source.event ? [path] : [])));
  const likeliestFirst = [
    ...workflows.filter(({ path }) => ran.has(path)),
    ...workflows.filter(({ path }) => !ran.has(path)),
  ];
  const read = await readFiles(likeliestFirst.slice(0, MAX_FILES), deadlineMs, context);
  const files = await withCalls(read, sent, deadlineMs, context);
  return examineListeners(files, workflows.length, sent);
}

/** With the workflows that the listeners call, where only their jobs or steps can show the id. */
async function withCalls(
  files: readonly ListedWorkflow[],
  sent: ToReceiver,
  deadlineMs: number,
  context: Context,
): Promise<ListedWorkflow[]> {
  const follow = makeFollowCalls((path) => readFileAt(path, deadlineMs, context));
  const all: ListedWorkflow[] = [];
  for (const file of files) {
    const receiver = receiverOf(file);
    const isAsked = receiver && isStartedBy(receiver, sent) && asksForCalls(receiver, sent);
    all.push(isAsked ? { ...file, look: { is: "seen", answer: await follow(receiver) } } : file);
  }
  return all;
}

function isStartedBy(receiver: Receiver, { event, eventType }: ToReceiver): boolean {
  return event === "workflow_dispatch" || listensFor(receiver, eventType);
}

/** The workflow file on the dispatched ref; empty where it cannot be read until the deadline. */
export async function readNamedWorkflowFile(
  source: DispatchRequest,
  context: Context,
  deadlineMs: number,
): Promise<NamedFile> {
  const workflows = await listWorkflows(source, context, deadlineMs);
  if (!Array.isArray(workflows)) return {};
  const [file] = await readFiles(workflows, deadlineMs, context);
  if (file?.look.is === "missing") return { isMissing: true };
  if (file?.look.is !== "seen") return {};
  const { answer } = file.look;
  if ("isYaml" in answer) return { mistake: inWords(answer) };
  if (answer.mistake) return { mistake: `is not a valid workflow: ${answer.mistake.text}` };
  const runName = runNameStateOf(answer, sentBy(source, context.inputs, "no"));
  return { declared: answer.inputs, name: quoted(answer.name ?? ""), ...(runName && { runName }) };
}

export interface NamedFile {
  declared?: Receiver["inputs"];
  /** In the file. */
  name?: string;
  runName?: RunNameState;
  /** It is not on the ref. */
  isMissing?: boolean;
  /** Why GitHub cannot read it; follows the file's name. */
  mistake?: string;
}

function sentBy(
  source: DispatchRequest,
  { distinctId, waitFor, reuse, outputsFrom, target, isDryRun, commitStatus }: Inputs,
  answerNamesRun: ToReceiver["answerNamesRun"],
): ToReceiver {
  return {
    event: source.event,
    eventType: source.event === "repository_dispatch" ? source.eventType : "",
    key: distinctId.key,
    id: distinctId.value,
    isFull: distinctId.leftOut !== undefined,
    inputs: source.event === "workflow_dispatch" ? source.inputs : {},
    payload: source.event === "repository_dispatch" ? source.clientPayload : {},
    needsSign: waitFor !== "nothing",
    needsName: reuse !== "never",
    leavesStatus: commitStatus !== undefined && waitFor === "found",
    // If a run was not found, its outputs do not matter.
    artifact:
      outputsFrom !== undefined && isDryRun
        ? { name: outputsFrom, lines: linesToUpload(outputsFrom, isEnterpriseServer(target.apiUrl)) }
        : undefined,
    answerNamesRun,
  };
}

async function listWorkflows(
  { workflow }: DispatchRequest,
  context: Context,
  deadlineMs: number,
): Promise<Workflow[] | Finding> {
  if (workflow && workflow.kind !== "name") return findWorkflow(workflow.value, deadlineMs, context);
  const result = await tryToGet(listAllWorkflows(context, retryOnce(deadlineMs)));
  if (result.is === "unread") return unseen(`The list of workflows ${result.why}.`);
  if (result.is !== "seen") return MAY_NOT_LIST;
  if (!workflow) return result.answer.filter(({ path }) => path.startsWith(WORKFLOWS_FOLDER));
  const matches = result.answer.filter(({ name }) => name === oneLine(workflow.value));
  if (matches.length === 1) return matches;
  const listed = enumerated(result.answer.map(({ path, name }) => `${quoted(path)} (${quoted(name)})`)) || "none";
  const howMany = matches.length === 0 ? "No workflow is" : `${matches.length} workflows are`;
  const named = result.answer.map(fileAndName);
  const meant = didYouMean(matches.length === 0 ? nearestWorkflow(workflow.value, named)?.file : undefined);
  return wrong(`${howMany} called \`${workflow.value}\`; there are: ${listed}.${meant}`);
}

async function findWorkflow(value: string, deadlineMs: number, context: Context): Promise<Workflow[] | Finding> {
  const { github, retry } = context;
  const result = await tryToGet(retry((options) => github.getWorkflow(value, options), retryOnce(deadlineMs)));
  if (result.is === "seen") return [result.answer];
  if (result.is === "refused") return MAY_NOT_LIST;
  if (result.is === "unread") return unseen(`The workflow \`${value}\` ${result.why}.`);
  const none = `There is no workflow \`${value}\` on the default branch: check the input \`workflow\``;
  const files = await listWorkflowFiles(context, retryOnce(deadlineMs));
  if (!files) return wrong(`${none}.`);
  const listed = enumerated(files.map((each) => quoted(describeWorkflow(each)))) || "none";
  const meant = didYouMean(nearestWorkflow(value, files)?.file);
  return wrong(`${none}; there are: ${listed}.${meant}`, undefined, "nobody listens");
}

function examineNamed(file: ListedWorkflow, ref: string | undefined, sent: ToReceiver): Finding[] {
  const { look, path } = file;
  if (look.is === "refused") return [MAY_NOT_READ];
  if (look.is === "missing") return [wrong(`${path} is not on ${ref ? `\`${ref}\`` : "the default branch"}.`)];
  if (look.is === "unread") return [unseen(`${path} ${look.why}.`)];
  return "isYaml" in look.answer ? [noYaml(path, look.answer)] : examine(file, look.answer, sent);
}

/** Findings on those of the `total` workflows that listen. A workflow whose file is missing never does. */
function examineListeners(files: readonly ListedWorkflow[], total: number, sent: ToReceiver): Finding[] {
  if (files.some(({ look }) => look.is === "refused")) return [MAY_NOT_READ];
  const unread = unreadAmong(files);
  const examined = files.flatMap((file) => {
    const receiver = receiverOf(file);
    return receiver && listensFor(receiver, sent.eventType) ? [examine(file, receiver, sent)] : [];
  });
  // One event may start several workflows: it is enough that one of them shows the id.
  const fitting = examined.filter((findings) => findings.every(({ is }) => is !== "wrong"));
  if (fitting.length > 0) return [...unread, ...fitting.flat()];
  const isAll = unread.length === 0 && files.length === total;
  const noneStarts = isAll && examined.every((findings) => findings.some(({ cause }) => cause !== undefined));
  if (examined.length > 0)
    return [...unread, ...examined.flat().map((each) => (noneStarts ? each : withoutCause(each)))];
  const broken = files.flatMap(({ path, look }) =>
    look.is === "seen" && "isYaml" in look.answer ? [{ path, file: look.answer }] : [],
  );
  const probable = broken.filter(({ file }) => file.seemsToListen).map(({ path, file }) => noYaml(path, file));
  if (probable.length > 0) return [...unread, ...(isAll ? probable : probable.map(withoutCause))];
  return [
    ...unread,
    ...broken.map(({ path, file }) => unknown(noYaml(path, file).text)),
    nobodyListens(files, total, sent),
  ];
}

function noYaml(path: string, file: InvalidYaml): Finding {
  return wrong(`${path} ${inWords(file)}.`, undefined, "listener unreadable");
}

function inWords({ hint }: InvalidYaml): string {
  return `is not valid YAML${hint}`;
}

function withoutCause({ cause: _, ...finding }: Finding): Finding {
  return finding;
}

function receiverOf({ look }: ListedWorkflow): Receiver | undefined {
  return look.is === "seen" && !("isYaml" in look.answer) ? look.answer : undefined;
}

/** One finding per reason. Unread files matter only if no other file listens. */
function unreadAmong(files: readonly ListedWorkflow[]): Finding[] {
  const pathsByReason = new Map<string, string[]>();
  for (const { look, path } of files)
    if (look.is === "unread") pathsByReason.set(look.why, [...(pathsByReason.get(look.why) ?? []), path]);
  return [...pathsByReason].map(([why, paths]) => ({ ...unseen(`${enumerated(paths)} ${why}.`), unseen: "aside" }));
}

function nobodyListens(files: readonly ListedWorkflow[], total: number, sent: ToReceiver): Finding {
  const receivers = files.flatMap((file) => receiverOf(file) ?? []);
  const event = `repository_dispatch \`${sent.eventType}\``;
  if (files.length < total || files.some(({ look }) => look.is === "unread"))
    return unseen(`None of the workflows that were read (${receivers.length} of ${total}) listens for ${event}.`);
  const types = [...new Set(receivers.flatMap(({ dispatchTypes }) => dispatchTypes ?? []))];
  const instead = types.length > 0 ? ` They listen for ${enumerated(types.map(quoted))}.` : "";
  return wrong(
    `No workflow on the default branch listens for ${event}.${instead}`,
    editFor(sent, undefined),
    "nobody listens",
  );
}

function examine({ path, isDisabled }: ListedWorkflow, receiver: Receiver, sent: ToReceiver): Finding[] {
  const findings = examineReceiver(receiver, sent);
  if (!isDisabled) return findings;
  const disabled = `${path} is disabled: enable it on the target's Actions page.`;
  return [wrong(disabled, undefined, "listener disabled"), ...findings];
}
