import type { Target } from "../github/connection.ts";
import { mayBeToken } from "./credentials.ts";
import type { Reader } from "./reader.ts";
import { type Caller, isCommitSha, withoutTrailingSlash } from "./target.ts";

/** `token` is for the caller's repository (`target`), and is sent to the caller's server only. */
export interface CommitStatusInputs {
  context: string;
  token: string;
  target: Target;
  sha: string;
}

export function problemsOfStatusToken(token: string): string[] {
  if (mayBeToken(token)) return [];
  return ["`status_token` is empty or has a character that no token has: use one for the caller's repository."];
}

export function readCommitStatus(
  { line, text, problems }: Reader,
  { repository, apiUrl, sha = "" }: Caller,
  waitFor: string,
): CommitStatusInputs | undefined {
  const context = line("status_context");
  if (context === "") return undefined;
  if (waitFor !== "completed")
    problems.push("`status_context` mirrors the run to its end: it requires `wait_for: completed`.");
  const token = text("status_token");
  problems.push(...problemsOfStatusToken(token));
  if (!isCommitSha(sha))
    problems.push("`status_context` needs a commit, but the runner names none (`GITHUB_SHA`): leave it out here.");
  const [owner = "", repo = ""] = repository.split("/");
  return { context, token, target: { owner, repo, apiUrl: withoutTrailingSlash(apiUrl) }, sha };
}
