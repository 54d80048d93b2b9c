/** The advice for a dispatch that GitHub has understood and does not take (422): by its own words (docs/platform.md#dispatch-answers). */

import type { Fault } from "../github/fault.ts";
import { linesToAdd } from "../receiver/lines-to-add.ts";
import { redact } from "./redact.ts";
import type { Advice, Situation } from "./situation.ts";

/** The advice for a 422. */
export function explainUnprocessable(fault: Fault, situation: Situation): Advice {
  const { repository, workflow, ref, key, event, eventType } = situation;
  const said = fault.answer;
  const file = `\`${workflow}\` of ${repository}`;
  const unexpected = unexpectedInputs(fault);
  if (unexpected.length > 0) return undeclared(unexpected);
  const missing = said.match(/Required input '([^']+)' not provided/)?.[1];
  if (missing) {
    return {
      lines: [
        `${file} requires the input \`${missing}\`, which was not given, so GitHub started nothing (422).`,
        `Add \`${missing}\` to \`workflow_inputs\`.`,
      ],
    };
  }
  const notAllowed = said.match(/for input '([^']+)' not in the list of allowed values/)?.[1];
  if (notAllowed) {
    return {
      lines: [
        `${file} does not allow the value given for its input \`${notAllowed}\` (422); nothing was started.`,
        `Give \`${notAllowed}\` in \`workflow_inputs\` one of the \`options\` that the workflow lists.`,
      ],
    };
  }
  if (said.includes("No ref found")) {
    return {
      lines: [
        `${repository} has no branch or tag \`${ref}\` (422); nothing was started.`,
        "Correct the input `ref`: a branch or a tag of the target, not a commit.",
      ],
    };
  }
  if (said.includes("does not have 'workflow_dispatch' trigger")) {
    return {
      lines: [
        `${file} has no \`workflow_dispatch\` trigger on the ref \`${ref}\` (422); nothing was started.`,
        "Add it on that ref, and on the default branch:",
      ],
      add: linesToAdd({ event: "workflow_dispatch", key: key ?? "distinct_id" }),
    };
  }
  if (said.includes("disabled workflow")) {
    return {
      lines: [
        `${file} is disabled (422); nothing was started.`,
        "Enable it on the target's Actions page, or by `gh workflow enable`.",
      ],
    };
  }
  const most = said.match(/No more than (\d+) properties are allowed/)?.[1];
  if (most) {
    const ours = key === undefined ? "" : `, \`${key}\` among them`;
    return {
      lines: [
        `This server takes at most ${most} inputs${ours}, so GitHub started nothing (422).`,
        "Give fewer `workflow_inputs`: put some of them into one, as JSON.",
      ],
    };
  }
  const what = event === "repository_dispatch" ? `the event \`${eventType}\`` : file;
  return {
    lines: [
      `GitHub did not accept the dispatch of ${what} (422 ${redact(said, situation)}); nothing was started.`,
      "Check the inputs `workflow`, `ref`, and what is sent, against GitHub's words.",
    ],
  };

  function undeclared(names: string[]): Advice {
    const isOurs = key !== undefined && names.includes(key);
    const others = names.filter((name) => name !== key);
    if (isOurs && others.length === 0) {
      return {
        lines: [
          `${file} does not declare the input \`${key}\`, by which its run would be found, so GitHub started nothing (422).`,
          "Add these lines to the receiving workflow:",
        ],
        add: linesToAdd({ event, key }),
      };
    }
    const inputs = `input${names.length > 1 ? "s" : ""} ${names.map((name) => `\`${name}\``).join(", ")}`;
    const declare = "or declare them under `on.workflow_dispatch.inputs` on the default branch and on the ref";
    const first = `${file} does not declare the ${inputs}, so GitHub started nothing (422).`;
    if (!isOurs) return { lines: [first, `Correct \`workflow_inputs\`, ${declare}.`] };
    return {
      lines: [first, `Correct \`workflow_inputs\`, ${declare}; \`${key}\`, by which the run is found, by these lines:`],
      add: linesToAdd({ event, key }),
    };
  }
}

/** The inputs that GitHub says the workflow does not declare; empty when the fault is another one. */
export function unexpectedInputs(fault: Fault): string[] {
  if (fault.status !== 422) return [];
  const list = fault.answer.match(/Unexpected inputs provided: \[([^\]]*)\]/)?.[1] ?? "";
  return [...list.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, name = ""]) => name);
}
