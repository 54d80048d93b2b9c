import type { Workflow } from "../github/responses.ts";
import { type GetResult, retryOnce, tryToGet } from "../github/retry.ts";
import type { Context } from "../state/context.ts";
import { quoted } from "../text/foreign-text.ts";
import { type Receiver, readReceiver } from "./receiver.ts";
import { parseYaml } from "./yaml.ts";

/** One at a time would take too long, and GitHub asks clients not to send many requests at once. */
const FILES_AT_ONCE = 5;

/** On the ref that is dispatched. */
export interface ListedWorkflow {
  path: string;
  isDisabled: boolean;
  look: GetResult<Receiver | InvalidYaml>;
}

/** GitHub cannot read the file, so nothing starts it. */
export interface InvalidYaml {
  isYaml: false;
  /** Where the mistake is and how to fix it, as far as known; follows "is not valid YAML". */
  hint: string;
  /** If it were valid, it would probably listen for the repository_dispatch. */
  seemsToListen: boolean;
}

export async function readFiles(workflows: readonly Workflow[], deadlineMs: number, context: Context) {
  const files: ListedWorkflow[] = [];
  for (let at = 0; at < workflows.length && !files.some(({ look }) => look.is === "refused"); at += FILES_AT_ONCE) {
    const next = workflows.slice(at, at + FILES_AT_ONCE);
    files.push(...(await Promise.all(next.map((workflow) => readFile(workflow, deadlineMs, context)))));
  }
  return files;
}

/** On the ref that is dispatched; undefined where it cannot be read, or is no workflow. */
export async function readFileAt(path: string, deadlineMs: number, context: Context): Promise<Receiver | undefined> {
  const { look } = await readFile({ path, state: "active" }, deadlineMs, context);
  return look.is === "seen" && !("isYaml" in look.answer) ? look.answer : undefined;
}

async function readFile(
  workflow: Pick<Workflow, "path" | "state">,
  deadlineMs: number,
  context: Context,
): Promise<ListedWorkflow> {
  const { github, retry, inputs } = context;
  const { source } = inputs;
  const ref = source.event === "workflow_dispatch" ? source.ref : undefined;
  const path = quoted(workflow.path);
  const result = await tryToGet(retry((options) => github.getFile(workflow.path, ref, options), retryOnce(deadlineMs)));
  return {
    path,
    isDisabled: workflow.state !== "active" && workflow.state !== "",
    look: result.is === "seen" ? lookInto(path, result.answer, source) : result,
  };
}

/** In characters. A longer one takes the YAML parser too long; the longest that people write have a tenth of that. */
export const MAX_FILE_LENGTH = 512 * 1024;

function lookInto(path: string, text: string | undefined, source: Context["inputs"]["source"]): ListedWorkflow["look"] {
  if (text === undefined || text.length > MAX_FILE_LENGTH)
    return { is: "unread", why: "is too large to be examined (more than 512 KiB)" };
  const parsed = parseYaml(text);
  if ("value" in parsed) return { is: "seen", answer: readReceiver(path, parsed.value) };
  return { is: "seen", answer: { isYaml: false, ...parsed, seemsToListen: seemsToListen(text, source) } };
}

function seemsToListen(text: string, source: Context["inputs"]["source"]): boolean {
  if (source.event !== "repository_dispatch" || !text.includes("repository_dispatch")) return false;
  return text.includes(source.eventType) || !/\btypes\b/.test(text);
}
