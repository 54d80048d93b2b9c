/** The lines that a receiving workflow must have. */

/** What is sent to the workflow, and its present name, if it has one. */
interface Needs {
  event: "repository_dispatch" | "workflow_dispatch";
  /** For a repository_dispatch. */
  eventType?: string | undefined;
  /** Name under which the id is sent. */
  key?: string | undefined;
  name?: string | undefined;
}

/** The lines by which a workflow shows the id in its runs' names (the first) and listens for the event, as YAML. */
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

/** Says whether YAML reads the word as text even without quotes. */
export function isPlainText(word: string): boolean {
  return /^[A-Za-z][\w-]*$/.test(word) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(word);
}
