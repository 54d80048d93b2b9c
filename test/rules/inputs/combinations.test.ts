import { expect, test } from "vitest";
import { problemsOnGitea } from "../../../src/inputs/combinations.ts";
import type { GivenCredentials } from "../../../src/inputs/credentials.ts";
import type { RunSource, WorkflowName } from "../../../src/inputs/dispatch-request.ts";

const ROOT = "https://git.example.com/api/v1";
const token: GivenCredentials = { token: "t0ken" };
const app: GivenCredentials = { app: { appId: "1", privateKey: "key" } };

const broker: GivenCredentials = { broker: { host: "octo-sts.dev", identity: "deployer" } };

function byWorkflow(kind: WorkflowName["kind"], value = "deploy.yml"): RunSource {
  return { event: "workflow_dispatch", workflow: { kind, value }, ref: undefined, inputs: {} };
}
const byEvent: RunSource = {
  event: "repository_dispatch",
  eventType: "deploy",
  clientPayload: {},
  workflow: undefined,
};
const given: RunSource = { event: undefined, runId: 7 };

/** The inputs that are refused there. */
function refused(order: RunSource, waitFor: string, credentials = token, root = ROOT, reuse = "never"): string[] {
  return problemsOnGitea(root, { source: order, waitFor, reuse, credentials }).map(
    (problem) => problem.split("`")[1] ?? "",
  );
}

test.each<[string, RunSource, string, GivenCredentials, string[]]>([
  ["a workflow's file that nothing waits for", byWorkflow("file"), "nothing", token, []],
  ["waiting until the run is known", byWorkflow("file"), "found", token, ["wait_for: found"]],
  ["waiting for its end", byWorkflow("file"), "completed", token, ["wait_for: completed"]],
  ["a workflow's display name", byWorkflow("name", "Deploy"), "nothing", token, ["workflow"]],
  ["a workflow's id", byWorkflow("id", "7"), "nothing", token, ["workflow"]],
  ["no workflow, which is a problem anywhere", byWorkflow("name", ""), "nothing", token, []],
  ["an event", byEvent, "nothing", token, ["event_type"]],
  ["an event, waited for", byEvent, "found", token, ["event_type", "wait_for: found"]],
  ["a run that is there", given, "completed", token, ["run_id"]],
  ["an App", byWorkflow("file"), "nothing", app, ["app_id"]],
  ["a broker", byWorkflow("file"), "nothing", broker, ["oidc_broker"]],
])("on the root of Gitea and Forgejo, %s: refused is what cannot work", (_, order, waitFor, credentials, names) => {
  expect(refused(order, waitFor, credentials)).toEqual(names);
});

test("reuse of a run that is there is refused there", () => {
  expect(refused(byWorkflow("file"), "nothing", token, ROOT, "queued")).toEqual(["reuse"]);
});

test.each([
  "https://api.github.com",
  "https://git.example.com/api/v3",
  "https://git.example.com/api/v1/proxied/api/v3",
  "https://git.example.com/api/v10",
])("on %s nothing is refused", (root) => {
  expect(refused(byEvent, "found", app, root)).toEqual([]);
});
