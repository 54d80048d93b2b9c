/** What the receiving workflow needs so that its runs show the id: the lines to add, as they are. */

/** The receiver's side of a plan. */
export interface ReceiverNeeds {
  event: "repository_dispatch" | "workflow_dispatch";
  /** For a repository_dispatch. */
  eventType?: string;
  /** Name under which the id is sent. */
  key: string;
}

/** The lines that a receiving workflow must have, as YAML. */
export function linesToAdd({ event, eventType = "", key }: ReceiverNeeds): string {
  if (event === "workflow_dispatch") {
    return [
      `run-name: My workflow [\${{ inputs.${key} }}]`,
      "on:",
      "  workflow_dispatch:",
      "    inputs:",
      `      ${key}:`,
      "        description: Set by the caller, who finds this run by it",
      "        required: false",
    ].join("\n");
  }
  return [
    `run-name: My workflow [\${{ github.event.client_payload.${key} }}]`,
    "on:",
    "  repository_dispatch:",
    `    types: [${isPlainText(eventType) ? eventType : JSON.stringify(eventType)}]`,
  ].join("\n");
}

/** Says whether YAML reads it as text without quotes. */
function isPlainText(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
}
