import { inCode } from "../text/wording.ts";
import type { GivenCredentials } from "./credentials.ts";
import type { DistinctId, RunSource } from "./dispatch-request.ts";

interface WaitInputs {
  waitFor: string;
  failsFast: boolean;
  startTimeoutMs: number | undefined;
  cancelRunOn: ReadonlySet<string>;
  reruns: number;
  rerunGraceMs: number;
  allowsKnownFailures: boolean;
}

/** Warns: only `wait_for: completed` waits until a timeout, so nothing would be cancelled. */
export function warnOfIdleTimeout({ waitFor, cancelRunOn }: Pick<WaitInputs, "waitFor" | "cancelRunOn">): string[] {
  if (waitFor === "completed" || !cancelRunOn.has("timeout")) return [];
  return [
    `\`cancel_run_on\` has \`timeout\`, which does nothing with \`wait_for: ${waitFor}\`: only \`wait_for: completed\` waits until \`timeout_seconds\` or \`start_timeout_seconds\` has passed.`,
  ];
}

export function problemsOfWait(inputs: WaitInputs): string[] {
  const { waitFor, failsFast, startTimeoutMs, cancelRunOn, reruns, rerunGraceMs, allowsKnownFailures } = inputs;
  const onlyWithCompleted = {
    fail_fast: failsFast,
    start_timeout_seconds: startTimeoutMs !== undefined,
    rerun_failed: reruns > 0,
    rerun_grace_seconds: rerunGraceMs > 0,
    allow_known_failures: allowsKnownFailures,
  };
  const given = Object.entries(onlyWithCompleted).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
  if (waitFor !== "completed" && given.length > 0)
    return given.map((name) => `\`${name}\` controls the wait for the run's end: it requires \`wait_for: completed\`.`);
  const rerunInputs = given.filter((name) => name.startsWith("rerun_"));
  const problems = [];
  if (rerunInputs.length > 1)
    problems.push(
      "`rerun_failed` re-runs the failed jobs, `rerun_grace_seconds` waits for someone else to do it: set only one.",
    );
  if (failsFast && rerunInputs.length > 0)
    problems.push(`\`fail_fast\` ends the step before anything is re-run: leave it out, or ${inCode(rerunInputs)}.`);
  if (failsFast && allowsKnownFailures)
    problems.push(
      "`fail_fast` ends the step before the run has an end to compare: leave it out, or `allow_known_failures`.",
    );
  if (!failsFast && cancelRunOn.has("failure"))
    problems.push("`cancel_run_on` has `failure`, which cancels the run after `fail_fast`: set `fail_fast: true`.");
  return problems;
}

export function problemsOfReuse({
  reuse,
  reuseKey,
  source,
  distinctId,
}: {
  reuse: string;
  reuseKey: string;
  source: RunSource;
  distinctId: DistinctId;
}): string[] {
  if (source.event === undefined) return [];
  if (reuse === "never") return reuseKey === "" ? [] : ["`reuse_key` requires `reuse`: set both or neither."];
  const problems = [];
  if (distinctId.isGiven)
    problems.push("`reuse` identifies equal runs by its generated id: leave out `distinct_id` or `reuse`.");
  if (distinctId.key === undefined)
    problems.push("`distinct_id_key` is empty, so no run could show its key: set it, or leave out `reuse`.");
  return problems;
}

/** Gitea and Forgejo imitate GitHub's API (docs/servers.md#other-servers). */
const GITEA_ROOT = /\/api\/v1$/;

/** Without these problems, the server would accept a dispatch whose run could never be found. */
export function problemsOnGitea(
  apiUrl: string,
  {
    source,
    waitFor,
    reuse,
    credentials,
  }: { source: RunSource; waitFor: string; reuse: string; credentials: GivenCredentials },
): string[] {
  if (!GITEA_ROOT.test(apiUrl)) return [];
  const problems: string[] = [];
  const refuse = (what: string, why: string) =>
    problems.push(`\`${what}\` does not work on ${apiUrl}, which is Gitea's or Forgejo's API: ${why}.`);
  if ("app" in credentials) refuse("app_id", "it does not support GitHub Apps. Use `token`");
  if ("broker" in credentials) refuse("oidc_broker", "a broker gives tokens of a GitHub App. Use `token`");
  if (source.event === undefined) {
    refuse(
      "run_id",
      "this action cannot read its runs. Only starting one works, with `workflow` and `wait_for: nothing`",
    );
    return problems;
  }
  if (source.event === "repository_dispatch")
    refuse("event_type", "it does not support `repository_dispatch`. Set `workflow` to a file name");
  else if (source.workflow.kind !== "file" && source.workflow.value !== "")
    refuse("workflow", "its workflows have no ids. Use the file name, such as `deploy.yml`");
  if (reuse !== "never") refuse("reuse", "this action cannot read its runs. Leave it out");
  if (waitFor !== "nothing")
    refuse(`wait_for: ${waitFor}`, "this action cannot read its runs. Set `wait_for: nothing` to start one");
  return problems;
}
