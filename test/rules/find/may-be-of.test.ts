import { describe, expect, test } from "vitest";
import { mayBeOf } from "../../../src/find/candidates.ts";
import type { Run } from "../../../src/github/responses.ts";
import type { ResolvedDispatch, ResolvedWorkflow } from "../../../src/inputs/dispatch-request.ts";
import { aRun } from "../../support/runs.ts";

const run = aRun({ workflowId: 161335 });

const file: ResolvedWorkflow = { kind: "file", value: "deploy.yml" };
const id: ResolvedWorkflow = { kind: "id", value: "161335" };

function anEvent(workflow?: ResolvedWorkflow): ResolvedDispatch {
  return { event: "repository_dispatch", eventType: "deploy", clientPayload: {}, workflow };
}

function byHand(workflow: ResolvedWorkflow): ResolvedDispatch {
  return { event: "workflow_dispatch", workflow, ref: "main", inputs: {} };
}

const started: Partial<Run> = { event: "workflow_dispatch" };

describe("a run may be ours", () => {
  test.each<[string, ResolvedDispatch, Partial<Run>]>([
    ["of any workflow where none is named", anEvent(), { path: ".github/workflows/other.yml", workflowId: 5 }],
    ["of the named file", anEvent(file), {}],
    ["of the named file elsewhere", anEvent(file), { path: "deploy.yml" }],
    ["of the named file, whatever its id", anEvent(file), { workflowId: undefined }],
    ["of the named id", anEvent(id), {}],
    ["of the named id, whatever its file", anEvent(id), { path: "" }],
    ["of an id beyond 2^53", anEvent({ kind: "id", value: "9007199254740993" }), { workflowId: 9007199254740993n }],
    ["of the started file", byHand(file), started],
    ["of the started id", byHand(id), started],
    [
      "of any name, title, status and attempt",
      byHand(id),
      { ...started, name: "", displayTitle: "", status: "x", runAttempt: 3 },
    ],
  ])("%s", (_, plan, about) => {
    expect(mayBeOf(plan, { ...run, ...about })).toBe(true);
  });
});

describe("a run is not ours", () => {
  test.each<[string, ResolvedDispatch, Partial<Run>]>([
    ["of another event", anEvent(), { event: "push" }],
    ["of a stranger's pull request, when an event was sent", anEvent(file), { event: "pull_request" }],
    ["of a stranger's pull request, when it was started by hand", byHand(file), { event: "pull_request_target" }],
    ["of a start by hand, when an event was sent", anEvent(file), started],
    ["of an event, when it was started by hand", byHand(file), {}],
    ["of an unknown event", anEvent(), { event: "" }],
    ["of another file", anEvent(file), { path: ".github/workflows/other.yml" }],
    ["of a file that ends like it", anEvent(file), { path: ".github/workflows/re-deploy.yml" }],
    ["of a file that begins like it", anEvent(file), { path: ".github/workflows/deploy.yml.yml" }],
    ["of a file with another ending", anEvent(file), { path: ".github/workflows/deploy.yaml" }],
    ["of a folder that is called like it", anEvent(file), { path: "deploy.yml/x.yml" }],
    ["of another id", anEvent(id), { workflowId: 161336 }],
    ["of an id that begins like it", anEvent(id), { workflowId: 1613350 }],
    ["of an unknown id", anEvent(id), { workflowId: undefined }],
    ["of an unknown file", anEvent(file), { path: "" }],
    ["of another file that was started by hand", byHand(file), { ...started, path: ".github/workflows/other.yml" }],
  ])("%s", (_, plan, about) => {
    expect(mayBeOf(plan, { ...run, ...about })).toBe(false);
  });
});
