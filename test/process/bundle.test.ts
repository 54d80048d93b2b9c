/** The bundle as a process, playing the recipes that people come with. */

import { describe, test } from "vitest";
import { askedOf, setProcessStage } from "../support/process-stage.ts";

/** The run goes on after the step has found it. */
const LASTING = { behaviour: { stepMs: 5000 } };
const LIST = "GET /repos/octo/target/actions/runs?per_page=30&page=1&exclude_pull_requests=true → 200";
const RUN_1 = "GET /repos/octo/target/actions/runs/{1}?exclude_pull_requests=true → 200";
const JOBS_1 = "GET /repos/octo/target/actions/runs/{1}/jobs?per_page=100&page=1 → 200";

describe.concurrent("the curl recipe: a push starts the integration tests of a sister repository", () => {
  const tests = `
name: Integration tests
run-name: Integration tests for \${{ github.event.client_payload.distinct_id }}
on:
  repository_dispatch:
    types: [integration-tests]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`;

  test.for(["octo", "someone"])("at the owner %s of the caller, forked or not", async (owner, { expect }) => {
    const { github, run } = await setProcessStage(
      { "octo/the-tests": { "tests.yml": tests }, "someone/the-tests": { "tests.yml": tests } },
      LASTING,
    );
    const { exitCode, outputs } = await run(
      { repo: "the-tests", event_type: "integration-tests" },
      { GITHUB_REPOSITORY: `${owner}/the-app` },
    );
    expect(exitCode).toBe(0);
    const target = `${owner}/the-tests`;
    expect(askedOf(github, target)).toEqual([
      `GET /repos/${target}/actions/runs?per_page=30&page=1&exclude_pull_requests=true → 200`,
      `POST /repos/${target}/dispatches → 204`,
    ]);
    const [ours] = github.runs(target);
    expect(outputs).toMatchObject({
      runId: String(ours?.id),
      distinct_id: ours?.payload.distinct_id,
      html_url: `${github.apiUrl}/${target}/actions/runs/${ours?.id}`,
    });
    expect(github.runs(owner === "octo" ? "someone/the-tests" : "octo/the-tests")).toEqual([]);
  });
});

describe.concurrent("from CI to CD", () => {
  test("an image's tag is dispatched by exactly one request", async ({ expect }) => {
    const deploy = `
on:
  repository_dispatch:
    types: [trigger-deploy]
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy
`;
    const { github, run } = await setProcessStage({ "octo/target": { "deploy.yml": deploy } });
    const { exitCode, outputs } = await run({
      repo: "octo/target",
      event_type: "trigger-deploy",
      client_payload: '{"image_tag": "sha-1234567", "environment": "production"}',
      wait_for: "nothing",
    });
    expect(exitCode).toBe(0);
    expect(github.transcript()).toEqual(["POST /repos/octo/target/dispatches → 204"]);
    expect(outputs).toEqual({ distinct_id: expect.stringMatching(/^1658821493-1-[0-9a-f]{16}$/), ref: "" });
    expect(github.requests[0]?.body).toEqual({
      event_type: "trigger-deploy",
      client_payload: {
        image_tag: "sha-1234567",
        environment: "production",
        distinct_id: outputs.distinct_id,
      },
    });
  });
});

describe.concurrent("the cross-repo test", () => {
  test("is found by the caller's commit in a step's name, beside the run of another commit", async ({ expect }) => {
    const e2e = `
name: End-to-end
on:
  repository_dispatch:
    types: [e2e]
jobs:
  identify-run:
    runs-on: ubuntu-latest
    steps:
      - name: \${{ github.event.client_payload.sha }}
        run: 'true'
  test:
    needs: identify-run
    runs-on: ubuntu-latest
    steps:
      - run: npm test
`;
    const sha = "5f1c0e2d9b8a7f6e5d4c3b2a190f8e7d6c5b4a39";
    const { github, run } = await setProcessStage(
      { "octo/target": { "e2e.yml": e2e } },
      { behaviour: { stepMs: 1000 } },
    );
    const payload = { sha: sha.replace("5f", "6f") };
    github.startRun("octo/target", "e2e.yml", { event: "repository_dispatch", action: "e2e", payload });
    const { exitCode, outputs } = await run({
      repo: "octo/target",
      event_type: "e2e",
      client_payload: "browser: firefox\npull_request: 12",
      distinct_id: sha,
      distinct_id_key: "sha",
      wait_for: "completed",
      find_timeout_seconds: "1200",
      poll_interval_seconds: "10",
      max_runs: "10",
    });
    expect(exitCode).toBe(0);
    const [, ours] = github.runs("octo/target");
    expect(ours?.payload).toEqual({ browser: "firefox", pull_request: 12, sha });
    expect(outputs).toEqual({
      ref: "",
      runId: String(ours?.id),
      status: "completed",
      conclusion: "success",
      jobs_url: `${github.apiUrl}/repos/octo/target/actions/runs/${ours?.id}/jobs`,
      html_url: `${github.apiUrl}/octo/target/actions/runs/${ours?.id}`,
      run_attempt: "1",
      distinct_id: sha,
      failed_jobs: "[]",
      disposition: "created",
      workflow_id: "70000001",
      run_number: "2",
    });
    const asked = askedOf(github, "octo/target");
    expect(asked.filter((line) => !line.includes("/runs/{1}/jobs"))).toEqual([
      // What was there before is another's, whose the id may be by right.
      "GET /repos/octo/target/actions/runs?per_page=10&page=1&exclude_pull_requests=true → 200",
      "POST /repos/octo/target/dispatches → 204",
      JOBS_1.replace("{1}", "{2}"),
    ]);
    // Ten seconds in which another run with the same id might show, with a look each second at most.
    expect(github.requests.length).toBeLessThan(35);
  });
});

describe.concurrent("the run id of a workflow_dispatch", () => {
  /** As it was before anybody thought of an id, or with the id in one of the two places where people put it. */
  const automation = (sign?: "run-name" | "step") =>
    [
      "name: Automation test",
      ...(sign === "run-name" ? [`run-name: Automation test [\${{ inputs.distinct_id }}]`] : []),
      "on:\n  workflow_dispatch:\n    inputs:\n      some_input:\n        required: true",
      ...(sign ? ["      distinct_id:\n        required: false"] : []),
      "jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:",
      ...(sign === "step" ? [`      - name: \${{ inputs.distinct_id }}\n        run: 'true'`] : []),
      "      - run: make test",
    ].join("\n");
  const POST = "POST /repos/octo/target/actions/workflows/automation-test.yml/dispatches";
  const given = {
    repo: "octo/target",
    workflow: "automation-test.yml",
    workflow_inputs: '{ "some_input": "value" }',
    find_timeout_seconds: "300",
  };
  const refs = ["target_branch", "refs/heads/target_branch"];

  test.for(refs)("at %s is in GitHub's answer: the receiver stays as it is", async (ref, { expect }) => {
    const { github, run } = await setProcessStage(
      { "octo/target": { "automation-test.yml": automation() } },
      { ...LASTING, branches: ["target_branch"] },
    );
    const { exitCode, outputs } = await run({ ...given, ref });
    expect(exitCode).toBe(0);
    expect(askedOf(github, "octo/target")).toEqual([`${POST} → 422`, `${POST} → 200`, RUN_1]);
    expect(github.requests[1]?.body).toEqual({ ref, inputs: { some_input: "value" } });
    expect(outputs).toMatchObject({ runId: String(github.runs("octo/target")[0]?.id), distinct_id: "" });
  });

  test.for(refs.flatMap((ref) => (["run-name", "step"] as const).map((sign) => [ref, sign] as const)))(
    "at %s is found on an older server by the id in the receiver's %s",
    async ([ref, sign], { expect }) => {
      const { github, run } = await setProcessStage(
        { "octo/target": { "automation-test.yml": automation(sign) } },
        { ...LASTING, branches: ["target_branch"], runDetails: "rejected" },
      );
      const { exitCode, outputs } = await run({ ...given, ref });
      expect(exitCode).toBe(0);
      expect(askedOf(github, "octo/target")).toEqual([
        `${POST} → 400`,
        `${POST} → 204`,
        LIST,
        ...(sign === "step" ? [JOBS_1] : []),
      ]);
      const [ours, ...others] = github.runs("octo/target");
      expect(others).toEqual([]);
      expect(ours?.inputs).toEqual({ some_input: "value", distinct_id: outputs.distinct_id });
      expect(outputs.runId).toBe(String(ours?.id));
    },
  );
});

describe.concurrent("the promotion step", () => {
  test("sends inputs of several kinds to the workflow of a repository given by its URL", async ({ expect }) => {
    const deploy = `
name: Deploy
on:
  workflow_dispatch:
    inputs:
      version:
        type: string
        required: true
      dry_run:
        type: boolean
      replicas:
        type: number
      environment:
        type: choice
        options: [staging, production]
      distinct_id:
        required: false
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy
`;
    const { github, run } = await setProcessStage({ "octo/target": { "deploy.yml": deploy } }, LASTING);
    const { exitCode, outputs } = await run(
      {
        repo: `${github.apiUrl}/octo/target`,
        workflow: "deploy.yml",
        ref: "main",
        workflow_inputs: "version: 1.10\ndry_run: true\nreplicas: 3\nenvironment: production",
        find_timeout_seconds: "120",
      },
      { GITHUB_REPOSITORY: "someone/the-app" },
    );
    expect(exitCode).toBe(0);
    expect(askedOf(github, "octo/target")).toEqual([
      "POST /repos/octo/target/actions/workflows/deploy.yml/dispatches → 200",
      RUN_1,
    ]);
    const { distinct_id } = outputs;
    expect(github.requests[0]?.body).toEqual({
      ref: "main",
      inputs: { version: "1.10", dry_run: "true", replicas: "3", environment: "production", distinct_id },
    });
    const [ours] = github.runs("octo/target");
    expect(ours?.inputs).toMatchObject({
      version: "1.10",
      dry_run: true,
      replicas: 3,
      environment: "production",
    });
    expect(outputs).toMatchObject({
      runId: String(ours?.id),
      // The host of the URL is that of api_url: its root serves it, without `/api/v3`.
      jobs_url: `${github.apiUrl}/repos/octo/target/actions/runs/${ours?.id}/jobs`,
    });
  });
});
