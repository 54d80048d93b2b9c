import type { Target } from "../github/connection.ts";
import { mayBeToken } from "./credentials.ts";
import type { DistinctId } from "./dispatch-request.ts";
import { DEFAULTS } from "./names.ts";
import type { Reader } from "./reader.ts";
import { type Caller, isCommitSha, withoutTrailingSlash } from "./target.ts";

/** `token` is for the caller's repository (`target`), and is sent to the caller's server only. */
export interface CommitStatusInputs {
  context: string;
  token: string;
  target: Target;
  /** Empty where it has to be read: the head of `pullRequest`. */
  sha: string;
  pullRequest?: number | undefined;
}

export function problemsOfStatusToken(token: string): string[] {
  if (mayBeToken(token)) return [];
  return ["`status_token` is empty or has a character that no token has: use one for the caller's repository."];
}

export function readCommitStatus(reader: Reader, caller: Caller, waitFor: string): CommitStatusInputs | undefined {
  const { line, text, problems } = reader;
  const context = line("status_context");
  const given = line("status_sha");
  if (context === "") {
    if (given !== "") problems.push("`status_sha` requires `status_context`: set both or neither.");
    return undefined;
  }
  if (waitFor === "nothing")
    problems.push("`status_context` shows what becomes of the run, which `wait_for: nothing` never knows.");
  if (waitFor === "found") problems.push(...problemsOfLeaving(reader, caller));
  const token = text("status_token");
  problems.push(...problemsOfStatusToken(token));
  if (given !== "" && !isCommitSha(given)) problems.push("`status_sha` is not a commit's full SHA (40 hex digits).");
  const { commit = { sha: "" } } = caller;
  const pullRequest = given === "" && "ofPullRequest" in commit ? commit.ofPullRequest : undefined;
  const sha = given || ("sha" in commit ? commit.sha : "");
  if (sha === "" && pullRequest === undefined) {
    problems.push(
      "`status_context` needs a commit, but the event names none (nor does `GITHUB_SHA`): set `status_sha`, or leave it out here.",
    );
  }
  const [owner = "", repo = ""] = caller.repository.split("/");
  return { context, token, target: { owner, repo, apiUrl: withoutTrailingSlash(caller.apiUrl) }, sha, pullRequest };
}

/** With `wait_for: found`, the target ends the status: it knows only what the run's own id leads to (docs/commit-status.md). */
export function problemsOfLeaving({ text }: Reader, { commit }: Caller): string[] {
  const problems: string[] = [];
  const given = (["status_sha", "distinct_id", "run_id"] as const).filter((name) => text(name) !== "");
  for (const name of given)
    problems.push(endedByTarget(`\`${name}\``, "leads elsewhere; leave it out, or use `wait_for: completed`"));
  const { reuse } = DEFAULTS;
  if ((text("reuse") || reuse) !== reuse)
    problems.push(
      endedByTarget("`reuse`", "takes a run with another's id; leave it out, or use `wait_for: completed`"),
    );
  if (text("distinct_id_key") === "")
    problems.push(
      endedByTarget("`distinct_id_key`", "is empty, so no id is sent; leave it out, or use `wait_for: completed`"),
    );
  const isElsewhere = commit && ("ofPullRequest" in commit || !commit.isOfCallersRun);
  if (isElsewhere && text("status_sha") === "")
    problems.push(
      endedByTarget("this event", "is about another commit than the caller's run; use `wait_for: completed`"),
    );
  return problems;
}

/** An id that the values bring is given as well. */
export function problemsOfAdoptedId({ text }: Pick<Reader, "text">, { isGiven, key }: DistinctId): string[] {
  if (!isGiven || text("distinct_id") !== "") return [];
  return [endedByTarget(`\`${key}\` among the values`, "is another id; leave it out, or use `wait_for: completed`")];
}

function endedByTarget(what: string, why: string): string {
  return `\`status_context\` with \`wait_for: found\` is ended by the target, which finds the commit by the generated id: ${what} ${why}.`;
}
