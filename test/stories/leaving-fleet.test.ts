/** Many targets that nobody waits for: a commit status for each, which each target ends by itself. */

import { describe, expect, test } from "vitest";
import { type Fleet, setFleet } from "../support/fleet-stage.ts";
import { receiver } from "../support/receivers.ts";
import { addCallersRun, eventOf, MINUTE, playReport, REPORT_TOKEN, STATUS_TOKEN } from "../support/report-stage.ts";
import { CALLER } from "../support/step.ts";

const GIVEN = { wait_for: "found", status_context: "remote", status_token: STATUS_TOKEN };
const URL = /^.*\/([^/]+\/[^/]+)\/actions\/runs\/\d+$/;

async function fleet(behaviours: Parameters<typeof setFleet>[0]) {
  const on = await setFleet(behaviours);
  addCallersRun(on.github, CALLER.repository);
  on.github.addToken(STATUS_TOKEN, { permissions: { statuses: "write" }, repositories: [CALLER.repository] });
  on.github.addToken(REPORT_TOKEN, { permissions: { statuses: "write", actions: "read" } });
  return on;
}

const told = ({ github }: Fleet) =>
  github.statuses(CALLER.repository).map(({ context, state, url }) => `${context}: ${state} ${url.replace(URL, "$1")}`);

describe("with `wait_for: found`", () => {
  test("each entry has a status, which its target ends", async () => {
    const on = await fleet({ "octo/a": MINUTE, "octo/b": { ...MINUTE, conclusion: "failure" } });
    const { failure, ends, log } = await on.play({ ...GIVEN, targets: "- octo/a\n- {repo: b, name: second}" });
    expect(failure).toBeUndefined();
    expect(ends).toEqual(["octo/a: started", "second: started"]);
    expect(told(on).toSorted()).toEqual(["remote / octo/a: pending octo/a", "remote / second: pending octo/b"]);
    for (const context of ["remote / octo/a", "remote / second"])
      expect(log.filter((line) => line.includes(`\`${context}\` stays pending`))).toHaveLength(1);

    await on.clock.sleep(80_000);
    for (const name of ["a", "b"]) {
      const [run] = on.github.runs(`octo/${name}`);
      const own = { owner: "octo", repo: name, apiUrl: on.github.apiUrl };
      const payload = eventOf(on.github, run?.id ?? 0);
      const given = { callers: "the-app", token: REPORT_TOKEN, own_token: REPORT_TOKEN };
      expect((await playReport(on.github, given, { clock: on.clock, own, payload })).failure).toBeUndefined();
    }
    expect(told(on).slice(2)).toEqual(["remote / octo/a: success octo/a", "remote / second: failure octo/b"]);
  });

  test("an entry that is not found has an error, and one that was skipped none", async () => {
    const on = await fleet({ "octo/a": MINUTE, "octo/b": MINUTE });
    const { ends } = await on.play({ ...GIVEN, targets: "- {repo: a, workflow: gone.yml}\n- b" });
    expect(ends).toEqual(["octo/a: error", "octo/b: started"]);
    expect(told(on).toSorted()).toEqual(["remote / octo/a: error ", "remote / octo/b: pending octo/b"]);
  });

  test("a run that ends while its status is on its way is seen to have ended, though nobody polls its repository any more", async () => {
    const on = await fleet({});
    on.github.addRepository("octo/a", { workflows: { "ci.yml": receiver("repository_dispatch", "run-name") } });
    on.github.behaviour("octo/a", "ci.yml", { ...MINUTE, queuedMs: 0, jobs: { identify: { durationMs: 3000 } } });
    on.github.fault = ({ path }) => (path.includes("/statuses/") ? { kind: "delay", ms: 8000 } : undefined);
    const targets = "- {repo: a, name: one}\n- {repo: a, name: other}";
    const { failure } = await on.play({ ...GIVEN, workflow: "", ref: "", event_type: "deploy", targets });
    expect(failure).toBeUndefined();
    expect(told(on).slice(2).toSorted()).toEqual(["remote / one: success octo/a", "remote / other: success octo/a"]);
  });

  test("`post` ends what a killed step has begun, each for itself", async () => {
    const on = await fleet({ "octo/a": MINUTE, "octo/b": MINUTE });
    on.github.fault = ({ path }) => (path.includes("/statuses/") ? { kind: "delay", ms: 5000 } : undefined);
    const traces: string[] = [];
    const given = { ...GIVEN, targets: "- octo/a\n- octo/b" };
    await on.play(given, {
      onTrace(trace, position = 0) {
        if (trace.includes("The step ended before the remote run")) traces[position] = trace;
      },
    });
    on.github.fault = undefined;
    await on.playPost(given, traces);
    expect(told(on).slice(-2).toSorted()).toEqual(["remote / octo/a: error octo/a", "remote / octo/b: error octo/b"]);
  });

  test("statuses count towards the limits of a token that is the targets' as well, and each is set", async () => {
    const on = await setFleet({ [CALLER.repository]: MINUTE });
    const repositories = [CALLER.repository];
    on.github.addToken("ghs_one", {
      permissions: { contents: "write", actions: "write", statuses: "write" },
      repositories,
    });
    const names = Array.from({ length: 60 }, (_, at) => ({ repo: CALLER.repository, name: `e${at}` }));
    const tokens = { token: "ghs_one", status_token: "ghs_one" };
    const { failure, warnings } = await on.play({ ...GIVEN, ...tokens, targets: JSON.stringify(names) });
    expect([failure, warnings]).toEqual([undefined, []]);
    const pending = on.github.statuses(CALLER.repository).filter(({ state }) => state === "pending");
    expect(new Set(pending.map(({ context }) => context)).size).toBe(60);
    // What a limit has refused would be a breach (fleet-stage.ts).
  });

  test("its problems are told once, or of the entry", async () => {
    const on = await fleet({ "octo/a": MINUTE, "octo/b": MINUTE });
    const { failure } = await on.play({
      ...GIVEN,
      workflow: "",
      status_sha: CALLER.sha,
      targets: [
        "- {repo: a, run_id: 5}",
        "- {repo: b, workflow: ci.yml, reuse: running}",
        "- {repo: c, event_type: x, client_payload: {distinct_id: mine}}",
      ].join("\n"),
    });
    const lines = (failure ?? "").split("\n").filter((line) => line.includes("is ended by the target"));
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^- `status_context` .*: `status_sha` leads elsewhere/);
    expect(lines[1]).toMatch(/octo\/a|entry 1|line 1/);
    expect(lines[1]).toContain("`run_id` leads elsewhere");
    expect(lines[2]).toContain("`reuse` takes a run with another's id");
    expect(lines[3]).toContain("`distinct_id` among the values is another id");
    expect(on.github.requests).toEqual([]);
  });
});

test("with `wait_for: completed` there is one for all, and with `nothing` a problem", async () => {
  const on = await fleet({ "octo/a": MINUTE, "octo/b": MINUTE });
  const targets = "- octo/a\n- octo/b";
  await on.play({ ...GIVEN, targets, wait_for: "completed" });
  const runs = `${CALLER.repository}`;
  expect(told(on)).toEqual([`remote: pending ${runs}`, `remote: success ${runs}`]);
  const { failure } = await on.play({ ...GIVEN, targets, wait_for: "nothing" });
  expect(failure).toContain("which `wait_for: nothing` never knows");
});
