/** The doctor: looks at everything that a dispatch needs and dispatches nothing. Every finding is a line of a checklist. */

import { parse } from "yaml";
import { listAllWorkflows } from "../asking/lists.ts";
import { OutOfTime, type RetryOptions } from "../asking/retry.ts";
import { Failure } from "../edges/failure.ts";
import type { Tone } from "../edges/log.ts";
import type { Run, Workflow } from "../github/answers.ts";
import { Fault, mayHeal } from "../github/fault.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { refNames } from "../inputs/order.ts";
import { permissionsFor } from "../inputs/permissions.ts";
import { examineReceiver, type ToReceiver } from "../receiver/examine.ts";
import { enumerated, type Finding, lineOf, quoted, right, unknown, wrong } from "../receiver/finding.ts";
import { linesToAdd } from "../receiver/lines-to-add.ts";
import { type Receiver, readReceiver } from "../receiver/receiver.ts";
import type { Story } from "../story/story.ts";

/** Nobody waits longer for a checklist. */
const DOCTOR_MS = 60_000;
/** A repository may have hundreds of workflows. */
const MAX_FILES = 25;
/** One after another would take too long; all at once, GitHub does not like. */
const FILES_AT_ONCE = 5;
/** GitHub lists workflows of its own making as well, such as `dynamic/pages/pages-build-deployment`. */
const FOLDER = ".github/workflows/";

/**
 * Tells what is right and what is missing.
 * @throws Failure when something is wrong; Fault when GitHub refuses what every step needs
 */
export async function diagnose(story: Story): Promise<void> {
  const { log } = story;
  log.info("A dry run: nothing is dispatched.");
  const findings = await findAll(story, story.clock.nowMs() + DOCTOR_MS);
  for (const finding of findings) log.info(lineOf(finding), TONES[finding.is]);
  story.learn({ findings });
  const wrong = findings.filter(({ is }) => is === "wrong");
  if (wrong.length === 0) return log.info("Nothing is missing, as far as can be seen without dispatching.", "good");
  const count = wrong.length === 1 ? "1 thing" : `${wrong.length} things`;
  throw new Failure([`The dry run found ${count} to mend:`, ...wrong.map(lineOf)].join("\n"));
}

/**
 * What is right or wrong with the receivers of a dispatch whose run is not found; as far as it can be seen in time. `runs`
 * are those that may be meant.
 */
export function diagnoseReceivers(
  story: Story,
  { deadlineMs, runs }: { deadlineMs: number; runs: readonly Run[] },
): Promise<Finding[]> {
  return findInReceivers(story, { deadlineMs, runs, answerNamesRun: "no" });
}

const TONES: Record<Finding["is"], Tone> = { right: "good", wrong: "bad", unknown: "waiting" };
async function findAll(story: Story, deadlineMs: number): Promise<Finding[]> {
  const { github, retry, inputs } = story;
  const repository = await retry(github.getRepository, { deadlineMs });
  const findings: Finding[] = [
    right(
      `The token is accepted, and sees ${quoted(repository.fullName)} (default branch ${quoted(repository.defaultBranch)}).`,
    ),
  ];
  if (repository.isArchived)
    findings.push(wrong(`${quoted(repository.fullName)} is archived: nothing can be started in it.`));
  const needed = Object.entries(permissionsFor(inputs)).map(([name, access]) => `\`${name}: ${access}\``);
  findings.push(
    "app" in inputs.credentials
      ? right(`The App's installation grants ${needed.join(" and ")}.`)
      : unknown(`Whether the token grants ${needed.join(" and ")} shows only when it is used.`),
  );
  // Of another server, the version shows only in its answer.
  const isGitHubs = /\/\/api\.(github\.com|[^/]+\.ghe\.com)$/.test(inputs.target.apiUrl);
  const answerNamesRun = inputs.order.event !== "workflow_dispatch" ? "no" : isGitHubs ? "yes" : "maybe";
  const ref = await findRef(story, deadlineMs);
  // Of a ref that is not there, GitHub shows no file either: that is known then.
  if (ref.some(({ is }) => is === "wrong")) return [...findings, ...ref];
  return [...findings, ...ref, ...(await findInReceivers(story, { deadlineMs, runs: [], answerNamesRun }))];
}

async function findRef({ github, inputs, retry }: Story, deadlineMs: number): Promise<Finding[]> {
  const { order } = inputs;
  if (order.event !== "workflow_dispatch" || order.ref === undefined) return [];
  for (const name of refNames(order.ref)) {
    const look = await lookAt(retry((options) => github.getRef(name, options), onceMore(deadlineMs)));
    if (look.is === "seen")
      return [right(`There is a ${name.startsWith("heads/") ? "branch" : "tag"} \`${order.ref}\`.`)];
    if (look.is === "refused") return [unknown(`The token may not see whether there is a ref \`${order.ref}\`.`)];
    if (look.is === "unread") return [unknown(`The ref \`${order.ref}\` ${look.why}.`)];
  }
  return [wrong(`There is no branch or tag \`${order.ref}\`: check the input \`ref\`.`)];
}

interface Bounds {
  deadlineMs: number;
  answerNamesRun: ToReceiver["answerNamesRun"];
  /** Their workflows are looked at first. */
  runs: readonly Run[];
}

async function findInReceivers(story: Story, bounds: Bounds): Promise<Finding[]> {
  const { order } = story.inputs;
  const sent = sentBy(story.inputs, bounds.answerNamesRun);
  const candidates = await listCandidates(story, bounds.deadlineMs);
  if ("is" in candidates) return [candidates];
  const workflows = candidates;
  if (order.workflow) return examineNamed();
  const ran = new Set(bounds.runs.map(({ event, path }) => event === order.event && path));
  const likeliestFirst = [
    ...workflows.filter(({ path }) => ran.has(path)),
    ...workflows.filter(({ path }) => !ran.has(path)),
  ];
  return examineListeners(likeliestFirst.slice(0, MAX_FILES));

  /** The one that the input `workflow` names. */
  async function examineNamed(): Promise<Finding[]> {
    const [file] = await readFiles(workflows);
    if (!file) return [];
    const { look, path } = file;
    const ref = order.event === "workflow_dispatch" ? order.ref : undefined;
    if (look.is === "refused") return [MAY_NOT_READ];
    if (look.is === "missing") return [wrong(`${path} is not on ${ref ? `\`${ref}\`` : "the default branch"}.`)];
    if (look.is === "unread") return [unknown(`${path} ${look.why}.`)];
    return look.answer ? examine(file, look.answer) : [wrong(`${path} is no valid YAML.`)];
  }

  /** Those that listen for the event. A file that is not there, or that GitHub cannot read either, never does. */
  async function examineListeners(first: readonly Workflow[]): Promise<Finding[]> {
    const files = await readFiles(first);
    if (files.some(({ look }) => look.is === "refused")) return [MAY_NOT_READ];
    const unread = new Map<string, string[]>();
    const broken: string[] = [];
    const receivers: Receiver[] = [];
    const examined: Finding[][] = [];
    for (const file of files) {
      const { look, path } = file;
      if (look.is === "unread") unread.set(look.why, [...(unread.get(look.why) ?? []), path]);
      if (look.is !== "seen") continue;
      if (!look.answer) broken.push(path);
      else if (!listensFor(look.answer, sent.eventType)) receivers.push(look.answer);
      else examined.push(examine(file, look.answer));
    }
    const doubts = [...unread].map(([why, paths]) => unknown(`${enumerated(paths)} ${why}.`));
    // One event may start several workflows: it is enough that one of them shows the id.
    const fitting = examined.filter((each) => each.every(({ is }) => is !== "wrong"));
    if (fitting.length > 0) return [...doubts, ...fitting.flat()];
    if (examined.length > 0) return [...doubts, ...examined.flat()];
    doubts.push(...broken.map((path) => unknown(`${path} is no valid YAML.`)));
    const event = `repository_dispatch \`${sent.eventType}\``;
    const read = `${receivers.length} of ${workflows.length}`;
    if (first.length < workflows.length || unread.size > 0)
      return [...doubts, unknown(`None of the workflows that were read (${read}) listens for ${event}.`)];
    const types = [...new Set(receivers.flatMap(({ dispatchTypes }) => dispatchTypes ?? []))];
    const instead = types.length > 0 ? ` They listen for ${enumerated(types.map(quoted))}.` : "";
    const nobody = `No workflow on the default branch listens for ${event}.${instead}`;
    const { eventType, key = "distinct_id" } = sent;
    return [...doubts, wrong(nobody, linesToAdd({ event: sent.event, eventType, key }))];
  }

  function examine({ path, isDisabled }: WorkflowFile, receiver: Receiver): Finding[] {
    const disabled = wrong(`${path} is disabled: enable it on the target's Actions page.`);
    return [...(isDisabled ? [disabled] : []), ...examineReceiver(receiver, sent)];
  }

  /** In their order; ends early where the token may read none of them. */
  async function readFiles(of: readonly Workflow[]): Promise<WorkflowFile[]> {
    const files: WorkflowFile[] = [];
    for (let at = 0; at < of.length && !files.some(({ look }) => look.is === "refused"); at += FILES_AT_ONCE)
      files.push(...(await Promise.all(of.slice(at, at + FILES_AT_ONCE).map(readFile))));
    return files;
  }

  async function readFile({ path, state }: Workflow): Promise<WorkflowFile> {
    const { github, retry } = story;
    const ref = order.event === "workflow_dispatch" ? order.ref : undefined;
    const look = await lookAt(retry((options) => github.getFile(path, ref, options), onceMore(bounds.deadlineMs)));
    return {
      path: quoted(path),
      isDisabled: state !== "active" && state !== "",
      look: look.is === "seen" ? { is: "seen", answer: receiverIn(quoted(path), look.answer) } : look,
    };
  }
}

/** A workflow's file on the ref. */
interface WorkflowFile {
  path: string;
  isDisabled: boolean;
  /** Undefined: it is no workflow that GitHub could read. */
  look: Look<Receiver | undefined>;
}

const MAY_NOT_READ = unknown("The token may not read the workflow files (`contents: read`), so they were not checked.");
const MAY_NOT_LIST = unknown("The token may not see the workflows (`actions: read`).");

function sentBy({ order, distinctId, waitFor }: Inputs, answerNamesRun: ToReceiver["answerNamesRun"]): ToReceiver {
  const { key } = distinctId;
  const about = { key, needsSign: waitFor !== "nothing", answerNamesRun };
  if (order.event === "repository_dispatch")
    return { ...about, event: order.event, eventType: order.eventType, inputs: {} };
  return { ...about, event: order.event, eventType: "", inputs: order.inputs };
}

/** The workflows that may be meant, or the finding that there is none. */
async function listCandidates(story: Story, deadlineMs: number): Promise<readonly Workflow[] | Finding> {
  const { github, retry, inputs } = story;
  const { workflow } = inputs.order;
  if (workflow && workflow.kind !== "name") {
    const look = await lookAt(retry((options) => github.getWorkflow(workflow.value, options), onceMore(deadlineMs)));
    if (look.is === "seen") return [look.answer];
    if (look.is === "refused") return MAY_NOT_LIST;
    if (look.is === "unread") return unknown(`The workflow \`${workflow.value}\` ${look.why}.`);
    return wrong(`There is no workflow \`${workflow.value}\` on the default branch: check the input \`workflow\`.`);
  }
  const look = await lookAt(listAllWorkflows(story, onceMore(deadlineMs)));
  if (look.is === "unread") return unknown(`The list of workflows ${look.why}.`);
  if (look.is !== "seen") return MAY_NOT_LIST;
  if (!workflow) return look.answer.filter(({ path }) => path.startsWith(FOLDER));
  const matches = look.answer.filter(({ name }) => name === workflow.value);
  if (matches.length === 1) return matches;
  const listed = enumerated(look.answer.map(({ path, name }) => `${quoted(path)} (${quoted(name)})`)) || "none";
  return wrong(
    `${matches.length === 0 ? "No workflow is" : `${matches.length} workflows are`} called \`${workflow.value}\`; there are: ${listed}.`,
  );
}

function listensFor({ dispatchTypes }: Receiver, eventType: string): boolean {
  return dispatchTypes !== undefined && (dispatchTypes.length === 0 || dispatchTypes.includes(eventType));
}

function receiverIn(path: string, file: string): Receiver | undefined {
  try {
    // YAML's warnings would quote the file on stderr.
    return readReceiver(path, parse(file, { logLevel: "error" }));
  } catch {
    return undefined;
  }
}

/** A checklist does not wait for an outage to end, but one bad answer among good ones says nothing. */
function onceMore(deadlineMs: number): RetryOptions {
  let asksLeft = 1;
  return { deadlineMs, retries: (fault) => mayHeal(fault) && asksLeft-- > 0 };
}

/** An answer, or why there is none. */
type Look<Answer> =
  | { is: "seen"; answer: Answer }
  | { is: "missing" }
  | { is: "refused" }
  | { is: "unread"; why: string };

/** A checklist goes on where a step would fail. */
async function lookAt<Answer>(asked: Promise<Answer>): Promise<Look<Answer>> {
  try {
    return { is: "seen", answer: await asked };
  } catch (error) {
    const isLate = error instanceof OutOfTime || (error instanceof Fault && error.code === "ETIMEDOUT");
    if (isLate) return { is: "unread", why: "could not be read in time" };
    if (!(error instanceof Fault)) throw error;
    const { kind, status } = error;
    if (status === 404) return { is: "missing" };
    if (kind === "rejected" && (status === 401 || status === 403)) return { is: "refused" };
    const seen = kind === "unreadable" ? kind : error.inAWord;
    return { is: "unread", why: `could not be read (${seen})` };
  }
}
