/** The story with an OIDC broker: no stored secret. */

import { describe, expect, test } from "vitest";
import { openGitHub } from "../../src/github/api.ts";
import { brokerTokens } from "../../src/github/broker-tokens.ts";
import { ID_TOKEN_REQUEST } from "../simulator/broker.ts";
import { clientOf } from "../simulator/client.ts";
import { tokensUsed } from "../support/app-stage.ts";
import { addBroker, GIVEN, HOST, SUBJECT, setBrokerStage, WITH_ID_TOKEN } from "../support/broker-stage.ts";
import { setFleet } from "../support/fleet-stage.ts";
import { quietLog } from "../support/quiet-log.ts";
import { receiver } from "../support/receivers.ts";
import { asked, TARGET } from "../support/stage.ts";
import { type Played, textOf } from "../support/step.ts";

const WORKFLOW = receiver("workflow_dispatch", "run-name");
const START = { workflow: "deploy.yml", ref: "main" };
const HOUR_MS = 3_600_000;

const stage = (options?: Parameters<typeof setBrokerStage>[1]) =>
  setBrokerStage({ "deploy.yml": WORKFLOW }, { behaviour: { freshRun404Ms: 0 }, ...options });

/** Neither token stands in anything that the step leaves, and the runner was told to hide both. */
function expectHidden(played: Played, { idTokens, tokens }: { idTokens: string[]; tokens: string[] }) {
  const left = textOf(played);
  for (const secret of [...idTokens, ...tokens]) {
    expect(played.masked).toContain(secret);
    expect(left).not.toContain(secret);
  }
  expect(left).not.toContain(ID_TOKEN_REQUEST.token);
}

describe("a token", () => {
  test("is exchanged once, by a request of octo-sts's own form, and hidden as soon as it exists", async () => {
    const { github, broker, play } = await stage();
    const played = await play({ ...START, wait_for: "completed" });
    expect(played.failure).toBeUndefined();
    expect(played.log[0]).toBe(`Using tokens from ${HOST}; the input \`token\` is not used.`);
    expect(broker.asked.map(({ door, query }) => [door, query])).toEqual([
      ["idtoken", { "api-version": "2.0", audience: HOST }],
      ["exchange", { scope: TARGET, scopes: TARGET, identity: "deployer" }],
    ]);
    expect(broker.exchanges()[0]?.authorization).toBe(`Bearer ${broker.idTokens[0]}`);
    expect(tokensUsed(github.requests)).toEqual(broker.tokens);
    expectHidden(played, broker);
  });

  test("is renewed by a fresh OIDC token before its hour is over, and no request is refused", async () => {
    const { github, broker, play } = await stage({ behaviour: { freshRun404Ms: 0, queuedMs: 3 * HOUR_MS } });
    const given = { wait_for: "completed", timeout_seconds: "14400", poll_interval_seconds: "300" };
    const played = await play({ ...START, ...given });
    expect(played.failure).toBeUndefined();
    expect(asked(github, "").filter((line) => line.endsWith(" 401"))).toEqual([]);
    const atMs = broker.exchanges().map((each) => each.atMs);
    expect(atMs).toHaveLength(4);
    for (const lifeMs of atMs.slice(1).map((each, index) => each - (atMs[index] ?? 0))) {
      expect(lifeMs).toBeGreaterThan(0.85 * HOUR_MS);
      expect(lifeMs).toBeLessThan(HOUR_MS);
    }
    expect(new Set(broker.idTokens).size).toBe(4);
    expect(tokensUsed(github.requests)).toEqual(broker.tokens);
    expectHidden(played, broker);
  });

  test("that GitHub refuses before its time is exchanged anew at once", async () => {
    const { github, broker, clock, play } = await stage({ behaviour: { freshRun404Ms: 0, queuedMs: 600_000 } });
    const playing = play({ ...START, wait_for: "completed" });
    await clock.sleep(300_000);
    expect((await clientOf(clock, github.apiUrl, broker.tokens[0])("DELETE", "/installation/token")).status).toBe(204);
    expect((await playing).failure).toBeUndefined();
    expect(broker.tokens).toHaveLength(2);
    expect(asked(github, "POST /repos")).toHaveLength(1);
  });

  test("is revoked at the end, at the target's own API", async () => {
    const { github, broker, clock } = await stage();
    const [owner, repo] = ["octo", "target"];
    const credentials = { broker: brokerTokens({ host: HOST, identity: "deployer" }, ID_TOKEN_REQUEST) };
    const target = { owner, repo, apiUrl: github.apiUrl };
    const opened = openGitHub({ target, credentials, fetch: clock.fetch as never, clock, log: quietLog() });
    await Promise.all([1, 2, 3].map(() => opened.getRepository({ timeoutMs: 1000 })));
    await opened.revokeToken({ timeoutMs: 1000 });
    expect(broker.tokens).toHaveLength(1);
    expect(github.transcript().at(-1)).toBe("DELETE /installation/token → 204");
  });

  test("of a renamed target is asked for by its new name", async () => {
    const { github, broker, clock, play } = await stage({ behaviour: { freshRun404Ms: 0, queuedMs: 2 * HOUR_MS } });
    const given = { wait_for: "completed", timeout_seconds: "10800", poll_interval_seconds: "300" };
    const playing = play({ ...START, ...given });
    await clock.sleep(600_000);
    github.renameRepository(TARGET, "octo/renamed");
    broker.options.policies["octo/renamed/deployer"] = broker.options.policies[`${TARGET}/deployer`] ?? "broken";
    expect((await playing).failure).toBeUndefined();
    expect(broker.exchanges().map(({ query }) => query.scope)).toEqual([TARGET, "octo/renamed", "octo/renamed"]);
  });
});

describe("trouble that passes", () => {
  test.each([
    ["a 500, as octo-sts answers to GitHub's own limits", { status: 500, message: "failed to get token" }],
    ["a 503", { status: 503 }],
    ["a reset", "reset"],
    ["an exchange that hangs", "hang"],
  ] as const)("such as %s is waited out, by either door", async (_, fault) => {
    for (const door of ["exchange", "idtoken"]) {
      const { github, broker, play } = await stage();
      broker.fault = (at, nth) => (at === door && nth <= 2 ? fault : undefined);
      const played = await play(START);
      expect(played.failure).toBeUndefined();
      expect(played.log.join("\n")).toMatch(/^https:\S+\.test responds again/m);
      expect(broker.tokens).toHaveLength(1);
      expect(asked(github, "POST /repos")).toHaveLength(1);
      expectHidden(played, broker);
    }
  });

  test("such as a 429 is waited out until the broker's time", async () => {
    const { broker, play } = await stage();
    const fault = { status: 429, message: "slow down", headers: { "retry-after": "60" } };
    broker.fault = (door, nth) => (door === "exchange" && nth === 1 ? fault : undefined);
    const { failure, tookMs } = await play(START);
    expect(failure).toBeUndefined();
    expect(tookMs).toBeGreaterThanOrEqual(60_000);
    expect(tookMs).toBeLessThan(70_000);
  });

  test("such as a policy that GitHub did not let octo-sts read is asked for again", async () => {
    const { github, broker, play } = await stage();
    const fault = { status: 404, message: 'unable to find trust policy for "deployer"' };
    broker.fault = (door, nth) => (door === "exchange" && nth <= 2 ? fault : undefined);
    const played = await play(START);
    expect(played.failure).toBeUndefined();
    expect(played.tookMs).toBeLessThan(10_000);
    expect(new Set(broker.exchanges().map(({ authorization }) => authorization)).size).toBe(3);
    expect(asked(github, "POST /repos")).toHaveLength(1);
    expectHidden(played, broker);
  });

  test("in the middle of a wait costs nothing but time", async () => {
    const { broker, play } = await stage({ behaviour: { freshRun404Ms: 0, queuedMs: 2 * HOUR_MS } });
    broker.fault = (door, nth) => (door === "exchange" && nth > 1 && nth < 20 ? { status: 500 } : undefined);
    const given = { wait_for: "completed", timeout_seconds: "10800", poll_interval_seconds: "300" };
    expect((await play({ ...START, ...given })).failure).toBeUndefined();
    expect(broker.tokens).toHaveLength(2);
  });
});

test.each([
  { status: 404, message: 'unable to find trust policy for "deployer"' },
  { status: 403, message: "no" },
  { status: 500 },
  "hang" as const,
])("a renewal that fails with %o is tried again while the old token lives, and the wait goes on", async (fault) => {
  const { github, broker, play } = await stage({ behaviour: { freshRun404Ms: 0, queuedMs: 2 * HOUR_MS } });
  broker.fault = (door, nth) => (door === "exchange" && (nth === 2 || nth === 3) ? fault : undefined);
  const given = { wait_for: "completed", timeout_seconds: "10800", poll_interval_seconds: "60" };
  expect((await play({ ...START, ...given })).failure).toBeUndefined();
  expect(broker.tokens).toHaveLength(3);
  expect(tokensUsed(github.requests)).toEqual(broker.tokens);
  expect(asked(github, "").filter((line) => line.endsWith(" 401"))).toEqual([]);
});

test("a limit of the broker's that a renewal meets is obeyed, and the old token serves meanwhile", async () => {
  const { github, broker, play } = await stage({ behaviour: { freshRun404Ms: 0, queuedMs: 2 * HOUR_MS } });
  const fault = { status: 429, message: "slow down", headers: { "retry-after": "180" } };
  const requests: number[] = [];
  broker.fault = (door, nth) => {
    if (door === "exchange") requests[nth] = github.requests.length;
    return door === "exchange" && nth === 2 ? fault : undefined;
  };
  const given = { wait_for: "completed", timeout_seconds: "10800", poll_interval_seconds: "30" };
  expect((await play({ ...START, ...given })).failure).toBeUndefined();
  const [, refused = { atMs: 0 }, next = { atMs: 0 }] = broker.exchanges();
  expect(next.atMs - refused.atMs).toBeGreaterThanOrEqual(180_000);
  expect(next.atMs - refused.atMs).toBeLessThan(240_000);
  const meanwhile = github.requests.slice(requests[2], requests[3]);
  expect(meanwhile.length).toBeGreaterThan(3);
  expect(new Set(meanwhile.map(({ token }) => token))).toEqual(new Set(broker.tokens.slice(0, 1)));
});

describe("with `targets`", () => {
  const permissions = { contents: "write", actions: "write" } as const;
  const policyOf = (name: string) => [`${name}/deployer`, { subject: SUBJECT, permissions }] as const;

  async function setBrokerFleet(allowed: string[]) {
    const fleet = await setFleet({ "octo/api": {}, "octo/web": {}, "acme/cli": {} });
    const policies = Object.fromEntries(allowed.map(policyOf));
    const broker = addBroker(fleet.github, fleet.clock, { policies }, ["octo", "acme"]);
    const targets = "[octo/api, octo/web, acme/cli]";
    return { ...fleet, broker, play: (more = {}) => fleet.play({ ...GIVEN, targets, ...more }, WITH_ID_TOKEN) };
  }

  test("there is one exchange for each repository, and each token stays at its own", async () => {
    const { broker, github, play } = await setBrokerFleet(["octo/api", "octo/web", "acme/cli"]);
    const played = await play();
    expect(played.ends).toEqual(["octo/api: success", "octo/web: success", "acme/cli: success"]);
    expect(broker.exchanges().map(({ query }) => query.scope)).toEqual(["octo/api", "octo/web", "acme/cli"]);
    expect(played.log.filter((line) => line.startsWith("Using tokens from"))).toHaveLength(1);
    const used = new Set(github.requests.map(({ path, token }) => `${path.split("/")[3]} ${token}`));
    expect(used.size).toBe(3);
    expectHidden(played, broker);
  });

  test.each([
    { status: 429, message: "slow down", headers: { "retry-after": "600" } },
    { status: 500, message: "failed to get token" },
  ])("trouble of the broker's (%o) with one entry holds up no other", async (fault) => {
    const { broker, play } = await setBrokerFleet(["octo/api", "octo/web", "acme/cli"]);
    broker.fault = (door, nth) => (door === "exchange" && nth === 1 ? fault : undefined);
    const { ends, log } = await play({ find_timeout_seconds: "900" });
    expect(ends).toEqual(["octo/api: success", "octo/web: success", "acme/cli: success"]);
    const at = (line: RegExp) => log.findIndex((each) => line.test(each));
    expect(log.filter((line) => /^octo\/web: success after [5-9] s/.test(line))).toHaveLength(1);
    expect(log.filter((line) => /^acme\/cli: success after [5-9] s/.test(line))).toHaveLength(1);
    // What another has got from GitHub is no news of the broker.
    expect(at(/^https:\/\/octo-sts\.test responds again after /)).toBe(at(/^octo\/api: GitHub started run/) - 1);
    expect(log.filter((line) => line.includes("responds again"))).toHaveLength(1);
  });

  test("a refusal is its own entry's alone", async () => {
    const { play } = await setBrokerFleet(["octo/web", "acme/cli"]);
    const { ends, results } = await play();
    expect(ends).toEqual(["octo/api: error", "octo/web: success", "acme/cli: success"]);
    expect(results[0]?.error).toContain("gave no token for octo/api");
  });
});

test("`post` exchanges anew, and cancels the run", async () => {
  const { github, broker, play, playPost } = await stage({ behaviour: { freshRun404Ms: 0, stepMs: 60_000 } });
  const traces: string[] = [];
  const given = { ...START, wait_for: "completed", cancel_run_on: "cancel" };
  await play(given, { onTrace: (trace) => traces.push(trace), cancelAfterMs: 20_000 });
  const before = broker.tokens.length;
  const posted = await playPost(given, traces.find((trace) => trace.includes('"started"')) ?? "");
  expect(posted.warnings).toEqual([]);
  expect(broker.tokens).toHaveLength(before + 1);
  expect(github.requests.at(-1)?.token).toBe(broker.tokens.at(-1));
  expectHidden(posted, { idTokens: broker.idTokens.slice(-1), tokens: broker.tokens.slice(-1) });
});

describe("`post` of several targets", () => {
  const given = { ...GIVEN, targets: "[octo/api, octo/web, acme/cli]", cancel_run_on: "cancel" };
  const permissions = { contents: "write", actions: "write" } as const;

  async function cancelledFleet() {
    const slow = { freshRun404Ms: 0, stepMs: 600_000 };
    const fleet = await setFleet({ "octo/api": slow, "octo/web": slow, "acme/cli": slow });
    const policies = Object.fromEntries(
      ["octo/api", "octo/web", "acme/cli"].map((name) => [`${name}/deployer`, { subject: SUBJECT, permissions }]),
    );
    const broker = addBroker(fleet.github, fleet.clock, { policies }, ["octo", "acme"]);
    // As where the runner has killed the step: what it had saved by then is all that `post` has.
    const saved: string[][] = [];
    const onTrace = (trace: string, position?: number) => {
      if (position !== undefined && trace.includes('"started"')) saved[position] ??= [trace];
    };
    fleet.github.fault = ({ path }) =>
      path.endsWith("/cancel") ? { kind: "status", when: "before", status: 503 } : undefined;
    await fleet.play(given, { ...WITH_ID_TOKEN, cancelAfterMs: 20_000, onTrace });
    fleet.github.fault = undefined;
    return { ...fleet, broker, traces: saved.flat() };
  }

  test("exchanges anew for each repository, and cancels all runs", async () => {
    const { github, broker, playPost, traces } = await cancelledFleet();
    expect(traces).toHaveLength(3);
    const [before, requests] = [broker.tokens.length, github.requests.length];
    const posted = await playPost(given, traces, WITH_ID_TOKEN);
    expect(posted.warnings).toEqual([]);
    const scopes = broker.exchanges().slice(-3);
    expect(scopes.map(({ query }) => query.scope).sort()).toEqual(["acme/cli", "octo/api", "octo/web"]);
    expect(broker.tokens).toHaveLength(before + 3);
    const used = new Set(github.requests.slice(requests).map(({ token }) => token));
    expect(used).toEqual(new Set(broker.tokens.slice(before)));
    for (const name of ["octo/api", "octo/web", "acme/cli"])
      expect(github.runs(name)).toMatchObject([{ conclusion: "cancelled" }]);
    expectHidden(posted, { idTokens: broker.idTokens.slice(-3), tokens: broker.tokens.slice(before) });
  });

  test("says of each that goes on what the broker did", async () => {
    const { github, broker, playPost, traces } = await cancelledFleet();
    const limit = { status: 429, message: "slow down", headers: { "retry-after": "600" } };
    broker.fault = (door) => (door === "exchange" ? limit : undefined);
    const { warnings } = await playPost(given, traces, WITH_ID_TOKEN);
    expect(warnings.map((line) => line.replace(github.apiUrl, "HOST"))).toMatchInlineSnapshot(`
      [
        "The remote run may not have ended (https://octo-sts.test's rate limit has not ended (429)); check it: HOST/octo/api/actions/runs/30000000011",
        "The remote run may not have ended (https://octo-sts.test's rate limit has not ended (429)); check it: HOST/octo/web/actions/runs/30000000022",
        "The remote run may not have ended (https://octo-sts.test's rate limit has not ended (429)); check it: HOST/acme/cli/actions/runs/30000000033",
      ]
    `);
  });

  test("without the job's OIDC token sends nothing, and names the runs that go on", async () => {
    const { github, broker, playPost, traces } = await cancelledFleet();
    const before = [github.requests.length, broker.asked.length];
    const { warnings } = await playPost(given, traces);
    expect([github.requests.length, broker.asked.length]).toEqual(before);
    expect(warnings.map((line) => line.replace(github.apiUrl, "HOST"))).toMatchInlineSnapshot(`
      [
        "The remote run could not be cancelled and may go on: HOST/octo/api/actions/runs/30000000011
      \`oidc_broker\` needs the job's OIDC token, which this job may not get: add \`id-token: write\` to the job's \`permissions:\`.",
        "The remote run could not be cancelled and may go on: HOST/octo/web/actions/runs/30000000022
      \`oidc_broker\` needs the job's OIDC token, which this job may not get: add \`id-token: write\` to the job's \`permissions:\`.",
        "The remote run could not be cancelled and may go on: HOST/acme/cli/actions/runs/30000000033
      \`oidc_broker\` needs the job's OIDC token, which this job may not get: add \`id-token: write\` to the job's \`permissions:\`.",
      ]
    `);
  });
});
