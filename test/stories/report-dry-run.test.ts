/** The dry run of `report` looks at both sides, and tells nobody. */

import { describe, expect, test } from "vitest";
import { APP_ID, CLIENT_ID, PRIVATE_KEY, PUBLIC_KEY } from "../support/app-stage.ts";
import { receiver, SILENT } from "../support/receivers.ts";
import { addCallersRun, OWN_TOKEN, playReport, REPORT_TOKEN } from "../support/report-stage.ts";
import { setStage, TARGET } from "../support/stage.ts";
import { CALLER } from "../support/step.ts";

const ON = "\n  workflow_run:\n    workflows: [Deploy]\n    types: [requested, in_progress, completed]";
const reporting = (on = ON) =>
  `name: Report\non:${on}\njobs:\n  report:\n    runs-on: x\n    steps:\n      - uses: OWNER/tracked-dispatch/report@v1\n`;
const DEPLOY = receiver("workflow_dispatch", "run-name");

interface Scene {
  workflows?: Record<string, string>;
  given?: Record<string, string>;
  permissions?: object;
  own?: object;
}

async function examine({ workflows = { "report.yml": reporting() }, given = {}, permissions, own }: Scene = {}) {
  const on = await setStage({ "deploy.yml": DEPLOY, "silent.yml": SILENT, ...workflows });
  const { github, clock } = on;
  addCallersRun(github, CALLER.repository);
  github.addToken(REPORT_TOKEN, { permissions: permissions ?? { actions: "read", statuses: "write" } });
  github.addToken(OWN_TOKEN, { permissions: own ?? { actions: "read", contents: "read" }, repositories: [TARGET] });
  const installation = {
    ...{ id: 1, account: "octo", repositories: [CALLER.repository] },
    permissions: { actions: "read", statuses: "write" } as const,
  };
  github.addApp({ appId: APP_ID, clientId: CLIENT_ID, publicKey: PUBLIC_KEY, installations: [installation] });
  const inputs = { dry_run: "true", callers: "the-app", token: REPORT_TOKEN, ...given };
  // No event is needed for it.
  const played = await playReport(github, inputs, { clock, event: "workflow_dispatch", payload: {} });
  expect(github.statuses(CALLER.repository)).toEqual([]);
  expect(github.requests.filter(({ method, path }) => method === "POST" && !path.startsWith("/app/"))).toEqual([]);
  expect(played.log[0]).toBe("Dry run: nobody is told.");
  return { ...played, checklist: played.log.slice(1) };
}

describe("a dry run", () => {
  test("finds nothing wrong where all is right", async () => {
    const { checklist, failure } = await examine();
    expect(failure).toBeUndefined();
    expect(checklist).toEqual([
      "✓ .github/workflows/report.yml is started when a run is requested, in progress and completed.",
      "✓ .github/workflows/report.yml names every workflow here that takes a `distinct_id`.",
      "? octo/the-app can be read; whether `token` may set commit statuses there is known only when it does.",
      "Found no problem, as far as can be checked without an event.",
    ]);
  });

  test.each<[string, Scene, string]>([
    [
      "no workflow that reports",
      { workflows: {} },
      "✗ No workflow on the default branch of this repository uses `report`: only there it is started.",
    ],
    [
      "one that another event starts",
      { workflows: { "report.yml": reporting(" push") } },
      "✗ .github/workflows/report.yml uses `report`, but not `on: workflow_run`.",
    ],
    [
      "one that is told of the end only",
      { workflows: { "report.yml": reporting(ON.replace("requested, in_progress, ", "")) } },
      "✗ .github/workflows/report.yml does not list the types requested, in_progress of `workflow_run`.",
    ],
    [
      "one that leaves out a receiver",
      { workflows: { "report.yml": reporting(ON.replace("Deploy", "Other")) } },
      "✗ .github/workflows/report.yml does not name Deploy, which takes a `distinct_id`: add it to `workflows`.",
    ],
    ["a caller that is not there", { given: { callers: "gone" } }, "✗ octo/gone cannot be read with `token`."],
    [
      "a token without permissions there",
      { permissions: {} },
      "✗ In octo/the-app, `token` needs `actions: read` and `statuses: write`.",
    ],
    [
      "a token that reads runs alone",
      { permissions: { actions: "read" } },
      "✗ In octo/the-app, `token` needs `statuses: write`.",
    ],
    ["a bad token", { given: { token: "ghp_bad" } }, "✗ octo/the-app cannot be read with `token`."],
    [
      "files that cannot be read",
      { own: { actions: "read" } },
      "? The workflow files of this repository could not be read: for the dry run, `own_token` needs `contents: read` here.",
    ],
    ["workflows that cannot be listed", { own: {} }, "? The workflows of this repository could not be read."],
  ])("finds %s", async (_, scene, line) => {
    const { checklist, failure } = await examine(scene);
    expect(checklist).toContain(line);
    expect(failure?.split("\n")).toEqual(["The dry run found problems:", line]);
  });

  test("says what the App may do", async () => {
    const app = { token: "", app_id: String(APP_ID), app_private_key: PRIVATE_KEY };
    const { checklist, failure } = await examine({ given: app });
    expect(failure).toBeUndefined();
    expect(checklist).toContain("✓ The App may read runs and set commit statuses in octo/the-app.");
    const other = await examine({ given: { ...app, callers: TARGET } });
    expect(other.failure).toContain("octo/target cannot be read with the App.");
  });
});
