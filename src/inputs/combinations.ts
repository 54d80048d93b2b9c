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
}

/** Warns: only `wait_for: completed` waits until a timeout, so nothing would be cancelled. */
export function warnOfIdleTimeout({ waitFor, cancelRunOn }: Pick<WaitInputs, "waitFor" | "cancelRunOn">): string[] {
  if (waitFor === "completed" || !cancelRunOn.has("timeout")) return [];
  return [
    `\`cancel_run_on\` has \`timeout\`, which does nothing with \`wait_for: ${waitFor}\`: only \`wait_for: completed\` waits until \`timeout_seconds\` or \`start_timeout_seconds\` has passed.`,
  ];
}

export function problemsOfWait(inputs: WaitInputs): string[] {
  const { waitFor, failsFast, startTimeoutMs, cancelRunOn, reruns, rerunGraceMs } = inputs;
  const onlyWithCompleted = {
    fail_fast: failsFast,
    start_timeout_seconds: startTimeoutMs !== undefined,
    rerun_failed: reruns > 0,
    rerun_grace_seconds: rerunGraceMs > 0,
  };
  const given = Object.entries(onlyWithCompleted).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
  if (waitFor !== "completed" && given.length > 0)
    return given.map(
      (name) => `\`${name}\` is about the wait for the run's end: it goes with \`wait_for: completed\` only.`,
    );
  const rerunInputs = given.filter((name) => name.startsWith("rerun_"));
  const problems = [];
  if (rerunInputs.length > 1)
    problems.push(
      "`rerun_failed` runs the failed jobs again, `rerun_grace_seconds` waits for somebody else to do it: give one of them.",
    );
  if (failsFast && rerunInputs.length > 0)
    problems.push(`\`fail_fast\` ends the step before anything is run again: leave it out, or ${inCode(rerunInputs)}.`);
  if (!failsFast && cancelRunOn.has("failure"))
    problems.push(
      "`cancel_run_on` has `failure`, which cancels what goes on after `fail_fast`: give `fail_fast: true`.",
    );
  return problems;
}

export function problemsOfReuse(
  { reuse, source, distinctId }: { reuse: string; source: RunSource; distinctId: DistinctId },
  reuseKey: string,
): string[] {
  if (source.event === undefined) return [];
  if (reuse === "never") return reuseKey === "" ? [] : ["`reuse_key` goes with `reuse` only: give both, or none."];
  const problems = [];
  if (distinctId.isGiven)
    problems.push("`reuse` knows equal runs by the id that it generates: leave out `distinct_id`, or `reuse`.");
  if (distinctId.key === undefined)
    problems.push("`distinct_id_key` is empty, so that no run could show its key: give a key, or leave out `reuse`.");
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
  if ("app" in credentials) refuse("app_id", "it knows no GitHub Apps. Give `token`");
  if (source.event === undefined) {
    refuse(
      "run_id",
      "this action cannot read its runs. Only starting one works, with `workflow` and `wait_for: nothing`",
    );
    return problems;
  }
  if (source.event === "repository_dispatch")
    refuse("event_type", "it knows no `repository_dispatch`. Give `workflow`, a file's name");
  else if (source.workflow.kind !== "file" && source.workflow.value !== "")
    refuse("workflow", "its workflows have no ids. Give the file's name, such as `deploy.yml`");
  if (reuse !== "never") refuse("reuse", "this action cannot read its runs. Leave it out");
  if (waitFor !== "nothing")
    refuse(`wait_for: ${waitFor}`, "this action cannot read its runs. Give `wait_for: nothing`, and one is started");
  return problems;
}
