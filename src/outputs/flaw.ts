/** Why there are no values. */

import type { Run } from "../github/responses.ts";
import { quoted } from "../text/foreign-text.ts";
import { enumerated, inCode } from "../text/wording.ts";
import { linesToUpload } from "../workflow-file/lines-to-add.ts";

/**
 * - `missing`, `earlier`: there is no such artifact, or only one of an earlier attempt; `others` are the names of the run's
 *   artifacts, undefined where they were not read
 * - `expired`: GitHub no longer has it
 * - `large`: it has more than `MAX_BYTES`, packed or unpacked
 * - `damaged`: what was downloaded is not what was uploaded, or the archive cannot be read; `how` follows "is damaged: "
 * - `crowded`: it has no file, or several and none with the name that counts
 * - `shapeless`: its text is not a JSON object; `what` follows "is not a JSON object: "
 * - `unlisted`: GitHub shows no list of the run's artifacts (404)
 * - `unread`: the network or the server kept it from being read; `why` in a word
 */
export type Flaw =
  | { is: "missing" | "earlier"; others: readonly string[] | undefined }
  | { is: "expired" | "unlisted" }
  | { is: "large"; unpacked: boolean }
  | { is: "damaged"; how: string }
  | { is: "crowded"; files: readonly string[] }
  | { is: "shapeless"; what: string }
  | { is: "unread"; why: string };

/** The most that is read of an artifact, packed or unpacked. */
export const MAX_BYTES = 1024 * 1024;

/** How many names of artifacts or files a message lists. */
const MOST_NAMED = 30;

interface Asked {
  /** Of the artifact. */
  name: string;
  run: Pick<Run, "id" | "htmlUrl" | "runAttempt" | "status">;
  isEnterpriseServer: boolean;
}

/** Why the step fails although the run, or the jobs that decide, ended green. */
export function explainFlaw(flaw: Flaw, asked: Asked): string {
  const { name, run, isEnterpriseServer } = asked;
  const first = `${whatIs(flaw, asked)}: ${run.htmlUrl}`;
  if (flaw.is === "expired")
    return `${first}\nGitHub keeps an artifact for the \`retention-days\` of its upload, or else those of the repository: read it sooner, or have it kept longer.`;
  if (flaw.is === "unlisted")
    return `${first}\nSomebody has deleted the run since it ended, or the server has no artifacts.`;
  if (flaw.is === "unread")
    return [
      first,
      "GitHub keeps artifacts on another host (for github.com `*.blob.core.windows.net`): the runner, and its proxy, have to let it through.",
      `To read it later without starting anything again, give \`run_id: ${run.id}\` instead of the dispatch.`,
    ].join("\n");
  return [
    first,
    ...besides(flaw),
    "The artifact has to hold one file, a JSON object of at most 1 MiB. Lines to add to the receiving job:",
    linesToUpload(name, isEnterpriseServer),
  ].join("\n");
}

/** What is wrong, without the advice. */
export function whatIs(flaw: Flaw, { name, run }: Asked): string {
  const artifact = `artifact \`${quoted(name)}\` (\`outputs_from\`)`;
  switch (flaw.is) {
    case "missing":
      return `The run has left no ${artifact}`;
    case "earlier":
      return `Attempt ${run.runAttempt} of the run has left no ${artifact}; only an earlier one has`;
    case "expired":
      return `GitHub no longer has the ${artifact}: it has expired or was deleted`;
    case "large":
      return `The ${artifact} ${flaw.unpacked ? "unpacks to" : "has"} more than 1 MiB`;
    case "damaged":
      return `The ${artifact} is damaged: ${flaw.how}`;
    case "crowded":
      return flaw.files.length === 0
        ? `The ${artifact} has no file`
        : `The ${artifact} has several files, and none is called \`outputs.json\``;
    case "shapeless":
      return `The ${artifact} is not a JSON object: ${flaw.what}`;
    case "unlisted":
      return `GitHub does not show whether the run has left the ${artifact} (404)`;
    case "unread":
      return `The ${artifact} could not be read (${flaw.why})`;
  }
}

/** The names of what there is instead: names may be shown, values may not. */
function besides(flaw: Flaw): string[] {
  if (flaw.is === "crowded" && flaw.files.length > 0) return [`Its files: ${listed(flaw.files)}.`];
  if (flaw.is !== "missing" || flaw.others === undefined) return [];
  return [flaw.others.length > 0 ? `Its artifacts: ${listed(flaw.others)}.` : "It has left no artifact at all."];
}

function listed(names: readonly string[]): string {
  return enumerated(names.map(quoted), MOST_NAMED);
}

/** The names of the values, for the log. */
export function namesInWords(names: readonly string[]): string {
  const inMarks = names.map((name) => inCode([quoted(name)]));
  return enumerated(inMarks, MOST_NAMED) || "none";
}
