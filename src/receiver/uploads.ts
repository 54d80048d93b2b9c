/** The artifacts that a receiving workflow uploads: what its file says of them, and the lines that upload one. */

import { fitsParts } from "../edges/pattern.ts";
import { type Fields, fields, scalar } from "./fields.ts";
import { type Finding, right, unknown, wrong } from "./finding.ts";

/** A step that uploads an artifact. */
export interface Upload {
  /** As the file has it: it may hold expressions. */
  name: string;
}

/** The uploads of a workflow file's jobs, and whether anything else that they call may upload. */
export interface Uploads {
  uploads: readonly Upload[];
  /** It calls workflows or actions, other than GitHub's own, whose files tell more. */
  callsOthers: boolean;
}

/** What an action is called that uploads: GitHub's own, and copies of it that servers without a way to GitHub have. */
const UPLOADING = /\/upload-artifact(\/merge)?(@|$)/;
/** GitHub's other actions upload nothing. */
const OF_GITHUB = /^(actions|github)\//;

/** Reads the `steps` of the `jobs`; `uses` of a job is a workflow that it calls. */
export function readUploads(jobs: readonly Fields[], steps: readonly Fields[]): Uploads {
  const actions = steps.flatMap(({ uses, with: given }) =>
    typeof uses === "string" ? [{ uses, given: fields(given) }] : [],
  );
  return {
    uploads: actions.flatMap(({ uses, given }) => (UPLOADING.test(uses) ? [{ name: nameOf(uses, given) }] : [])),
    callsOthers:
      jobs.some(({ uses }) => uses !== undefined) ||
      actions.some(({ uses }) => !OF_GITHUB.test(uses) && !UPLOADING.test(uses)),
  };
}

/** Without an archive, the artifact is called like its file (docs/platform.md#artifacts). */
function nameOf(uses: string, { name, path, archive }: Fields): string {
  if (String(archive) === "false")
    return scalar(path)
      .trim()
      .replace(/^.*[\\/]/s, "");
  return scalar(name) || (uses.includes("/merge") ? "merged-artifacts" : "artifact");
}

/** Whether the workflow uploads the artifact that `outputs_from` names, as far as its file tells. */
export function examineUploads(
  { path, artifacts }: { path: string; artifacts: Uploads },
  { name: artifact, lines }: { name: string; lines: string },
): Finding {
  const { uploads, callsOthers } = artifacts;
  if (uploads.some(({ name }) => name === artifact)) return right(`${path} uploads the artifact \`${artifact}\`.`);
  if (uploads.some(({ name }) => mayBecome(name, artifact)))
    return unknown(`${path} uploads an artifact whose name may become \`${artifact}\` when it runs.`);
  const none = `${path} uploads no artifact \`${artifact}\``;
  if (callsOthers)
    return unknown(`${none} itself; whether a workflow or an action that it calls does is not seen here.`);
  return wrong(`${none}, so that \`outputs\` would be missing (\`outputs_from\`).`, lines);
}

/** Whether the expressions or patterns in the name may stand for the rest of the wanted one. */
function mayBecome(name: string, wanted: string): boolean {
  return fitsParts(wanted, name.split(/\$\{\{.*?\}\}|\*/s));
}

/** The steps that leave values under this name, as YAML. An Enterprise Server has no `archive: false`. */
export function linesToUpload(artifact: string, isEnterpriseServer: boolean): string {
  const file = isEnterpriseServer ? "outputs.json" : artifact;
  const write = `- run: echo '{"version":"1.2.3"}' > ${/^[\w.-]+$/.test(file) ? file : quoted(file)}`;
  const named = [`    name: ${yaml(artifact)}`, `    path: ${file}`];
  const bare = [`    path: ${yaml(artifact)}`, "    archive: false"];
  return [
    write,
    `- uses: actions/upload-artifact@${isEnterpriseServer ? "v4" : "v7"}`,
    "  with:",
    ...(isEnterpriseServer ? named : bare),
  ].join("\n");
}

/** As one word of a shell. */
function quoted(file: string): string {
  return `'${file.replaceAll("'", "'\\''")}'`;
}

function yaml(name: string): string {
  return /^[A-Za-z][\w.-]*$/.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(name)
    ? name
    : JSON.stringify(name);
}
