/** The story from the inputs to a dispatch that GitHub has acted on. */

import { describe, expect, test } from "vitest";
import { receiver, SILENT } from "../support/receivers.ts";
import { asked, setStage, TARGET, TOKEN } from "../support/stage.ts";
import { textOf } from "../support/step.ts";

const WORKFLOW = receiver("workflow_dispatch", "run-name");

const EVENT = receiver("repository_dispatch", "run-name");

const POST_WORKFLOW = "POST /repos/octo/target/actions/workflows/deploy.yml/dispatches";

describe("a server that answers with run details", () => {
  test("is asked once when nothing is waited for", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW });
    const { outputs, failure, tookMs } = await play({
      workflow: "deploy.yml",
      ref: "main",
      wait_for: "nothing",
    });
    expect(failure).toBeUndefined();
    expect(github.transcript()).toEqual([`${POST_WORKFLOW} → 200`]);
    const [run] = github.runs(TARGET);
    expect(outputs).toMatchObject({
      runId: String(run?.id),
      jobs_url: expect.stringMatching(/\/runs\/\d+\/jobs$/),
    });
    expect(tookMs).toBe(0);
  });

  test("is asked twice when the run has to be found", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour: { freshRun404Ms: 0 } });
    const { outputs, failure } = await play({ workflow: "deploy.yml", ref: "main" });
    expect(failure).toBeUndefined();
    const [run] = github.runs(TARGET);
    expect(github.transcript()).toEqual([
      `${POST_WORKFLOW} → 200`,
      `GET /repos/octo/target/actions/runs/${run?.id}?exclude_pull_requests=true → 200`,
    ]);
    expect(outputs).toMatchObject({
      runId: String(run?.id),
      status: "queued",
      run_attempt: "1",
      disposition: "created",
      workflow_id: "70000001",
      run_number: "1",
      html_url: `${github.apiUrl}/octo/target/actions/runs/${run?.id}`,
      jobs_url: `${github.apiUrl}/repos/octo/target/actions/runs/${run?.id}/jobs`,
    });
  });

  test("needs no change of the receiver: the id is left out where it is not declared", async () => {
    const { github, play } = await setStage({ "deploy.yml": SILENT }, { behaviour: { freshRun404Ms: 0 } });
    const { outputs, failure, log } = await play({
      workflow: "deploy.yml",
      ref: "main",
      wait_for: "completed",
    });
    expect(failure).toBeUndefined();
    expect(asked(github, "POST")).toEqual([`${POST_WORKFLOW} → 422`, `${POST_WORKFLOW} → 200`]);
    expect(github.runs(TARGET)).toHaveLength(1);
    expect(outputs).toMatchObject({ conclusion: "success", distinct_id: "" });
    expect(log.join("\n")).toContain("does not declare the input distinct_id");
  });

  test("is asked for the default branch when no ref is given", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW }, { repository: { defaultBranch: "trunk" } });
    await play({ workflow: "deploy.yml", wait_for: "nothing" });
    expect(github.transcript()).toEqual(["GET /repos/octo/target → 200", `${POST_WORKFLOW} → 200`]);
    expect(github.requests.at(-1)?.body).toMatchObject({ ref: "trunk" });
  });

  test.each(["found", "completed"])(
    "that named a run has all of `find_timeout_seconds` to show it: %s",
    async (wait_for) => {
      const behaviour = { visibleAfterMs: 240_000, queuedMs: 600_000 };
      const { github, play } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour });
      const { outputs, failure } = await play({ workflow: "deploy.yml", ref: "main", wait_for });
      expect(failure).toBeUndefined();
      expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
      expect(asked(github, "GET").filter((line) => line.endsWith("→ 404")).length).toBeLessThan(80);
    },
  );

  test("that named a run and never shows it is told so, and nobody is said to have deleted it", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour: { visibleAfterMs: 7_200_000 } });
    const { failure, outputs, tookMs } = await play({
      workflow: "deploy.yml",
      ref: "main",
      find_timeout_seconds: "120",
    });
    const id = github.runs(TARGET)[0]?.id;
    expect(failure?.replaceAll(github.apiUrl, "https://github.test")).toBe(
      [
        `GitHub's response to the dispatch named run ${id}, but GitHub does not show it in octo/target (404).`,
        `Its page: https://github.test/octo/target/actions/runs/${id}`,
        "If its page exists, increase `find_timeout_seconds`, and check that the token has `actions: read`.",
      ].join("\n"),
    );
    expect(outputs.runId).toBe(String(id));
    expect(tookMs).toBe(120_000);
  });

  test("takes a run whose answer is not readable by its id in the list", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW });
    github.fault = ({ method }) => (method === "POST" ? { when: "after", kind: "garbage" } : undefined);
    const { outputs } = await play({ workflow: "deploy.yml", ref: "main" });
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
    expect(asked(github, "POST")).toHaveLength(1);
  });
});

describe("an older server", () => {
  test.each(["rejected", "rejected-410", "rejected-422"] as const)(
    "that says %s to the question for details is asked again without it, once",
    async (runDetails) => {
      const { github, play } = await setStage({ "deploy.yml": WORKFLOW }, { runDetails });
      const { outputs, failure } = await play({ workflow: "deploy.yml", ref: "main" });
      expect(failure).toBeUndefined();
      expect(asked(github, "POST")).toHaveLength(2);
      expect(github.runs(TARGET)).toHaveLength(1);
      expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
    },
  );

  test("gets nothing that it would start without our finding it: the id is not declared", async () => {
    const { github, play } = await setStage({ "deploy.yml": SILENT }, { runDetails: "rejected" });
    const { failure } = await play({ workflow: "deploy.yml", ref: "main" });
    expect(github.runs(TARGET)).toEqual([]);
    expect(failure?.replace(/A1B2:\d+/, "A1B2:…")).toMatchInlineSnapshot(`
      "\`deploy.yml\` of octo/target does not declare the input \`distinct_id\`, which identifies its run, so GitHub started nothing (422).
      Add these lines to the receiving workflow:
      run-name: Silent [\${{ inputs.distinct_id }}]
      on:
        workflow_dispatch:
          inputs:
            distinct_id:
              description: Set by the caller, who finds this run by it
              required: false"
    `);
  });

  test("gets nothing that it would start without our finding it: no id is sent", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW }, { runDetails: "rejected" });
    const { failure } = await play({ workflow: "deploy.yml", ref: "main", distinct_id_key: "" });
    expect(github.runs(TARGET)).toEqual([]);
    expect(failure?.replace(/A1B2:\d+/, "A1B2:…")).toMatchInlineSnapshot(`
      "This server does not return the run's id, and no id is sent, so the run could not be found; nothing was sent.
      Set \`distinct_id_key\` or \`wait_for: nothing\`."
    `);
  });

  test("gets a dispatch without an id when nothing is waited for", async () => {
    const { github, play } = await setStage({ "deploy.yml": SILENT }, { runDetails: "rejected" });
    const { failure, outputs } = await play({
      workflow: "deploy.yml",
      ref: "main",
      distinct_id_key: "",
      wait_for: "nothing",
    });
    expect(failure).toBeUndefined();
    expect(outputs).toEqual({ distinct_id: "", ref: "main" });
    expect(github.runs(TARGET)).toHaveLength(1);
  });
});

describe("what is sent", () => {
  test("is the payload with our id and the ref", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    await play(
      {
        event_type: "deploy",
        client_payload: "environment: production\nreplicas: 3",
        ref: "v2",
        wait_for: "nothing",
      },
      { idHex: "9f3c2a7e41d06b58" },
    );
    expect(github.requests.map(({ path, body }) => ({ path, body }))).toEqual([
      {
        path: "/repos/octo/target/dispatches",
        body: {
          event_type: "deploy",
          client_payload: {
            environment: "production",
            replicas: 3,
            ref: "v2",
            distinct_id: "1658821493-1-9f3c2a7e41d06b58",
          },
        },
      },
    ]);
  });

  test("is each workflow input as text, as written", async () => {
    const many = receiver("workflow_dispatch", "run-name").replace(
      "      fail:",
      `${["version", "hex", "flag", "nothing", "list"]
        .map((name) => `      ${name}:\n        required: false`)
        .join("\n")}\n      fail:`,
    );
    const { github, play } = await setStage({ "deploy.yml": many });
    const { failure } = await play({
      workflow: ".github/workflows/deploy.yml",
      ref: "refs/heads/main",
      workflow_inputs: `version: 1.10\nhex: 0x1F\nflag: yes\nnothing:\nlist: '[1, 2]'`,
      distinct_id: "mine",
    });
    expect(failure).toBeUndefined();
    expect(github.requests.find(({ method }) => method === "POST")?.body).toEqual({
      ref: "refs/heads/main",
      inputs: { version: "1.10", hex: "0x1F", flag: "yes", nothing: "", list: "[1, 2]", distinct_id: "mine" },
    });
  });

  // On Node 20 octokit's own JSON would end such a text before its last quote (docs/platform.md#octokits-json).
  test.each(['size="5n', '"-12n', '"5nn', "5n", '\\"5n', '["5n"]'])("is the text %j as it is", async (title) => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW, "event.yml": EVENT });
    const values = JSON.stringify({ title, after: title });
    expect((await play({ event_type: "deploy", client_payload: values, wait_for: "nothing" })).failure).toBeUndefined();
    const inputs = JSON.stringify({ fail: title });
    expect(
      (await play({ workflow: "deploy.yml", ref: "main", workflow_inputs: inputs, wait_for: "nothing" })).failure,
    ).toBeUndefined();
    expect(github.runs(TARGET)).toMatchObject([{ payload: { title, after: title } }, { inputs: { fail: title } }]);
  });

  test("goes to the workflow of a display name", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW, "silent.yml": SILENT });
    const { failure } = await play({ workflow: "Deploy", ref: "main", wait_for: "nothing" });
    expect(failure).toBeUndefined();
    expect(github.transcript()).toEqual([
      "GET /repos/octo/target/actions/workflows?per_page=100&page=1 → 200",
      expect.stringMatching(/^POST \/repos\/octo\/target\/actions\/workflows\/\d+\/dispatches → 200$/),
    ]);
  });

  test("is nothing when no workflow, or more than one, has the display name", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW, "again.yml": WORKFLOW });
    const { failure: several } = await play({ workflow: "Deploy", ref: "main" });
    const { failure: none } = await play({ workflow: "Deplyo", ref: "main" });
    expect(asked(github, "POST")).toEqual([]);
    expect(several).toMatchInlineSnapshot(`
      "2 workflows of octo/target are called \`Deploy\`, so nothing was sent.
      Set the input \`workflow\` to a file name: .github/workflows/deploy.yml (Deploy), .github/workflows/again.yml (Deploy)."
    `);
    expect(none).toMatchInlineSnapshot(`
      "octo/target has no workflow called \`Deplyo\` on its default branch, so nothing was sent. Did you mean \`deploy.yml\`?
      Set the input \`workflow\` to one of: .github/workflows/deploy.yml (Deploy), .github/workflows/again.yml (Deploy)."
    `);
  });

  test("is nothing when none of a hundred and more workflows has the display name, and only some are named", async () => {
    const files = Array.from({ length: 120 }, (_, index) => [`w${index + 1}.yml`, WORKFLOW]);
    const { play } = await setStage(Object.fromEntries(files));
    const { failure } = await play({ workflow: "Deplyo", ref: "main" });
    expect(failure).toMatch(/w30\.yml \(Deploy\), and 90 more\.$/);
  });

  test("goes to a workflow file whose name begins with a number", async () => {
    const { github, play } = await setStage({ "1-ci.yml": WORKFLOW });
    const { failure } = await play({ workflow: "1-ci.yml", ref: "main" });
    expect(failure).toBeUndefined();
    expect(github.runs(TARGET)).toMatchObject([{ workflowPath: ".github/workflows/1-ci.yml" }]);
  });
});

test("the token is sent, and nothing says it", async () => {
  const { github, play } = await setStage({ "deploy.yml": EVENT });
  const played = await play({ event_type: "deploy" });
  expect(github.requests.every((request) => request.token === TOKEN)).toBe(true);
  expect(textOf(played)).not.toContain(TOKEN);
});

test("a renamed target gets no more time than any other: as much before the dispatch as from it on", async () => {
  const { github, play } = await setStage(
    { "deploy.yml": receiver("repository_dispatch", "run-name") },
    { latencyMs: 2000 },
  );
  github.renameRepository(TARGET, "octo/renamed");
  const { failure, tookMs } = await play({ event_type: "deploy", find_timeout_seconds: "5" });
  expect(failure).toBeDefined();
  expect(tookMs).toBeLessThanOrEqual(10_000);
});

describe("a caller that is re-run", () => {
  const again = "This is attempt 2 of the caller's run: it dispatches again, whatever the previous attempt started.";
  const given = { workflow: "deploy.yml", ref: "main", wait_for: "nothing" };

  test("says that it dispatches again, before it does", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW });
    expect((await play(given, { attempt: 2 })).log[0]).toBe(again);
    expect(asked(github, "POST")).toEqual([`${POST_WORKFLOW} → 200`]);
  });

  test("says nothing of the kind where it dispatches nothing, nor in its first attempt", async () => {
    const { play } = await setStage({ "deploy.yml": WORKFLOW });
    const played = [await play({ ...given, dry_run: "true" }, { attempt: 2 }), await play(given)];
    for (const { log } of played) expect(log.join()).not.toContain("attempt");
  });
});
