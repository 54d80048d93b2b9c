/** The story with a GitHub App: its tokens, its keys, and its clock. */

import { describe, expect, test } from "vitest";
import { clientOf } from "../simulator/client.ts";
import type { GitHub, VirtualClock } from "../simulator/index.ts";
import {
  APP_ID,
  type AppStageOptions,
  CLIENT_ID,
  KEYS,
  mintings,
  PRIVATE_KEY,
  setAppStage,
  tokensUsed,
} from "../support/app-stage.ts";
import { receiver } from "../support/receivers.ts";
import { asked, TARGET } from "../support/stage.ts";

const WORKFLOW = receiver("workflow_dispatch", "run-name");
const EVENT = receiver("repository_dispatch", "run-name");
const START = { workflow: "deploy.yml", ref: "main" };
const HOUR_MS = 3_600_000;

const stage = (options?: AppStageOptions, workflow = WORKFLOW) =>
  setAppStage({ "deploy.yml": workflow }, { behaviour: { freshRun404Ms: 0 }, ...options });

const refused = (github: GitHub) => asked(github, "").filter((line) => line.endsWith(" 401"));

/** As an owner or GitHub itself would do it behind the step's back. */
async function revoke(github: GitHub, clock: VirtualClock, token: string) {
  const { status } = await clientOf(clock, github.apiUrl, token)("DELETE", "/installation/token");
  expect(status).toBe(204);
}

describe("a wait of three hours", () => {
  const THREE_HOURS = {
    ...START,
    wait_for: "completed",
    timeout_seconds: "14400",
    poll_interval_seconds: "60",
  };
  /** Where it is the tokens that count, and not each look. */
  const SELDOM = { ...THREE_HOURS, poll_interval_seconds: "300" };
  const behaviour = { freshRun404Ms: 0, queuedMs: 3 * HOUR_MS };

  test("outlasts tokens that live one hour, and no request is ever refused", async () => {
    const { github, play } = await stage({ behaviour });
    const { failure, outputs, tookMs, log } = await play(THREE_HOURS);
    expect(failure).toBeUndefined();
    expect(log[0]).toBe("Using the GitHub App; the input `token` is not used.");
    expect(outputs.conclusion).toBe("success");
    expect(tookMs).toBeGreaterThan(3 * HOUR_MS);
    expect(refused(github)).toEqual([]);
    expect(asked(github, "POST /repos")).toHaveLength(1);
    expect(asked(github, "GET /repos/octo/target/installation")).toHaveLength(1);
    const mintedAtMs = mintings(github.requests).map(({ atMs }) => atMs);
    expect(mintedAtMs).toHaveLength(4);
    expect(tokensUsed(github.requests)).toHaveLength(4);
    const lives = mintedAtMs.slice(1).map((atMs, index) => atMs - (mintedAtMs[index] ?? 0));
    for (const lifeMs of lives) {
      expect(lifeMs).toBeGreaterThan(0.85 * HOUR_MS);
      expect(lifeMs).toBeLessThan(0.95 * HOUR_MS);
    }
  });

  test.each([
    ["workflow_dispatch", WORKFLOW, START, { actions: "write" }],
    ["repository_dispatch", EVENT, { event_type: "deploy" }, { contents: "write", actions: "read" }],
  ] as const)("asks for tokens of the target alone with what a %s needs", async (_, workflow, start, permissions) => {
    const { github, play } = await stage({ behaviour, installation: { repositories: "all" } }, workflow);
    github.addRepository("octo/other");
    const given = { ...SELDOM, workflow: "", ref: "", ...start };
    expect((await play(given)).failure).toBeUndefined();
    const asked = mintings(github.requests).map(({ body }) => body);
    expect(asked.length).toBeGreaterThan(2);
    for (const body of asked) expect(body).toEqual({ repositories: ["target"], permissions });
  });

  test("outlasts tokens that live ten seconds", async () => {
    const { github, play } = await stage({ behaviour, tokenLifetimeMs: 10_000 });
    const { failure } = await play({ ...THREE_HOURS, poll_interval_seconds: "600" });
    expect(failure).toBeUndefined();
    expect(refused(github)).toEqual([]);
  });

  test.each([-1, 1])("goes on although the runner's clock is off by an hour (%i)", async (sign) => {
    const { github, play } = await stage({ behaviour, runnerAheadMs: sign * HOUR_MS });
    expect((await play(SELDOM)).failure).toBeUndefined();
    expect(mintings(github.requests)).toHaveLength(4);
    // The runner learns the server's time from each refusal of a signature; no token is ever refused.
    for (const line of refused(github)) expect(line).toMatch(/\/installation → |\/access_tokens → /);
    expect(refused(github)).toHaveLength(5);
  });
});

describe("a token that GitHub refuses before its time", () => {
  test("in the middle of a wait is renewed, and the wait goes on", async () => {
    const { github, clock, play } = await stage({ behaviour: { freshRun404Ms: 0, queuedMs: 600_000 } });
    const playing = play({ ...START, wait_for: "completed" });
    await clock.sleep(300_000);
    const [first = ""] = tokensUsed(github.requests);
    await revoke(github, clock, first);
    const { failure, outputs } = await playing;
    expect(failure).toBeUndefined();
    expect(outputs.conclusion).toBe("success");
    expect(refused(github)).toHaveLength(1);
    expect(mintings(github.requests)).toHaveLength(2);
    expect(asked(github, "POST /repos")).toHaveLength(1);
  });

  test("at the dispatch is renewed, and one run is started", async () => {
    const { github, play } = await stage();
    github.fault = ({ path, nth }) =>
      path.endsWith("/dispatches") && nth === 1
        ? { kind: "status", when: "before", status: 401, body: { message: "Bad credentials" } }
        : undefined;
    const { failure } = await play(START);
    expect(failure).toBeUndefined();
    expect(mintings(github.requests)).toHaveLength(2);
    expect(github.runs(TARGET)).toHaveLength(1);
  });
});

describe("trouble while a token is made", () => {
  test.each([
    ["a 502", { kind: "status", when: "after", status: 502 }],
    ["a reset", { kind: "reset", when: "before" }],
    ["an unreadable answer", { kind: "garbage", when: "after" }],
  ] as const)("such as %s is waited out before the dispatch is sent", async (_, fault) => {
    for (const end of ["/installation", "/access_tokens"]) {
      const { github, play } = await stage({}, EVENT);
      github.fault = ({ path, nth }) => (path.endsWith(end) && nth <= 2 ? fault : undefined);
      const { failure, tookMs } = await play({ event_type: "deploy", wait_for: "nothing" });
      expect(failure).toBeUndefined();
      expect(asked(github, "POST /repos")).toHaveLength(1);
      expect(tookMs).toBeLessThan(10_000);
    }
  });

  test("in the middle of a wait is waited out", async () => {
    const { github, play } = await stage({ behaviour: { freshRun404Ms: 0, queuedMs: 2 * HOUR_MS } });
    github.fault = ({ path, nth }) =>
      path.endsWith("/access_tokens") && nth > 1 && nth < 20
        ? { kind: "status", when: "before", status: 503 }
        : undefined;
    const { failure } = await play({
      ...START,
      wait_for: "completed",
      timeout_seconds: "10800",
      poll_interval_seconds: "60",
    });
    expect(failure).toBeUndefined();
    // The old token serves as long as it lives.
    expect(mintings(github.requests)).toHaveLength(2);
    expect(asked(github, "").filter((line) => line.endsWith(" 401"))).toEqual([]);
  });

  test("that is a limit is waited out until GitHub's time", async () => {
    const { github, play } = await stage();
    const headers = { "retry-after": "60" };
    github.fault = ({ path, nth }) =>
      path.endsWith("/access_tokens") && nth === 1
        ? {
            kind: "status",
            when: "before",
            status: 403,
            headers,
            body: { message: "You have exceeded a secondary rate limit." },
          }
        : undefined;
    const { failure, tookMs } = await play(START);
    expect(failure).toBeUndefined();
    expect(tookMs).toBeGreaterThanOrEqual(60_000);
    expect(tookMs).toBeLessThan(70_000);
  });

  test("that is GitHub's limit at a renewal holds up the old token as well", async () => {
    const { github, play } = await stage({ behaviour: { freshRun404Ms: 0, queuedMs: 2 * HOUR_MS } });
    let refusedAfter = 0;
    github.fault = ({ path, nth }) => {
      if (!path.endsWith("/access_tokens") || nth !== 2) return undefined;
      refusedAfter = github.requests.length;
      const body = { message: "You have exceeded a secondary rate limit." };
      return { kind: "status", when: "before", status: 403, headers: { "retry-after": "120" }, body };
    };
    const wait = { wait_for: "completed", timeout_seconds: "10800", poll_interval_seconds: "10" };
    expect((await play({ ...START, ...wait })).failure).toBeUndefined();
    const [refused, next] = github.requests.slice(refusedAfter - 1);
    expect(refused?.path).toMatch(/\/access_tokens$/);
    expect((next?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual(120_000);
  });
});

describe("a token that has to be made first", () => {
  test("takes its time from the step's, which ends at its deadline all the same", async () => {
    const { github, play } = await stage({ latencyMs: 15_000 });
    const { failure, tookMs } = await play({ ...START, find_timeout_seconds: "20" });
    expect(failure).toBeDefined();
    expect(tookMs).toBe(20_000);
    expect(github.runs(TARGET)).toEqual([]);
  });

  test.each([
    ["the look for its installation", 200],
    ["its making", 600],
  ])("is not used for a dispatch any more when the step is cancelled during %s", async (_, cancelAfterMs) => {
    const { github, play } = await stage({ latencyMs: 400 });
    const { failure, tookMs } = await play({ ...START, cancel_run_on: "cancel" }, { cancelAfterMs });
    expect(failure).toBe("The step was cancelled (SIGINT). Nothing was sent.");
    expect(tookMs).toBeLessThan(1000);
    expect(github.runs(TARGET)).toEqual([]);
  });
});

test("the REST root of an older server is the App's as well", async () => {
  const { github, play } = await stage();
  const { failure } = await play({ ...START, api_url: `${github.apiUrl}/api/v3` });
  expect(failure).toBeUndefined();
});

test.each(["before", "during"])("a target that was renamed %s the step is followed to its new name", async (when) => {
  const { github, clock, play } = await stage({
    behaviour: { freshRun404Ms: 0, queuedMs: 2 * HOUR_MS },
    installation: { repositories: "all" },
  });
  const NEW = "octo/renamed";
  if (when === "before") github.renameRepository(TARGET, NEW);
  const playing = play({
    ...START,
    wait_for: "completed",
    timeout_seconds: "10800",
    poll_interval_seconds: "300",
  });
  await clock.sleep(600_000);
  if (when === "during") github.renameRepository(TARGET, NEW);
  expect((await playing).failure).toBeUndefined();
  expect(github.runs(NEW)).toHaveLength(1);
});

describe("a private key", () => {
  const pkcs8 = KEYS.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  test.each([
    ["as GitHub hands it out (PKCS#1)", PRIVATE_KEY],
    ["as PKCS#8", pkcs8],
    ["on one line, with a literal \\n for each line break", PRIVATE_KEY.trim().replaceAll("\n", "\\n")],
    ["as PKCS#8 on one line, with a literal \\n at its end as well", pkcs8.replaceAll("\n", "\\n")],
    ["with the line ends of Windows", PRIVATE_KEY.replaceAll("\n", "\r\n")],
    ["with empty lines around it", `\n\n${PRIVATE_KEY}\n\n`],
  ])("is taken %s", async (_, app_private_key) => {
    const { github, play } = await stage();
    for (const app_id of [String(APP_ID), CLIENT_ID]) {
      const { failure } = await play({ ...START, app_id, app_private_key });
      expect(failure).toBeUndefined();
    }
    expect(refused(github)).toEqual([]);
    expect(github.runs(TARGET)).toHaveLength(2);
  });
});
