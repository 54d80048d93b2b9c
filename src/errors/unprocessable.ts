/** Advice for a dispatch that GitHub does not accept (422), by GitHub's words (docs/platform.md#dispatch-answers). */

import { type RequestError, unexpectedInputs } from "../github/request-error.ts";
import { MAX_INPUTS } from "../inputs/dispatch-request.ts";
import { type Edit, headingOf } from "../state/finding.ts";
import { quoted } from "../text/foreign-text.ts";
import { enumerated, inCode } from "../text/wording.ts";
import { describeFull } from "../workflow-file/examine.ts";
import { editFor } from "../workflow-file/lines-to-add.ts";
import { type Advice, type AdviceRows, lookUp, redact } from "./advice.ts";
import type { Situation } from "./situation.ts";

interface Named extends Situation {
  file: string;
}

interface Refused extends Named {
  /** GitHub's words. */
  answer: string;
}

/** Of a `repository_dispatch`. */
const OF_EVENT: AdviceRows<Refused> = [
  [
    /No more than (\d+) properties are allowed/,
    ({ key }, most) =>
      `This server takes at most ${most} properties in \`client_payload\`${key === undefined ? "" : `, \`${key}\` among them`}, so GitHub started nothing (422).`,
    "Combine some of them into one object.",
  ],
  [
    /Only (\d+) characters are allowed/,
    (_, most) => `This server takes at most ${most} characters in \`event_type\` (422); nothing was started.`,
    "Give a shorter `event_type`, also in the receiver's `types`.",
  ],
];

const OF_BOTH: AdviceRows<Refused> = [
  [
    /\b(is|are) too large/,
    ({ event }) =>
      `\`${event === "repository_dispatch" ? "client_payload" : "workflow_inputs"}\` is too large for this server (422); nothing was started.`,
    "Send less: where the values are, such as an artifact or a commit, in place of large values.",
  ],
];

const OF_WORKFLOW: AdviceRows<Refused> = [
  [
    /failed to parse workflow/,
    ({ file, ref, answer }) => `GitHub cannot read ${file} on the ref \`${ref}\` (422 ${answer}); nothing was started.`,
    "Fix the file on that ref: until then, GitHub does not start it.",
  ],
  [
    /Required input '([^']+)' not provided/,
    ({ file }, input) =>
      `${file} requires the input \`${input}\`, which was not given, so GitHub started nothing (422).`,
    ({ declared }, input = "") => `Add \`${input}\` to \`workflow_inputs\`.${allowedInWords(declared, input)}`,
  ],
  [
    /value '' for input '([^']+)' not in the list of allowed values/,
    ({ file }, input) =>
      `${file} does not allow an empty value for its input \`${input}\` (422), but the value is empty; nothing was started.`,
    ({ declared }, input = "") =>
      `Leave \`${input}\` out of \`workflow_inputs\`, so that its default applies, or check why its expression is empty.${allowedInWords(declared, input)}`,
  ],
  [
    /for input '([^']+)' not in the list of allowed values/,
    ({ file }, input) =>
      `${file} does not allow the value given for its input \`${input}\` (422); nothing was started.`,
    ({ declared }, input = "") =>
      `Give \`${input}\` in \`workflow_inputs\` one of the \`options\` that the workflow lists.${allowedInWords(declared, input)}`,
  ],
  [
    /No ref found/,
    ({ repository, ref }) => `${repository} has no branch or tag \`${ref}\` (422); nothing was started.`,
    "Correct the input `ref`: a branch or a tag of the target, not a commit.",
  ],
  [
    /does not have 'workflow_dispatch' trigger/,
    (refused) => withoutTrigger(refused)[0],
    (refused) => withoutTrigger(refused)[1],
    (refused) => withoutTrigger(refused)[2],
  ],
  [
    /Actions (has|have|is|are) (been )?disabled/i,
    ({ repository }) => `Actions are disabled in ${repository} (422); nothing was started.`,
    "Enable them in the target's settings (Actions → General), if its organisation allows it.",
  ],
  [
    /disabled workflow/,
    ({ file }) => `${file} is disabled (422); nothing was started.`,
    "Enable it on the target's Actions page, or with `gh workflow enable`.",
  ],
  [
    /No more than (\d+) properties are allowed/,
    ({ key }, most) =>
      `This server takes at most ${most} inputs${key === undefined ? "" : `, \`${key}\` among them`}, so GitHub started nothing (422).`,
    "Send fewer `workflow_inputs`: combine some of them into one JSON value.",
  ],
];

/** True where the workflow file would make the advice clearer. */
export function isAboutWorkflowFile({ status, answer }: RequestError): boolean {
  return (
    status === 422 &&
    /Unexpected inputs|Required input|for input '|does not have 'workflow_dispatch' trigger/.test(answer)
  );
}

export function explainUnprocessable(requestError: RequestError, situation: Situation): Advice {
  const { repository, workflow, event, eventType } = situation;
  const file = `\`${workflow}\` of ${repository}`;
  const unexpected = unexpectedInputs(requestError);
  if (unexpected.length > 0) return undeclared(unexpected, { ...situation, file });
  const answer = redact(requestError, situation);
  const isEvent = event === "repository_dispatch";
  const [what, inputs, rows] = isEvent
    ? ([`the event \`${eventType}\``, "`event_type` and `client_payload`", OF_EVENT] as const)
    : ([file, "`workflow`, `ref` and the values sent", OF_WORKFLOW] as const);
  return (
    lookUp([...rows, ...OF_BOTH], requestError.answer, { ...situation, file, answer }) ?? [
      `GitHub rejected the dispatch of ${what} (422 ${answer}); nothing was started.`,
      `Check ${inputs} against GitHub's message.`,
    ]
  );
}

function allowedInWords(declared: Situation["declared"], input: string): string {
  const options = declared && Object.hasOwn(declared, input) ? declared[input]?.options : undefined;
  return options ? ` It takes ${listed(options)}.` : "";
}

function declaredInWords(declared: Situation["declared"]): string {
  if (!declared) return "";
  const names = Object.entries(declared).map(([name, { options }]) => {
    const allowed = options ? ` (${listed(options)})` : "";
    return `\`${quoted(name)}\`${allowed}`;
  });
  return ` It declares ${enumerated(names, MAX_INPUTS) || "none"}.`;
}

function listed(options: readonly string[]): string {
  return enumerated(
    options.map((option) => inCode([quoted(option)])),
    MAX_OPTIONS,
  );
}

const MAX_OPTIONS = 30;

function withoutTrigger(refused: Named): Advice {
  const { file, ref, mistake, isMissing } = refused;
  if (isMissing) {
    return [
      `${file} is not on \`${ref}\` (422); nothing was started.`,
      `GitHub reads the file on the ref that is dispatched: bring it to \`${ref}\`, or correct the input \`ref\`.`,
    ];
  }
  if (mistake !== undefined) {
    return [
      `GitHub sees no \`workflow_dispatch\` trigger in ${file} on the ref \`${ref}\` (422), because the file ${mistake}; nothing was started.`,
      "Fix the file: until then, GitHub does not start it, whatever its `on:` says.",
    ];
  }
  const edit = editOf(refused);
  return [
    `${file} has no \`workflow_dispatch\` trigger on the ref \`${ref}\` (422); nothing was started.`,
    `${headingOf(edit, "Add it on that ref, and on the default branch")}:`,
    edit.lines,
  ];
}

function editOf({ key, name, runName }: Situation): Edit {
  return editFor({ event: "workflow_dispatch", key, name }, runName);
}

function undeclared(names: readonly string[], refused: Named): Advice {
  const { file, key, declared } = refused;
  const isOurs = key !== undefined && names.includes(key);
  const edit = editOf(refused);
  if (isOurs && names.every((name) => name === key)) {
    if (Object.keys(declared ?? {}).length >= MAX_INPUTS) {
      const { what, remedy } = describeFull(key);
      return [`${file} ${what}, so GitHub started nothing (422).`, `${remedy} with \`wait_for: nothing\`.`];
    }
    return [
      `${file} does not declare the input \`${key}\`, which identifies its run, so GitHub started nothing (422).`,
      `${headingOf(edit, "Add these lines to the receiving workflow")}:`,
      edit.lines,
    ];
  }
  const what = `${file} does not declare the input${names.length > 1 ? "s" : ""} ${listed(names)}, so GitHub started nothing (422).${declaredInWords(declared)}`;
  const remedy =
    "Correct `workflow_inputs`, or declare them under `on.workflow_dispatch.inputs` on the default branch and on the ref";
  if (!isOurs) return [what, `${remedy}.`];
  const lines = headingOf(edit, `\`${key}\`, which identifies the run, with these lines`);
  return [what, `${remedy}${edit.changes ? "." : ";"} ${lines}:`, edit.lines];
}
