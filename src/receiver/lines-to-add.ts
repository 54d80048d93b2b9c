/** The lines that a receiving workflow must have. */

/** What is sent to the workflow; its name as it is, if it has one. */
interface Needs {
  event: "repository_dispatch" | "workflow_dispatch";
  /** For a repository_dispatch. */
  eventType?: string | undefined;
  /** Name under which the id is sent. */
  key?: string | undefined;
  name?: string | undefined;
}

/** The lines by which a workflow listens for the event and shows the id in its runs' names, as YAML. */
export function linesToAdd({ event, eventType = "", key = "distinct_id", name = "" }: Needs): string {
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
