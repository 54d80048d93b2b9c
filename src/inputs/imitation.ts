/**
 * The API of Gitea and Forgejo, which imitates GitHub's under a root of its own: which inputs cannot work there
 * (docs/servers.md#other-servers). This is said before anything is sent: a dispatch would be accepted, and its run never found.
 */

import type { GivenCredentials } from "./credentials.ts";
import type { Order } from "./order.ts";

const ROOT = /\/api\/v1$/;

/** One problem for each input that cannot work on the target's server. */
export function problemsOnImitation(
  apiUrl: string,
  {
    order,
    waitFor,
    reuse,
    credentials,
  }: { order: Order; waitFor: string; reuse: string; credentials: GivenCredentials },
): string[] {
  if (!ROOT.test(apiUrl)) return [];
  const problems: string[] = [];
  const refuse = (what: string, why: string) =>
    problems.push(`\`${what}\` does not work on ${apiUrl}, which is Gitea's or Forgejo's API: ${why}.`);
  if ("app" in credentials) refuse("app_id", "it knows no GitHub Apps. Give `token`");
  if (order.event === undefined) {
    refuse(
      "run_id",
      "this action cannot read its runs. Only starting one works, with `workflow` and `wait_for: nothing`",
    );
    return problems;
  }
  if (order.event === "repository_dispatch")
    refuse("event_type", "it knows no `repository_dispatch`. Give `workflow`, a file's name");
  else if (order.workflow.kind !== "file" && order.workflow.value !== "")
    refuse("workflow", "its workflows have no ids. Give the file's name, such as `deploy.yml`");
  if (reuse !== "never") refuse("reuse", "this action cannot read its runs. Leave it out");
  if (waitFor !== "nothing")
    refuse(`wait_for: ${waitFor}`, "this action cannot read its runs. Give `wait_for: nothing`, and one is started");
  return problems;
}
