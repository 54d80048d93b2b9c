import { type Finding, right, unknown, wrong } from "../state/finding.ts";
import { matchesParts } from "../text/pattern.ts";
import { type Fields, fields, scalar } from "./fields.ts";
import { textsAround } from "./template.ts";

export interface Uploads {
  /** Unevaluated: they may have expressions. */
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
    names: actions.flatMap(({ uses, given }) => (UPLOADING.test(uses) ? [nameOf(uses, given)] : [])),
    callsOthers:
      jobs.some(({ uses }) => uses !== undefined) ||
      actions.some(({ uses }) => !OF_GITHUB.test(uses) && !UPLOADING.test(uses)),
  };
}

/** Without an archive, the artifact is named after its file (docs/platform.md#artifacts). */
function nameOf(uses: string, { name, path, archive }: Fields): string {
  if (String(archive) === "false")
    return scalar(path)
      .trim()
      .replace(/^.*[\\/]/s, "");
  return scalar(name) || (uses.includes("/merge") ? "merged-artifacts" : "artifact");
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
