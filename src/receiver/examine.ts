/** Whether a receiving workflow fits what is sent to it. */

import { enumerated, inCode } from "../edges/wording.ts";
import { type Finding, quoted, right, unknown, wrong } from "./finding.ts";
import { linesToAdd } from "./lines-to-add.ts";
import { listensFor, type Receiver } from "./receiver.ts";

/** What is sent to a receiver. */
export interface ToReceiver {
  event: "repository_dispatch" | "workflow_dispatch";
  /** Of a repository_dispatch. */
  eventType: string;
  /** Name under which the id is sent; undefined: it is not. */
  key: string | undefined;
  /** `workflow_inputs`, without the id. */
  inputs: Readonly<Record<string, string>>;
  /** The run is looked for. */
  needsSign: boolean;
  /** Whether GitHub's answer names the run, so that nothing has to show the id (docs/platform.md#run-details). */
  answerNamesRun: "yes" | "maybe" | "no";
}

/** Compares a receiver with what is sent to it. */
export function examineReceiver(receiver: Receiver, sent: ToReceiver): Finding[] {
  const lines = linesToAdd({ ...sent, name: quoted(receiver.name ?? "") });
  const byTrigger = sent.event === "workflow_dispatch" ? examineInputs : examineTypes;
  return [
    ...byTrigger(receiver, sent, lines),
    ...(sent.needsSign ? examineSign(receiver, sent, lines) : []),
    ...examineScripts(receiver),
  ];
}

function examineInputs({ inputs: declared, path }: Receiver, { inputs, key }: ToReceiver, lines: string): Finding[] {
  if (!declared) return [wrong(`${path} has no \`workflow_dispatch\` trigger on that ref.`, lines)];
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
    problems.push(wrong(`${path} does not declare the input ${inCode(undeclared)}, which \`workflow_inputs\` gives.`));
  if (missing.length > 0)
    problems.push(wrong(`${path} requires the input ${enumerated(missing)}, which \`workflow_inputs\` does not give.`));
  if (notAllowed.length > 0)
    problems.push(wrong(`${path} does not allow the value given for ${notAllowed.join(", ")}.`));
  if (problems.length > 0) return problems;
  return [right(`${path} listens for workflow_dispatch and takes the inputs that are given.`)];
}

function examineTypes(receiver: Receiver, { eventType }: ToReceiver, lines: string): Finding[] {
  const { dispatchTypes, path } = receiver;
  const event = `repository_dispatch \`${eventType}\``;
  if (listensFor(receiver, eventType)) return [right(`${path} listens for ${event}.`)];
  const instead = dispatchTypes ? ` It listens for ${enumerated(dispatchTypes.map(quoted))}.` : "";
  return [wrong(`${path} does not listen for ${event} on the default branch.${instead}`, lines, "nobody listens")];
}

/** A server whose answer to a dispatch names no run (docs/platform.md#run-details). */
const OLD_SERVER = "On an Enterprise Server before 3.21, the run would not be found.";

/** Whether a run of it will show the id, and where. */
function examineSign(receiver: Receiver, sent: ToReceiver, lines: string): Finding[] {
  const { path, inputs, callsOthers } = receiver;
  const { key, event, answerNamesRun } = sent;
  if (answerNamesRun === "yes") return [right("GitHub's answer will name the run; nothing has to show the id.")];
  // Where the answer never names the run, inputs without a key are refused.
  if (key === undefined) return [unknown(`No id is sent (\`distinct_id_key\` is empty). ${OLD_SERVER}`)];
  if (event === "workflow_dispatch" && inputs && !Object.hasOwn(inputs, key))
    return [missingSign(`${path} does not declare the input \`${key}\``)];
  const place = placeOfId(receiver, event, key);
  if (place) return [right(`${path} shows the id in ${place}.`)];
  // The finding about the trigger has the same lines to add.
  if (event === "workflow_dispatch" && !inputs) return [];
  const what = `${path} shows the id nowhere`;
  if (callsOthers) return [unknown(`${what}, unless a workflow that it calls does, in a job's or step's name.`)];
  return [missingSign(what)];

  function missingSign(what: string): Finding {
    return answerNamesRun === "maybe"
      ? unknown(`${what}. ${OLD_SERVER}`, lines)
      : wrong(`${what}, so its run would not be found.`, lines);
  }
}

function examineScripts({ path, scripts }: Receiver): Finding[] {
  const outside = /\b(client_payload|inputs)\b/;
  const unsafe = scripts.filter(([, script]) => hasExpression(script, (each) => outside.test(each)));
  if (unsafe.length === 0) return [];
  const jobs = [...new Set(unsafe.map(([job]) => job))];
  return [
    unknown(
      `${path} puts what is sent into a script (job ${enumerated(jobs.map(quoted))}): who may dispatch can run any command there. Hand it over by \`env:\`.`,
    ),
  ];
}

/** Where a run shows the value that is sent under `key`; undefined: nowhere. */
function placeOfId({ runName, jobNames, stepNames, env }: Receiver, event: ToReceiver["event"], key: string) {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const where = event === "repository_dispatch" ? "client_payload" : "inputs";
  const id = new RegExp(`\\b${where}(?:\\.${escaped}(?![\\w-])|\\[\\s*'${escaped}'\\s*\\])`);
  const variables = new Set(env.filter(([, value]) => id.test(value)).map(([name]) => name));
  const hasId = (expression: string) => id.test(expression);
  const hasVariable = (expression: string) =>
    [...expression.matchAll(/\benv\.([\w-]+)/g)].some(([, name = ""]) => variables.has(name));
  if (hasExpression(runName, hasId)) return "its `run-name`";
  if (jobNames.some((name) => hasExpression(name, hasId))) return "a job's name";
  // GitHub knows `env` only where a job runs.
  const shows = (name: string) => hasExpression(name, (each) => hasId(each) || hasVariable(each));
  return stepNames.some(shows) ? "a step's name" : undefined;
}

/** Looks at each `${{ … }}`, at no character twice: a regular expression would, where many are never closed. */
function hasExpression(template: string, is: (expression: string) => boolean): boolean {
  let from = template.indexOf("${{");
  while (from !== -1) {
    const to = template.indexOf("}}", from);
    if (to === -1) return false;
    if (is(template.slice(from + 3, to))) return true;
    from = template.indexOf("${{", to);
  }
  return false;
}
