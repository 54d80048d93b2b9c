import { type Finding, right, unknown, wrong } from "../state/finding.ts";
import { matchesParts } from "../text/pattern.ts";
import { type Fields, fields, scalar } from "./fields.ts";
import { textsAround } from "./template.ts";

export interface Uploads {
  /** Unevaluated: they may have expressions, and a `*` for any text. */
  names: readonly string[];
  /** The jobs call workflows or actions, other than GitHub's own, which may upload as well. */
  callsOthers: boolean;
}

/** GitHub's own, and copies of them on servers without access to GitHub. */
const UPLOADING = /\/upload-artifact(\/merge)?(@|$)/;
/** GitHub's other actions upload nothing. */
const OF_GITHUB = /^(actions|github)\//;

/** A job's `uses` is a workflow that it calls. `steps` are those that may run. */
export function readUploads(jobs: readonly Fields[], steps: readonly Fields[]): Uploads {
  const actions = steps.flatMap(({ uses, with: given }) =>
    typeof uses === "string" ? [{ uses, given: fields(given) }] : [],
  );
  return {
    names: actions.flatMap(({ uses, given }) => (UPLOADING.test(uses) ? namesOf(uses, given) : [])),
    callsOthers:
      jobs.some(({ uses }) => uses !== undefined) ||
      actions.some(({ uses }) => !OF_GITHUB.test(uses) && !UPLOADING.test(uses)),
  };
}

/** They do not know `archive`, and ignore it. A commit's version is not known, and taken for a newer one. */
const BEFORE_ARCHIVE = /@v[1-6](?!\d)/;

/** As patterns: `*` stands for what is only known when it runs. */
function namesOf(uses: string, { name, path, archive }: Fields): string[] {
  const isArchived = BEFORE_ARCHIVE.test(uses) ? "" : scalar(archive).trim().toLowerCase();
  if (isArchived.includes("${{")) return ["*"];
  if (isArchived === "false") return bareNames(scalar(path));
  return [scalar(name).trim() || (uses.includes("/merge") ? "merged-artifacts" : "artifact")];
}

/** Without an archive, the artifact is named after its file (docs/platform.md#artifacts), which is found as in any upload. */
function bareNames(path: string): string[] {
  const lines = path.split("\n").map((line) => line.trim());
  const [line = "", ...others] = lines.filter((each) => each !== "" && !each.startsWith("#"));
  // Patterns of several lines may leave one file, and so may what an expression becomes.
  const behind = textsAround(line).at(-1) ?? "";
  const file = behind.replace(/^.*[\\/]/s, "");
  if (others.length > 0 || (behind !== line && file === behind)) return [`*${file}`];
  // Without an extension it may be a folder, of which the only file is taken.
  return /[^.]\.[^.]/.test(file) ? [file] : [file, "*"];
}

export function examineUploads(
  { path, artifacts }: { path: string; artifacts: Uploads },
  { name: artifact, lines }: { name: string; lines: string },
): Finding {
  const { names, callsOthers } = artifacts;
  if (names.includes(artifact)) return right(`${path} uploads the artifact \`${artifact}\`.`);
  if (names.some((name) => mayBecome(name, artifact)))
    return unknown(`${path} uploads an artifact whose name may become \`${artifact}\` when it runs.`);
  const none = `${path} uploads no artifact \`${artifact}\``;
  if (callsOthers) return unknown(`${none} itself; whether a called workflow or action does is not checked.`);
  return wrong(`${none}, so \`outputs\` would be missing (\`outputs_from\`).`, { lines });
}

function mayBecome(name: string, wanted: string): boolean {
  return matchesParts(
    wanted,
    textsAround(name).flatMap((text) => text.split("*")),
  );
}
