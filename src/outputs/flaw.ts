import type { Run } from "../github/responses.ts";
import { quoted } from "../text/foreign-text.ts";
import { didYouMean, nearest } from "../text/near.ts";
import { enumerated, inCode } from "../text/wording.ts";
import { linesToUpload } from "../workflow-file/lines-to-add.ts";

export type OutputsProblem =
  /** `others`: names of the run's artifacts; undefined where they were not read. */
  | { is: "missing" | "earlier"; others: readonly string[] | undefined }
  /** `unlisted`: GitHub shows no list of the run's artifacts (404). */
  | { is: "expired" | "unlisted" }
  | { is: "large"; unpacked: boolean }
  /** Not what was uploaded, or no readable archive. */
  | { is: "damaged"; how: string }
  /** A sound archive, packed in a way that is not read here. */
  | { is: "packed"; how: string }
  /** No file, or several and none with the name that counts. */
  | { is: "crowded"; files: readonly string[] }
  | { is: "shapeless"; what: string }
  /** The network or the server kept it from being read. */
  | { is: "unread"; why: string };

/** Of an artifact, packed or unpacked. */
export const MAX_BYTES = 1024 * 1024;

const MAX_NAMES = 30;

interface About {
  name: string;
  run: Pick<Run, "id" | "htmlUrl" | "runAttempt">;
  isEnterpriseServer: boolean;
}

export function explainFlaw(flaw: OutputsProblem, about: About): string {
  const { name, run, isEnterpriseServer } = about;
  const first = `${describeFlaw(flaw, about)}: ${run.htmlUrl}`;
  if (flaw.is === "expired")
    return `${first}\nGitHub keeps an artifact for the \`retention-days\` of its upload, or else of the repository: read it sooner, or keep it longer.`;
  if (flaw.is === "unlisted") return `${first}\nThe run was deleted after it ended, or the server has no artifacts.`;
  if (flaw.is === "unread")
    return [
      first,
      "GitHub keeps artifacts on another host (for github.com `*.blob.core.windows.net`): the runner and its proxy must allow it.",
      `To read it later without another run, set \`run_id: ${run.id}\` instead of dispatching.`,
    ].join("\n");
  return [
    first,
    ...namesInstead(flaw, name),
    "The artifact must contain one file, a JSON object of at most 1 MiB. Lines to add to the receiving job:",
    linesToUpload(name, isEnterpriseServer),
  ].join("\n");
}

export function describeFlaw(flaw: OutputsProblem, { name, run }: About): string {
  const artifact = `artifact \`${quoted(name)}\` (\`outputs_from\`)`;
  switch (flaw.is) {
    case "missing":
      return `The run has no ${artifact}`;
    case "earlier":
      return `Attempt ${run.runAttempt} of the run has no ${artifact}; only an earlier one has`;
    case "expired":
      return `GitHub no longer has the ${artifact}: it has expired or was deleted`;
    case "large":
      return `The ${artifact} ${flaw.unpacked ? "unpacks to" : "has"} more than 1 MiB`;
    case "damaged":
      return `The ${artifact} is damaged: ${flaw.how}`;
    case "packed":
      return `The ${artifact} cannot be unpacked: ${flaw.how}`;
    case "crowded":
      return flaw.files.length === 0
        ? `The ${artifact} has no file`
        : `The ${artifact} has several files, and none is called \`outputs.json\``;
    case "shapeless":
      return `The ${artifact} is not a JSON object: ${flaw.what}`;
    case "unlisted":
      return `GitHub does not show whether the run has the ${artifact} (404)`;
    case "unread":
      return `The ${artifact} could not be read (${flaw.why})`;
  }
}

/** Names may be shown, values may not. */
function namesInstead(flaw: OutputsProblem, name: string): string[] {
  if (flaw.is === "crowded" && flaw.files.length > 0) return [`Its files: ${listed(flaw.files)}.`];
  if (flaw.is !== "missing" || flaw.others === undefined) return [];
  if (flaw.others.length === 0) return ["It has no artifacts."];
  return [`Its artifacts: ${listed(flaw.others)}.${didYouMean(nearest(name, flaw.others.map(quoted)))}`];
}

function listed(names: readonly string[]): string {
  return enumerated(names.map(quoted), MAX_NAMES);
}

export function namesInWords(names: readonly string[]): string {
  const quotedNames = names.map((name) => inCode([quoted(name)]));
  return enumerated(quotedNames, MAX_NAMES) || "none";
}
