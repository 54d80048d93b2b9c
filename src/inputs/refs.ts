/** The input `ref`: one branch or tag, or several of which the first that exists is used. */

import type { Reader } from "./reader.ts";
import { isCommitSha } from "./target.ts";

/** What the input `ref` may mean, as the API names refs: `heads/main` or `tags/v1`. */
export function refNames(ref: string): string[] {
  const name = ref.replace(/^refs\//, "");
  return /^(heads|tags)\//.test(name) ? [name] : [`heads/${name}`, `tags/${name}`];
}

const MAX_REFS = 20;

/** One a line, or a JSON list. An empty one is passed over: `github.head_ref` is empty outside pull requests. */
export function readRefs({ text, problems }: Reader): string[] {
  const given = text("ref");
  const parsed = /^\[.*\]$/s.test(given) ? parseList(given) : undefined;
  const refs = (parsed ?? given.split("\n")).map((each) => each.trim()).filter((each) => each !== "");
  if (refs.some((ref) => /[\p{Cc}\u2028\u2029]/u.test(ref)))
    problems.push("`ref` has a control character: use one branch or tag on each line.");
  if (refs.length > MAX_REFS) problems.push(`\`ref\` has ${refs.length} refs; at most ${MAX_REFS} are tried.`);
  return [...new Set(refs)];
}

/** Undefined where it is no list of texts: then it may be a ref of that name. */
function parseList(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((each) => typeof each === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

/** Of a `workflow_dispatch`. */
export function problemsOfRefs(refs: readonly string[]): string[] {
  if (!refs.some((ref) => isCommitSha(ref) || ref.startsWith("refs/pull/"))) return [];
  return [
    "`ref` is a commit or a pull request; a `workflow_dispatch` takes a branch or a tag only (for a pull request: " +
      "`${{ github.head_ref }}`).",
  ];
}

/** For an event, the ref travels in the payload as well. */
export function problemsOfTwoRefs(inPayload: unknown, ref: string | undefined, others: readonly string[]): string[] {
  if (ref === undefined || inPayload === undefined || (inPayload === ref && others.length === 0)) return [];
  return ["`client_payload` has a `ref` that differs from the input `ref`: set it in one place."];
}
