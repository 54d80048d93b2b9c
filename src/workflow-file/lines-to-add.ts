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

/**
 * The steps that leave values in an artifact of this name, as YAML. An Enterprise Server takes no upload-artifact after v3, and so no
 * `archive: false` (docs/platform.md#artifacts).
 */
export function linesToUpload(artifact: string, isEnterpriseServer: boolean): string {
  const file = isEnterpriseServer ? "outputs.json" : artifact;
  const write = `- run: echo '{"version":"1.2.3"}' > ${/^[\w.-]+$/.test(file) ? file : shellQuoted(file)}`;
  const named = [`    name: ${yaml(artifact)}`, `    path: ${file}`];
  const bare = [`    path: ${yaml(artifact)}`, "    archive: false"];
  return [
    write,
    `- uses: actions/upload-artifact@${isEnterpriseServer ? "v3-node20" : "v7"}`,
    "  with:",
    ...(isEnterpriseServer ? named : bare),
  ].join("\n");
}

/** As one word of a shell. */
function shellQuoted(file: string): string {
  return `'${file.replaceAll("'", "'\\''")}'`;
}

function yaml(name: string): string {
  return isPlainText(name.replaceAll(".", "-")) ? name : JSON.stringify(name);
}
