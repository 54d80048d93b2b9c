/** The lines that a receiving workflow must have. */

/** The receiver's side of a plan. */
export interface ReceiverNeeds {
  event: "repository_dispatch" | "workflow_dispatch";
  /** For a repository_dispatch. */
  eventType?: string;
  /** Name under which the id is sent. */
  key: string;
  /** The workflow's name as it is. */
  name?: string;
}

/** The lines that a receiving workflow must have, as YAML. */
export function linesToAdd({ event, eventType = "", key, name = "My workflow" }: ReceiverNeeds): string {
  const title = isPlainText(name.replaceAll(" ", "-")) ? name : "My workflow";
  if (event === "workflow_dispatch") {
    return [
      `run-name: ${title} [\${{ inputs.${key} }}]`,
      "on:",
      "  workflow_dispatch:",
      "    inputs:",
      `      ${key}:`,
      "        description: Set by the caller, who finds this run by it",
      "        required: false",
    ].join("\n");
  }
  return [
    `run-name: ${title} [\${{ github.event.client_payload.${key} }}]`,
    "on:",
    "  repository_dispatch:",
    `    types: [${isPlainText(eventType) ? eventType : JSON.stringify(eventType)}]`,
  ].join("\n");
}

/** Says whether YAML reads it as text without quotes. */
function isPlainText(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
}
