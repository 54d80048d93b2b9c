import type { Edit } from "../state/finding.ts";

interface Needs {
  event: "repository_dispatch" | "workflow_dispatch";
  eventType?: string | undefined;
  /** The name of the input or property that carries the id. */
  key?: string | undefined;
  /** The workflow's present name. */
  name?: string | undefined;
}

/** As YAML. The first line shows the id in the runs' names, the others listen for the event. */
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

/** Whether the file has a `run-name`, and whether that shows the id. */
export type RunNameState = "with id" | "without id" | undefined;

export function editFor(needs: Needs, runName: RunNameState): Edit {
  const lines = linesToAdd(needs);
  if (runName === "with id") return { lines: lines.slice(lines.indexOf("\n") + 1) };
  return { lines, ...(runName && { changes: "first" }) };
}

/** For a file that listens as it should. */
export function editOfRunName(needs: Needs, runName: RunNameState): Edit {
  const [line = ""] = linesToAdd(needs).split("\n", 1);
  return { lines: line, ...(runName && { changes: "all" }) };
}

/** YAML reads the word as text even without quotes. */
function isPlainText(word: string): boolean {
  return /^[A-Za-z][\w-]*$/.test(word) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(word);
}

/** As YAML. An Enterprise Server takes no upload-artifact after v3, so no `archive: false` (docs/platform.md#artifacts). */
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

function shellQuoted(file: string): string {
  return `'${file.replaceAll("'", "'\\''")}'`;
}

function yaml(name: string): string {
  return isPlainText(name.replaceAll(".", "-")) ? name : JSON.stringify(name);
}
