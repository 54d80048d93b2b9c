/** The bundle as a process: how it ends, what it says, what it keeps to itself, and what a signal does. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { EOL, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { generateDistinctId, generateIdHex, madeLaterMs } from "../../src/inputs/distinct-id.ts";
import { annotations, askedOf, type ProcessStage, setProcessStage, TOKEN } from "../support/process-stage.ts";
import { receiver, SILENT } from "../support/receivers.ts";

const WORKFLOW = { "octo/target": { "deploy.yml": receiver("workflow_dispatch", "run-name") } };
const EVENT = { "octo/target": { "deploy.yml": receiver("repository_dispatch", "run-name") } };
const START = { repo: "octo/target", workflow: "deploy.yml", ref: "main" };
const POST = "POST /repos/octo/target/actions/workflows/deploy.yml/dispatches";
const LIST = "GET /repos/octo/target/actions/runs?per_page=30&page=1&exclude_pull_requests=true → 200";
const RUN_1 = "GET /repos/octo/target/actions/runs/{1}?exclude_pull_requests=true → 200";
const JOBS_1 = "GET /repos/octo/target/actions/runs/{1}/jobs?per_page=100&page=1 → 200";

const CANCEL = "POST /repos/octo/target/actions/runs/{1}/cancel → 202";

/** The run outlasts the step, and no list shows it: however slow the machine is, the requests are the same. */
const LONG = { behaviour: { queuedMs: 3_600_000, visibleAfterMs: 3_600_000 } };

/** A line of a stack trace, outside the lines that only debugging shows. */
const STACK = /^(?!::debug::).*\n? +at .+:\d+/m;

test("the process ends as soon as its last answer is there, whatever connections are kept alive", async () => {
  const { run } = await setProcessStage(WORKFLOW);
  const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const hook = join(directory, "tell.cjs");
  writeFileSync(
    hook,
    `const sockets = [];
require("node:diagnostics_channel").subscribe("net.client.socket", ({ socket }) => sockets.push(socket));
process.on("exit", () => {
  require("node:fs").writeSync(2, "kept at exit: " + sockets.filter(({ destroyed }) => !destroyed).length + "\\n");
});
`,
  );
  for (const wait_for of ["nothing", "completed"]) {
    const ran = await run({ ...START, wait_for }, { NODE_OPTIONS: `--require=${JSON.stringify(hook)}` });
    expect(ran.exitCode).toBe(0);
    // Nobody has closed the last one for idling: neither the server, nor the step itself, which would after 4 s.
    expect(ran.stderr).toMatch(/^kept at exit: [1-9]\d*\n$/);
  }
});

describe.concurrent("a step that fails", () => {
  test("because the run failed says which step of which job, once", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW, {
      behaviour: { visibleAfterMs: 60_000, jobs: { identify: { failedStep: "Deploy" } } },
    });
    const ran = await run({ ...START, wait_for: "completed", poll_interval_seconds: "1" });
    const id = String(github.runs("octo/target")[0]?.id);
    const page = `${github.apiUrl}/octo/target/actions/runs/${id}`;
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toBe("");
    const { failed_jobs, ...outputs } = ran.outputs;
    expect(outputs).toMatchObject({ runId: id, status: "completed", conclusion: "failure" });
    const [job, ...others] = JSON.parse(failed_jobs ?? "") as { html_url: string }[];
    expect(others).toEqual([]);
    expect(job).toEqual({
      name: "identify",
      conclusion: "failure",
      html_url: expect.stringContaining(page),
      failed_step: "Deploy",
    });
    expect(annotations(ran, "error")).toEqual([
      `The run ended as failure: ${page}\n- identify: failure in step "Deploy", ${job?.html_url}\n` +
        'The last lines of step "Deploy" in job identify:\nDeploy …\nProcess completed with exit code 1.',
    ]);
    expect(annotations(ran, "warning")).toEqual([]);
    const isBefore = (line: string) => line.includes("/actions/runs?per_page=100");
    const all = askedOf(github, "octo/target");
    // What was before is looked up after a red end.
    expect(all.filter(isBefore)).toHaveLength(1);
    const asked = all.filter((line) => !isBefore(line));
    expect(asked.slice(0, 2)).toEqual([`${POST} → 200`, LIST]);
    // Whether the first look comes before the run's end or after it is up to the machine.
    expect(asked.slice(2, -3).sort()).toEqual([JOBS_1, RUN_1].sort());
    // And whether the job is seen to have failed before that end, when its lines are read at once.
    expect(asked.slice(-3).sort()).toEqual([
      expect.stringMatching(/^GET \/job-logs\//),
      expect.stringMatching(/^GET \S+\/actions\/jobs\/\d+\/logs → 302$/),
      expect.stringMatching(/^GET \S+\/check-runs\/\d+\/annotations\S* → 200$/),
    ]);
  });

  test("because of its inputs lists all problems in one annotation, and has asked for nothing", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const ran = await run({
      ...START,
      workflow_inputs: '{"password": "hunter2-7431", ',
      ref: "5f1c0e2d9b8a7f6e5d4c3b2a190f8e7d6c5b4a39",
      wait_for: "the end",
      max_runs: "many",
    });
    expect(ran.exitCode).toBe(1);
    const [message = "", ...others] = annotations(ran, "error");
    expect(others).toEqual([]);
    expect(message).toMatch(/^There are 4 problems with the inputs, so nothing was sent:\n(- .+(\n|$)){4}$/);
    for (const name of ["workflow_inputs", "ref", "wait_for", "max_runs"]) expect(message).toContain(`\`${name}\``);
    expect(ran.stdout + ran.stderr).not.toContain("hunter2");
    expect(ran.stdout + ran.stderr).not.toMatch(STACK);
    expect(github.transcript()).toEqual([]);
  });

  test("because its token is empty says where secrets are missing, and masks nothing", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const ran = await run({ ...START, token: "" });
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).not.toContain("::add-mask::");
    expect(annotations(ran, "error")).toEqual([expect.stringMatching(/`token` is empty.*forks.*Dependabot/)]);
    expect(github.transcript()).toEqual([]);
  });

  test("because its token is bad says so after one request", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const ran = await run({ ...START, token: "ghp_nobodyknowsme" });
    expect(ran.exitCode).toBe(1);
    expect(annotations(ran, "error")).toEqual([
      "GitHub does not accept the token (401 Bad credentials).\n" +
        "It is wrong, expired or revoked, or belongs to another server: create a new one and store it in the secret " +
        "that `token` reads.",
    ]);
    expect(github.transcript()).toEqual([`${POST} → 401`]);
    expect(ran.stdout).not.toMatch(STACK);
  });

  test("because its token cannot see the repository says so after a look at it", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    github.addToken("ghp_ofanotherplace", {
      permissions: { actions: "write" },
      repositories: ["octo/other"],
    });
    const ran = await run({ ...START, token: "ghp_ofanotherplace" });
    expect(ran.exitCode).toBe(1);
    expect(annotations(ran, "error")).toEqual([
      expect.stringMatching(/^The token cannot see the repository octo\/target \(404\)\.\n.*Check `owner` and/),
    ]);
    expect(github.transcript()).toEqual([`${POST} → 404`, "GET /repos/octo/target → 404"]);
    expect(github.runs("octo/target")).toEqual([]);
  });
});

describe.concurrent("what the step knows", () => {
  test("is when its id was made: the id tells others who look for theirs", async ({ expect }) => {
    const { run } = await setProcessStage(EVENT);
    const idMadeAt = (epochMs: number) =>
      generateDistinctId({ runId: "1", runAttempt: "1" }, generateIdHex(epochMs, "2a7e41d06b58"));
    const [beganAtMs, ran, endedAtMs] = [
      Date.now(),
      await run({ event_type: "deploy", repo: "octo/target" }),
      Date.now(),
    ];
    const { distinct_id = "" } = ran.outputs;
    // The clock of the step and this one may differ by what the system has corrected since each process began.
    expect(madeLaterMs(distinct_id, idMadeAt(beganAtMs))).toBeGreaterThan(-1000);
    expect(madeLaterMs(distinct_id, idMadeAt(endedAtMs))).toBeLessThan(1000);
  });

  const SECRET = "correct-horse-7431";

  test("of its token is masked first and said nowhere else, in debug lines neither", async ({ expect }) => {
    const { run } = await setProcessStage(EVENT);
    const { stdout, stderr, outputs, state, exitCode } = await run(
      { repo: "octo/target", event_type: "deploy", client_payload: `key: ${SECRET}`, wait_for: "completed" },
      { RUNNER_DEBUG: "1" },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^::debug::POST \/repos\/octo\/target\/dispatches/m);
    const [first = "", ...rest] = stdout.split(/\r?\n/);
    expect(first).toBe(`::add-mask::${TOKEN}`);
    const all = [...rest, stderr, JSON.stringify([outputs, state])].join("\n");
    expect(all).not.toContain(TOKEN);
    expect(all).not.toContain(SECRET);
  });

  test("of its values is not said when GitHub's refusal repeats them", async ({ expect }) => {
    const choosy = receiver("workflow_dispatch", "run-name").replace(
      "      fail:\n",
      "      color:\n        type: choice\n        options: [red, blue]\n      fail:\n",
    );
    const { run } = await setProcessStage({ "octo/target": { "deploy.yml": choosy } });
    const ran = await run({ ...START, workflow_inputs: `color: ${SECRET}` }, { RUNNER_DEBUG: "1" });
    expect(ran.exitCode).toBe(1);
    expect(annotations(ran, "error")).toEqual([expect.stringContaining("its input `color` (422)")]);
    expect(ran.stdout).toMatch(/^::debug::POST .+ → 422$/m);
    expect(ran.stdout + ran.stderr + JSON.stringify(ran.outputs)).not.toContain(SECRET);
  });

  test("of a value that breaks the payload's text is not said when it does not parse", async ({ expect }) => {
    const { run } = await setProcessStage(EVENT);
    const given = { repo: "octo/target", event_type: "deploy", client_payload: `{"key": "${SECRET}` };
    const ran = await run(given, { RUNNER_DEBUG: "1" });
    expect(ran.exitCode).toBe(1);
    expect(annotations(ran, "error")).toEqual([expect.stringContaining("`client_payload`: ")]);
    expect(ran.stdout + ran.stderr).not.toContain(SECRET);
  });

  test("is not lost where the runner's file for outputs is missing, which is told once", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const ran = await run(START, { GITHUB_OUTPUT: "/nowhere/output" });
    expect(ran.exitCode).toBe(0);
    expect(github.runs("octo/target")).toHaveLength(1);
    expect(annotations(ran, "warning")).toEqual([
      expect.stringMatching(
        /^The runner rejected outputs or state of this step \(the first was `distinct_id`\): .*\/nowhere\/output/,
      ),
    ]);
  });

  test("sends nothing where the runner's file for the state is missing", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const ran = await run(START, { GITHUB_STATE: "/nowhere/state" });
    expect(ran.exitCode).toBe(1);
    expect(github.requests).toEqual([]);
    expect(annotations(ran, "error")).toEqual([expect.stringContaining("`GITHUB_STATE` must exist")]);
  });

  test("adds the job summary to what is there", async ({ expect, onTestFinished }) => {
    const { run } = await setProcessStage(WORKFLOW);
    const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-summary-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, "summary.md");
    writeFileSync(file, "# Before\n");
    expect((await run(START, { GITHUB_STEP_SUMMARY: file })).exitCode).toBe(0);
    expect((await run({ ...START, dry_run: "true" }, { GITHUB_STEP_SUMMARY: file })).exitCode).toBe(0);
    expect(readFileSync(file, "utf8")).toMatch(/^# Before\n## \S+ \w+.*\n[\s\S]*\n### Dry run\n/);
    const ran = await run(START, { GITHUB_STEP_SUMMARY: join(directory, "nowhere", "summary.md") });
    expect(ran.exitCode).toBe(0);
    expect(annotations(ran, "warning")).toEqual([expect.stringContaining("rejected the job summary")]);
  });

  test("gives no commands to the runner, whatever stands in inputs and in what GitHub answers", async ({ expect }) => {
    const { run } = await setProcessStage({ "octo/target": { "silent.yml": SILENT } });
    const given = {
      repo: "octo/target",
      event_type: "##[error]from outside",
      wait_for: "nothing",
    };
    const ran = await run(given);
    expect(ran.stdout).toContain("from outside");
    expect(annotations(ran, "error")).toEqual([]);
    expect(ran.stdout).not.toMatch(/^\s*::error|##\[/m);
  });

  test("goes to the log where an old runner has no files for outputs and state", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const ran = await run(START, { GITHUB_OUTPUT: undefined, GITHUB_STATE: undefined });
    expect(ran.exitCode).toBe(0);
    expect(annotations(ran, "error")).toEqual([]);
    expect(ran.stdout).toContain(`::set-output name=runId::${github.runs("octo/target")[0]?.id}${EOL}`);
  });
});

describe.concurrent("a runner behind a proxy", () => {
  test("reaches through it a server that it cannot reach directly", async ({ expect, onTestFinished }) => {
    const { github, run } = await setProcessStage(WORKFLOW, LONG);
    const tunnels: string[] = [];
    const proxy = createServer().on("connect", (request, client) => {
      tunnels.push(request.url ?? "");
      const server = connect(Number(new URL(github.apiUrl).port), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        server.pipe(client).pipe(server);
      });
      for (const socket of [client, server]) socket.on("error", () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const { exitCode, outputs } = await run(
      { ...START, api_url: "http://ghe.test/api/v3", find_timeout_seconds: "5" },
      { http_proxy: `http://127.0.0.1:${port}` },
    );
    expect(exitCode).toBe(0);
    expect(new Set(tunnels)).toEqual(new Set(["ghe.test:80"]));
    expect(askedOf(github, "octo/target")).toEqual([`${POST} → 200`, RUN_1]);
    expect(outputs.html_url).toMatch(/^http:\/\/ghe\.test\/octo\/target\/actions\/runs\/\d+$/);
  });
});

/** Ends the step by a signal as soon as its log shows this. Its run takes an hour: if it waited for that, so would the test. */
async function endAt(line: RegExp, signal: NodeJS.Signals, step: ReturnType<ProcessStage["start"]>) {
  let isEnding = false;
  step.onLine((shown) => {
    if (!line.test(shown) || isEnding) return;
    isEnding = true;
    step.kill(signal);
  });
  return await step.ended;
}

// Windows knows no signals: there, each of them kills at once.
describe.skipIf(process.platform === "win32").concurrent("a step that is cancelled", () => {
  test.for(["SIGINT", "SIGTERM"] as const)(
    "by %s leaves the remote run alone, with what is known as outputs",
    async (signal, { expect }) => {
      const { github, start } = await setProcessStage(WORKFLOW, LONG);
      const ran = await endAt(/^The run is queued/, signal, start({ ...START, wait_for: "completed" }));
      expect(ran.exitCode).toBe(1);
      const [ours] = github.runs("octo/target");
      const { runId, html_url, status, conclusion } = ran.outputs;
      expect({ runId, status, conclusion }).toEqual({
        runId: String(ours?.id),
        status: "queued",
        conclusion: undefined,
      });
      expect(annotations(ran, "error")).toEqual([
        `The step was cancelled (${signal}). The remote run continues (see \`cancel_run_on\`): ${html_url}`,
      ]);
      expect(askedOf(github, "octo/target")).toEqual([`${POST} → 200`, LIST, RUN_1]);
      expect(ours?.cancelRequestedAtMs).toBeUndefined();
    },
  );

  test.for(["SIGINT", "SIGTERM"] as const)(
    "by %s cancels the remote run where that was asked for",
    async (signal, { expect }) => {
      const { github, start } = await setProcessStage(WORKFLOW, LONG);
      const ran = await endAt(
        /^The run is queued/,
        signal,
        start({ ...START, wait_for: "completed", cancel_run_on: "cancel" }),
      );
      expect(ran.exitCode).toBe(1);
      expect(annotations(ran, "error")).toEqual([
        `The step was cancelled (${signal}). The remote run is being cancelled: ${ran.outputs.html_url}`,
      ]);
      expect(askedOf(github, "octo/target")).toEqual([`${POST} → 200`, LIST, RUN_1, CANCEL]);
      expect(github.runs("octo/target")[0]?.cancelRequestedAtMs).toEqual(expect.any(Number));
    },
  );

  test("before its run shows is looked for a few seconds more, to be cancelled", async ({ expect }) => {
    const { github, start } = await setProcessStage(EVENT, {
      behaviour: { visibleAfterMs: 3000, queuedMs: 3_600_000 },
    });
    const ran = await endAt(
      /^::debug::GET .*\/runs/,
      "SIGINT",
      start({ repo: "octo/target", event_type: "deploy", cancel_run_on: "cancel" }),
    );
    expect(ran.exitCode).toBe(1);
    expect(ran.outputs.runId).toBe(String(github.runs("octo/target")[0]?.id));
    expect(askedOf(github, "octo/target")).toContain(CANCEL);
  });

  test("before its run shows ends at once where nothing is to be cancelled", async ({ expect }) => {
    const { github, start } = await setProcessStage({ "octo/target": { "silent.yml": SILENT } }, LONG);
    const ran = await endAt(/^::debug::GET .*\/runs/, "SIGTERM", start({ repo: "octo/target", event_type: "deploy" }));
    expect(ran.exitCode).toBe(1);
    expect(Object.keys(ran.outputs).sort()).toEqual(["distinct_id", "ref"]);
    expect(annotations(ran, "error")).toEqual([
      "The step was cancelled (SIGTERM). A run may have started in octo/target; if so, it continues.",
    ]);
    expect(github.transcript().filter((line) => line.startsWith("POST"))).toHaveLength(1);
  });
});

describe.concurrent("the post step", () => {
  const given = { ...START, wait_for: "completed", cancel_run_on: "cancel" };
  const behaviour = { ...LONG.behaviour, cancelTakesMs: 200 };

  test("of a step that was killed without a signal cancels the remote run", async ({ expect }) => {
    const { github, start, runPost } = await setProcessStage(WORKFLOW, { behaviour });
    const ran = await endAt(/^The run is queued/, "SIGKILL", start(given));
    expect(ran.exitCode).toBeNull();
    const { exitCode, stdout } = await runPost(given, ran);
    expect(exitCode).toBe(0);
    expect(stdout.split(TOKEN)).toHaveLength(2);
    expect(github.transcript().filter((line) => line.startsWith("POST"))).toHaveLength(2);
    expect(askedOf(github, "octo/target")).toContain(CANCEL);
    expect(github.runs("octo/target")).toMatchObject([{ status: "completed", conclusion: "cancelled" }]);
  });

  test("of a step that was killed leaves the remote run alone unless its cancellation was asked for", async ({
    expect,
  }) => {
    const { github, start, runPost } = await setProcessStage(WORKFLOW, { behaviour });
    const asked = { ...given, cancel_run_on: "timeout" };
    const ran = await endAt(/^The run is queued/, "SIGKILL", start(asked));
    const before = github.requests.length;
    expect((await runPost(asked, ran)).exitCode).toBe(0);
    expect(github.requests).toHaveLength(before);
  });

  test("of a step that ended by itself asks for nothing", async ({ expect }) => {
    const { github, run, runPost } = await setProcessStage(WORKFLOW, { behaviour });
    const found = { ...given, wait_for: "found" };
    const ran = await run(found);
    expect(ran.exitCode).toBe(0);
    const before = github.requests.length;
    const post = await runPost(found, ran);
    expect(post).toMatchObject({ exitCode: 0, outputs: {}, stderr: "" });
    expect(github.requests).toHaveLength(before);
  });
});
