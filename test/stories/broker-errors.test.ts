/** What a broker refuses: the message as the reader sees it, and that nothing was started. */

import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import type { Broker } from "../simulator/broker.ts";
import { SUBJECT, setBrokerStage } from "../support/broker-stage.ts";
import { receiver } from "../support/receivers.ts";
import { asked, TARGET } from "../support/stage.ts";

const START = { workflow: "deploy.yml", ref: "main" };
const POLICY = `${TARGET}/deployer`;

const stage = () => setBrokerStage({ "deploy.yml": receiver("workflow_dispatch", "run-name") });

/** The message after `change`; no token or request for the target was there. */
async function messageAfter(change: (broker: Broker) => void, given: Record<string, string> = START): Promise<string> {
  const { github, broker, play } = await stage();
  change(broker);
  const { failure = "", tookMs } = await play(given);
  // What octo-sts says of a policy that is missing, it may say of one that GitHub did not let it read.
  const isUnsure = failure.includes("unable to find");
  expect(broker.exchanges()).toHaveLength(broker.idTokens.length);
  expect(broker.exchanges().length).toBeLessThanOrEqual(isUnsure ? 3 : 1);
  expect(tookMs).toBeLessThan(isUnsure ? 8000 : 1);
  expect(github.requests).toEqual([]);
  for (const secret of broker.idTokens) expect(failure).not.toContain(secret);
  return failure;
}

/** The lines to add, read as YAML. */
function linesIn(message: string): unknown {
  const document = parseDocument(message.slice(message.indexOf("\nissuer: ") + 1));
  expect(document.errors).toEqual([]);
  return document.toJS();
}

const NEEDED = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: SUBJECT,
  permissions: { actions: "write" },
};

describe("a refusal of the broker", () => {
  const CASES: Record<string, (broker: Broker) => void> = {
    "of a subject that does not fit": ({ options }) => {
      options.policies[POLICY] = { subject: "repo:octo/other:ref:refs/heads/main", permissions: {} };
    },
    "of an audience that is not its own": ({ options }) => {
      options.domain = "octo-sts.dev";
    },
    "of an identity without a policy": ({ options }) => {
      delete options.policies[POLICY];
    },
    "of a policy that cannot be read": ({ options }) => {
      options.policies[POLICY] = "broken";
    },
    "without an installation": ({ options }) => {
      options.installations.length = 0;
    },
    "of more than its App may do": ({ options: { installations } }) => {
      for (const each of installations) each.permissions = { contents: "write" };
    },
    "of an OIDC token that it does not know": (broker) => {
      broker.fault = (door) =>
        door === "exchange" ? { status: 401, message: "unable to verify bearer token" } : undefined;
    },
    "of another kind": (broker) => {
      broker.fault = (door) =>
        door === "exchange" ? { status: 400, message: "bad \u001b[31mrequest\n::error::x" } : undefined;
    },
    "by a redirect, which gets no OIDC token": (broker) => {
      const headers = { location: "https://evil.test/sts/exchange" };
      broker.fault = (door) => (door === "exchange" ? { status: 302, headers } : undefined);
    },
  };

  test.each(Object.entries(CASES))("%s shows what was sent and the lines to add", async (_, change) => {
    const message = await messageAfter(change);
    expect(message).toMatchSnapshot();
    const { audience, ...lines } = linesIn(message) as Record<string, unknown>;
    expect(lines).toEqual(NEEDED);
  });

  test("of an environment's subject with a blank says so, in lines that YAML can read", async () => {
    const subject = 'repo:octo/the-app:environment:my "prod"';
    const message = await messageAfter(({ options }) => Object.assign(options, { subject }));
    expect(message).toContain("octo-sts takes no subject with a blank, a quote or a bracket");
    expect(linesIn(message)).toEqual({ ...NEEDED, subject });
  });

  test("asks for what an event needs as well", async () => {
    const given = { event_type: "deploy" };
    const message = await messageAfter(({ options }) => delete options.policies[POLICY], given);
    expect(linesIn(message)).toEqual({ ...NEEDED, permissions: { contents: "write", actions: "read" } });
  });

  test("in the middle of a wait ends it, and names the run", async () => {
    const { github, broker, clock, play } = await setBrokerStage(
      { "deploy.yml": receiver("workflow_dispatch", "run-name") },
      { behaviour: { queuedMs: 7_200_000 } },
    );
    const wait = { wait_for: "completed", timeout_seconds: "10800", poll_interval_seconds: "300" };
    const playing = play({ ...START, ...wait });
    await clock.sleep(600_000);
    delete broker.options.policies[POLICY];
    const { failure = "" } = await playing;
    expect(failure).toMatch(
      /^https:\/\/octo-sts\.test gave no token for octo\/target as `deployer` \(404: unable to find/,
    );
    expect(failure).toContain("\nThe run itself continues: ");
    expect(broker.exchanges().length).toBeGreaterThan(1);
    expect(broker.tokens).toHaveLength(1);
    expect(github.runs(TARGET)).toHaveLength(1);
  });
});

describe("trouble that does not pass", () => {
  test("such as a limit is the broker's, in the log and in the error, and is obeyed", async () => {
    const { github, broker, play } = await stage();
    const fault = { status: 429, message: "GitHub API rate limit exceeded (403)", headers: { "retry-after": "40" } };
    broker.fault = (door) => (door === "exchange" ? fault : undefined);
    const { failure, log, tookMs } = await play({ ...START, find_timeout_seconds: "60" });
    expect(failure).toMatchInlineSnapshot(`
      "https://octo-sts.test answered GET /sts/exchange with 429 until the deadline: GitHub API rate limit exceeded (403).
      octo-sts answers so when GitHub limits or refuses it, or does not answer: try again later, or increase the time-out."
    `);
    expect(log.filter((line) => line.includes("limit"))).toMatchInlineSnapshot(`
      [
        "Rate limit of https://octo-sts.test reached; waiting 40 s, then continuing.",
        "Rate limit of https://octo-sts.test reached, which is after the deadline.",
      ]
    `);
    expect(broker.exchanges()).toHaveLength(2);
    expect(tookMs).toBe(60_000);
    expect(github.requests).toEqual([]);
  });

  test.each([
    ["the broker is", /^https:/, true],
    ["the target alone is", /^http:/, false],
  ])("such as no connection is told with the proxy, if %s behind one", async (_, proxied, isNamed) => {
    const { broker, play } = await stage();
    broker.close();
    const { failure = "" } = await play({ ...START, find_timeout_seconds: "20" }, { proxied });
    expect(failure).toMatch(/^No connection to https:\/\/\S+ \(/);
    expect(failure.includes("The request goes through the proxy in")).toBe(isNamed);
  });

  test("is told with the broker's words at the deadline, which is kept", async () => {
    const { github, broker, play } = await stage();
    broker.fault = (door) => (door === "exchange" ? { status: 500, message: "failed to get token" } : undefined);
    const { failure, tookMs } = await play({ ...START, find_timeout_seconds: "60" });
    expect(failure).toMatchInlineSnapshot(`
      "https://octo-sts.test answered GET /sts/exchange with 500 until the deadline: failed to get token.
      octo-sts answers so when GitHub limits or refuses it, or does not answer: try again later, or increase the time-out."
    `);
    expect(tookMs).toBe(60_000);
    expect(github.requests).toEqual([]);
  });

  test("is told of an answer that is no broker's", async () => {
    expect(
      await (async () => {
        const { broker, play } = await stage();
        broker.fault = (door) => (door === "exchange" ? { status: 200 } : undefined);
        return (await play({ ...START, find_timeout_seconds: "60" })).failure;
      })(),
    ).toMatchInlineSnapshot(`
      "The response of https://octo-sts.test to GET /sts/exchange cannot be read: it has no such field \`token\` as an installation-token has (200).
      Check \`oidc_broker\`: the server is no broker, or a proxy responds instead."
    `);
  });

  test("is told of GitHub's own OIDC provider", async () => {
    expect(
      await messageAfter((broker) => {
        broker.fault = (door) => (door === "idtoken" ? { status: 403, message: "no" } : undefined);
      }),
    ).toMatchInlineSnapshot(`
      "GitHub gave the job no OIDC token for octo/target (403: no).
      Check that the job's \`permissions:\` have \`id-token: write\`."
    `);
  });
});

test("a token that may too little is explained by the policy", async () => {
  const { github, broker, play } = await stage();
  broker.options.policies[POLICY] = { subject: SUBJECT, permissions: { contents: "write" } };
  expect((await play(START)).failure).toMatchInlineSnapshot(`
    "The token cannot send a workflow_dispatch to octo/target (403 Resource not accessible by integration).
    \`.github/chainguard/deployer.sts.yaml\` on the default branch of octo/target has to list \`actions: write\` under \`permissions:\`, which the broker's App must have as well."
  `);
  expect(github.runs(TARGET)).toEqual([]);
});

test("a job without `id-token: write` is told the line to add, before anything is sent", async () => {
  const { github, broker, play } = await stage();
  const { failure } = await play(START, { idToken: undefined } as never);
  expect(failure).toMatchInlineSnapshot(`
    "There is a problem with the inputs, so nothing was sent:
    - \`oidc_broker\` needs the job's OIDC token, which this job may not get: add \`id-token: write\` to the job's \`permissions:\`."
  `);
  expect([...github.requests, ...broker.asked]).toEqual([]);
});

test("the dry run says whose token it is", async () => {
  const { github, play } = await stage();
  const { failure, log } = await play({ ...START, dry_run: "true" });
  expect(failure).toBeUndefined();
  expect(log.join("\n")).toContain("The token is valid and can see octo/target");
  expect(asked(github, "POST")).toEqual([]);
});
