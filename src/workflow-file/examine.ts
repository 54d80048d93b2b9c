import { MAX_INPUTS } from "../inputs/dispatch-request.ts";
import { type Edit, type Finding, right, unknown, wrong } from "../state/finding.ts";
import { quoted } from "../text/foreign-text.ts";
import { enumerated, inCode } from "../text/wording.ts";
import type { SentId } from "./contexts.ts";
import { type IdVisibility, idVisibilityOf, runNameStateOf, visibilityInRunName } from "./id-visibility.ts";
import { editFor, editOfRunName } from "./lines-to-add.ts";
import type { Mistake } from "./mistake.ts";
import { listensFor, type Receiver, type ReceiverJob } from "./receiver.ts";
import { expressionsIn } from "./template.ts";
import { examineUploads } from "./uploads.ts";

export interface ToReceiver extends Omit<SentId, "key"> {
  /** Undefined: no id is sent. */
  key: string | undefined;
  /** The inputs leave no room for the id. */
  isFull?: boolean;
  /** The run is searched for, so something has to show the id. */
  needsSign: boolean;
  /** Other steps are to reuse the run, which they recognize by its name only. */
  needsName: boolean;
  /** The target ends the commit status, and finds the caller by the id that the run shows. */
  leavesStatus?: boolean;
  /** The artifact of `outputs_from`, and the lines that upload it. */
  artifact?: { name: string; lines: string } | undefined;
  /** If GitHub's response names the run, nothing has to show the id (docs/platform.md#run-details). */
  answerNamesRun: "yes" | "maybe" | "no";
}

/** What the file needs: all, or the `run-name` alone where it listens as it should. */
interface Edits {
  all: Edit;
  runName: Edit;
}

export function examineReceiver(receiver: Receiver, sent: ToReceiver): Finding[] {
  const edits = editsFor(receiver, sent);
  if (receiver.mistake) return [invalid(receiver.path, receiver.mistake, edits)];
  const byTrigger = sent.event === "workflow_dispatch" ? examineInputs : examineTypes;
  return [
    ...byTrigger(receiver, sent, edits),
    ...(sent.needsSign ? examineSign(receiver, sent, edits) : []),
    ...(sent.needsName ? examineName(receiver, sent, edits) : []),
    ...(sent.artifact ? [examineUploads(receiver, sent.artifact)] : []),
    ...examineScripts(receiver),
  ];
}

function editsFor(receiver: Receiver, sent: ToReceiver): Edits {
  const needs = { ...sent, name: quoted(receiver.name ?? "") };
  const state = runNameStateOf(receiver, sent);
  return { all: editFor(needs, state), runName: editOfRunName(needs, state) };
}

function invalid(path: string, { text, isInRunName }: Mistake, { runName }: Edits): Finding {
  return wrong(`${path} is not a valid workflow: ${text}.`, isInRunName ? runName : undefined, "listener unreadable");
}

function examineInputs({ inputs: declared, path }: Receiver, { inputs, key }: ToReceiver, { all }: Edits): Finding[] {
  if (!declared) return [wrong(`${path} has no \`workflow_dispatch\` trigger on that ref.`, all)];
  const given = Object.entries(inputs);
  const undeclared = given.flatMap(([name]) => (Object.hasOwn(declared, name) ? [] : [name]));
  const missing = Object.entries(declared).flatMap(([name, { isRequired }]) =>
    isRequired && !Object.hasOwn(inputs, name) && name !== key ? [`\`${quoted(name)}\``] : [],
  );
  const notAllowed = given.flatMap(([name, value]) => {
    const options = Object.hasOwn(declared, name) ? declared[name]?.options : undefined;
    if (!options || options.includes(value)) return [];
    return [`\`${name}\` (${value === "" ? "it is empty; " : ""}one of ${enumerated(options.map(quoted))})`];
  });
  const problems: Finding[] = [];
  if (undeclared.length > 0)
    problems.push(
      wrong(`${path} does not declare ${theInputs(undeclared)} ${inCode(undeclared)}, which \`workflow_inputs\` sets.`),
    );
  if (missing.length > 0)
    problems.push(
      wrong(`${path} requires ${theInputs(missing)} ${enumerated(missing)}, which \`workflow_inputs\` does not set.`),
    );
  if (notAllowed.length > 0)
    problems.push(wrong(`${path} does not allow the value given for ${notAllowed.join(", ")}.`));
  if (problems.length > 0) return problems;
  return [right(`${path} listens for workflow_dispatch and accepts the given inputs.`)];
}

function examineTypes(receiver: Receiver, { eventType }: ToReceiver, { all }: Edits): Finding[] {
  const { dispatchTypes, path } = receiver;
  const event = `repository_dispatch \`${eventType}\``;
  if (listensFor(receiver, eventType)) return [right(`${path} listens for ${event}.`)];
  const instead = dispatchTypes ? ` It listens for ${enumerated(dispatchTypes.map(quoted))}.` : "";
  return [wrong(`${path} does not listen for ${event} on the default branch.${instead}`, all, "nobody listens")];
}

/** Whether it matters what the workflows show that the receiver calls. */
export function asksForCalls(receiver: Receiver, sent: ToReceiver): boolean {
  const { key, needsSign, answerNamesRun, leavesStatus } = sent;
  if (!needsSign || key === undefined || (answerNamesRun === "yes" && !leavesStatus)) return false;
  return receiver.mistake === undefined && idVisibilityOf(receiver, { ...sent, key }).is === "absent";
}

/** Older servers do not name the run in the response (docs/platform.md#run-details). */
const OLD_SERVER = "On an Enterprise Server before 3.21, the run would not be found.";

function examineSign(receiver: Receiver, sent: ToReceiver, edits: Edits): Finding[] {
  const { path, inputs } = receiver;
  const { key, event, answerNamesRun, leavesStatus } = sent;
  if (answerNamesRun === "yes" && !leavesStatus)
    return [right("GitHub's response will name the run; the id need not be shown.")];
  // Where the response never names the run, inputs without a key are refused.
  if (key === undefined) {
    const why = sent.isFull
      ? `\`workflow_inputs\` has ${MAX_INPUTS} inputs, as many as GitHub takes`
      : "`distinct_id_key` is empty";
    return [
      leavesStatus ? wrong(`No id is sent (${why}), ${NO_CALLER}.`) : unknown(`No id is sent (${why}). ${OLD_SERVER}`),
    ];
  }
  if (event === "workflow_dispatch" && inputs && !Object.hasOwn(inputs, key)) {
    if (Object.keys(inputs).length >= MAX_INPUTS) return [withoutRoom(path, key, sent)];
    return [withoutSign(`${path} does not declare the input \`${key}\``, edits.all, sent)];
  }
  const sign = idVisibilityOf(receiver, { ...sent, key });
  // The finding about the missing trigger has the same lines to add.
  if (event === "workflow_dispatch" && !inputs && sign.is === "absent") return [];
  return [bySign(sign, receiver, sent, edits.runName)];
}

function withoutRoom(path: string, key: string, { answerNamesRun, leavesStatus }: Known): Finding {
  const { what, remedy } = describeFull(key);
  if (leavesStatus && answerNamesRun !== "no")
    return wrong(`${path} ${what}, ${NO_CALLER}. Take one out for it, or use \`wait_for: completed\`.`);
  return answerNamesRun === "maybe"
    ? unknown(`${path} ${what}. ${OLD_SERVER} ${remedy}.`)
    : wrong(`${path} ${what}, so its run would not be found. ${remedy} with \`wait_for: nothing\`.`);
}

/** A receiver that declares as many inputs as GitHub takes. */
export function describeFull(key: string): { what: string; remedy: string } {
  return {
    what: `declares ${MAX_INPUTS} inputs, as many as GitHub takes, and \`${key}\` is not among them`,
    remedy: 'Take one out for it, or send no id (`distinct_id_key: ""`)',
  };
}

function examineName(receiver: Receiver, sent: ToReceiver, { runName }: Edits): Finding[] {
  const { key } = sent;
  const is = key === undefined ? "shown" : visibilityInRunName(receiver, { ...sent, key });
  if (is === "shown") return [];
  const what = `${receiver.path} does not show the id in its \`run-name\`, so its runs could not be reused (\`reuse\`).`;
  if (is !== "unclear") return [wrong(what, runName)];
  const unclear = `${receiver.path} may show the id in its \`run-name\`; without it, its run could not be reused (\`reuse\`).`;
  return [unknown(unclear, runName)];
}

function bySign(sign: IdVisibility, { path, jobs }: Receiver, sent: Known, edit: Edit): Finding {
  const { place, word = "" } = sign;
  const instead = (what: string) => withoutSign(what, edit, sent);
  switch (sign.is) {
    case "shown":
      return right(`${path} shows the id in ${place}.`);
    case "late":
      return right(
        `${path} shows the id in ${place}, but late: just before the step runs. In the \`run-name\` it shows at once.`,
      );
    case "conditional":
      return unknown(
        `${path} shows the id in ${place} only if that job runs, which is not known before the run.`,
        edit,
      );
    case "unclear":
      return unknown(`${path} may show the id in ${place}: the expression's value is not known before the run.`, edit);
    case "glued":
      return instead(`${path} has the id in ${place} only as part of \`${quoted(word)}\``);
    case "below":
      return instead(`${path} has the id on a later line of ${place}, but GitHub shows only the first`);
    case "cut":
      return instead(`${path} has the id in ${place}, behind the 100 characters that GitHub shows`);
    case "absent":
      return callsUnread(jobs, new Set())
        ? unknown(`${path} does not show the id, unless a workflow that it calls does, in a job's or step's name.`)
        : instead(`${path} does not show the id`);
  }
}

/** Whether the names of some called jobs and steps are not known. Many jobs may call the same. */
function callsUnread(jobs: readonly ReceiverJob[], seen: Set<Receiver>): boolean {
  return jobs.some(({ calls, called }) => {
    if (calls === undefined || (called && seen.has(called))) return false;
    if (!called) return true;
    seen.add(called);
    return callsUnread(called.jobs, seen);
  });
}

type Known = Pick<ToReceiver, "answerNamesRun" | "leavesStatus">;

const NO_CALLER = "so `report` there would not find the caller, and the commit status would stay pending";

/** The run would not be found, or not on a server whose response does not name it; or nobody would find its caller. */
function withoutSign(what: string, edit: Edit, { answerNamesRun, leavesStatus }: Known): Finding {
  if (leavesStatus && answerNamesRun !== "no") return wrong(`${what}, ${NO_CALLER}.`, edit);
  return answerNamesRun === "maybe"
    ? unknown(`${what}. ${OLD_SERVER}`, edit)
    : wrong(`${what}, so its run would not be found.`, edit);
}

function examineScripts({ path, jobs }: Receiver): Finding[] {
  const outside = /\b(client_payload|inputs)\b/i;
  const isUnsafe = (script = "") => expressionsIn(script).some((each) => outside.test(each));
  const unsafe = jobs.filter(({ steps }) => steps.some(({ script }) => isUnsafe(script)));
  if (unsafe.length === 0) return [];
  return [
    unknown(
      `${path} puts sent values into a script (job ${enumerated(unsafe.map(({ id }) => quoted(id)))}): anyone who can dispatch can run any command there. Pass them through \`env:\`.`,
    ),
  ];
}

function theInputs(names: readonly string[]): string {
  return names.length > 1 ? "the inputs" : "the input";
}
