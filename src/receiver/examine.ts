/** Whether a receiving workflow fits what is sent to it. */

import { enumerated, type Finding, quoted, right, unknown, wrong } from "./finding.ts";
import { linesToAdd } from "./lines-to-add.ts";
import type { Receiver } from "./receiver.ts";

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
  /** Whether GitHub's answer names the run, so that nothing has to show the id. */
  answerNamesRun: "yes" | "maybe" | "no";
}

/** Compares a receiver with what is sent to it. */
export function examineReceiver(receiver: Receiver, sent: ToReceiver): Finding[] {
  const findings = sent.event === "workflow_dispatch" ? examineInputs() : examineTypes();
  return [...findings, ...examineSign(), ...examineScripts()];

  function examineInputs(): Finding[] {
    const { inputs: declared, path } = receiver;
    if (!declared) return [needsLines(`${path} has no \`workflow_dispatch\` trigger on that ref.`)];
    const given = Object.entries(sent.inputs);
    const undeclared = given.filter(([name]) => !Object.hasOwn(declared, name)).map(([name]) => `\`${name}\``);
    const missing = Object.entries(declared)
      .filter(([name, { isRequired }]) => isRequired && !Object.hasOwn(sent.inputs, name) && name !== sent.key)
      .map(([name]) => `\`${quoted(name)}\``);
    const notAllowed = given.flatMap(([name, value]) => {
      const options = Object.hasOwn(declared, name) ? declared[name]?.options : undefined;
      if (!options || options.includes(value)) return [];
      return [`\`${name}\` (one of ${enumerated(options.map(quoted))})`];
    });
    const problems = [
      undeclared.length > 0 &&
        `${path} does not declare the input ${undeclared.join(", ")}, which \`workflow_inputs\` gives.`,
      missing.length > 0 &&
        `${path} requires the input ${enumerated(missing)}, which \`workflow_inputs\` does not give.`,
      notAllowed.length > 0 && `${path} does not allow the value given for ${notAllowed.join(", ")}.`,
    ].filter((problem) => problem !== false);
    if (problems.length > 0) return problems.map((problem) => wrong(problem));
    return [right(`${path} listens for workflow_dispatch and takes the inputs that are given.`)];
  }

  function examineTypes(): Finding[] {
    const { dispatchTypes, path } = receiver;
    if (dispatchTypes && (dispatchTypes.length === 0 || dispatchTypes.includes(sent.eventType)))
      return [right(`${path} listens for repository_dispatch \`${sent.eventType}\`.`)];
    const instead = dispatchTypes ? ` It listens for ${enumerated(dispatchTypes.map(quoted))}.` : "";
    return [
      needsLines(
        `${path} does not listen for repository_dispatch \`${sent.eventType}\` on the default branch.${instead}`,
      ),
    ];
  }

  /** Where a run of it will show the id. */
  function examineSign(): Finding[] {
    const { path, inputs, callsOthers } = receiver;
    const { key, event, needsSign, answerNamesRun } = sent;
    if (!needsSign) return [];
    if (answerNamesRun === "yes") return [right("GitHub's answer will name the run; nothing has to show the id.")];
    // Where GitHub's answer never names the run, the inputs must have a key.
    if (key === undefined) return [unknown(`No id is sent (\`distinct_id_key\` is empty). ${OLD_SERVER}`)];
    const isDeclared = event === "repository_dispatch" || !inputs || Object.hasOwn(inputs, key);
    const place = isDeclared ? placeOfId(receiver, sent, key) : undefined;
    if (place) return [right(`${path} shows the id in ${place}.`)];
    // The trigger's own finding brings the same lines.
    if (inputs === undefined && event === "workflow_dispatch") return [];
    const what = isDeclared ? "shows the id nowhere" : `does not declare the input \`${key}\``;
    if (callsOthers && isDeclared)
      return [unknown(`${path} ${what}, unless a workflow that it calls does, in a job's or step's name.`)];
    if (answerNamesRun === "maybe") return [unknown(`${path} ${what}. ${OLD_SERVER}`, lines())];
    return [needsLines(`${path} ${what}, so its run would not be found.`)];
  }

  function examineScripts(): Finding[] {
    const outside = /\b(client_payload|inputs)\b/;
    const unsafe = receiver.scripts.filter(([, script]) => hasExpression(script, (each) => outside.test(each)));
    const jobs = new Set(unsafe.map(([job]) => job));
    if (jobs.size === 0) return [];
    return [
      unknown(
        `${receiver.path} puts what is sent into a script (job ${enumerated([...jobs].map(quoted))}): who may dispatch can run any command there. Hand it over by \`env:\`.`,
      ),
    ];
  }

  function needsLines(problem: string): Finding {
    return wrong(problem, lines());
  }

  function lines(): string {
    const { event, eventType, key = "distinct_id" } = sent;
    const name = receiver.name && quoted(receiver.name);
    return linesToAdd({ event, eventType, key, ...(name && { name }) });
  }
}

/** Its answer names no run. */
const OLD_SERVER = "On an Enterprise Server before 3.21, the run would not be found.";

/** Where a run shows the value that is sent under `key`; undefined: nowhere. */
function placeOfId({ runName, jobNames, stepNames, env }: Receiver, { event }: ToReceiver, key: string) {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const where = event === "repository_dispatch" ? "client_payload" : "inputs";
  const id = new RegExp(`\\b${where}(?:\\.${escaped}(?![\\w-])|\\[\\s*'${escaped}'\\s*\\])`);
  const variables = new Set(env.filter(([, value]) => id.test(value)).map(([name]) => name));
  const hasId = (expression: string) => id.test(expression);
  const hasVariable = (expression: string) =>
    [...expression.matchAll(/\benv\.([\w-]+)/g)].some(([, name = ""]) => variables.has(name));
  if (hasExpression(runName, hasId)) return "its `run-name`";
  if (jobNames.some((name) => hasExpression(name, hasId))) return "a job's name";
  // Only where a job runs is there an `env` to speak of.
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
