/** A dispatch is sent once, whatever becomes of its answer. */

import { describe, expect, test } from "vitest";
import { receiver, SILENT } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const EVENT = receiver("repository_dispatch", "run-name");

const POST_EVENT = "POST /repos/octo/target/dispatches";

describe("once", () => {
  test("a dispatch that a 503 followed is not sent again when its run is there", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    github.fault = ({ method }) => (method === "POST" ? { when: "after", kind: "status", status: 503 } : undefined);
    const { outputs, failure } = await play({ event_type: "deploy" });
    expect(failure).toBeUndefined();
    expect(asked(github, "POST")).toEqual([`${POST_EVENT} → 503 (status)`]);
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });

  test("a run that was found after a 503 is an output also where nothing is waited for", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    github.fault = ({ method }) => (method === "POST" ? { when: "after", kind: "status", status: 503 } : undefined);
    const { outputs, failure } = await play({ event_type: "deploy", wait_for: "nothing" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });

  test("a dispatch that GitHub did not act on is sent again after a full minute of looking", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    github.fault = ({ method, nth }) =>
      method === "POST" && nth === 1 ? { when: "before", kind: "reset" } : undefined;
    const { outputs, failure } = await play({ event_type: "deploy" });
    expect(failure).toBeUndefined();
    const posts = github.requests.filter(({ method }) => method === "POST");
    expect(posts).toHaveLength(2);
    expect((posts[1]?.atMs ?? 0) - (posts[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(60_000);
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });

  test.each([
    [
      "is not sent again when a run without any id was started",
      SILENT,
      1,
      "a run without the id started since and may be the one (http",
    ],
    ["is sent again when all that was started shows other ids", EVENT, 2, undefined],
  ])("a dispatch with an unclear answer: %s", async (_, text, sendings, words) => {
    const { github, play } = await setStage({ "deploy.yml": text });
    const isSilent = text === SILENT;
    const neighbour = {
      event: "repository_dispatch",
      action: "deploy",
      payload: { distinct_id: "1-1-00000000000000aa" },
    };
    github.fault = ({ method, nth }) => {
      if (method !== "POST" || nth > 1) return undefined;
      if (!isSilent) github.startRun(TARGET, "deploy.yml", neighbour);
      return { when: isSilent ? "after" : "before", kind: "status", status: 502 };
    };
    const { failure } = await play({ event_type: "deploy" });
    expect(asked(github, "POST")).toHaveLength(sendings);
    if (words === undefined) expect(failure).toBeUndefined();
    else expect(failure).toContain(words);
  });

  test("a dispatch is sent three times at most, and the error says what is not known", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    github.fault = ({ method }) => (method === "POST" ? { when: "before", kind: "status", status: 502 } : undefined);
    const { failure } = await play({ event_type: "deploy", distinct_id: "mine" });
    expect(asked(github, "POST")).toHaveLength(3);
    expect(
      failure?.replace(/A1B2:\d+/, "A1B2:…").replaceAll(github.apiUrl, "https://github.test"),
    ).toMatchInlineSnapshot(`
      "GitHub's response leaves unclear whether a run started (502), and GitHub returned this 3 times.
      Check the runs of octo/target before you run this step again: a run may have started. It would show \`mine\`. https://github.test/octo/target/actions
      GitHub's request id: A1B2:…"
    `);
  });

  test("a dispatch without an id is not sent again", async () => {
    const { github, play } = await setStage({ "deploy.yml": SILENT });
    github.fault = ({ method }) => (method === "POST" ? { when: "after", kind: "status", status: 502 } : undefined);
    const { failure } = await play({ workflow: "deploy.yml", ref: "main", distinct_id_key: "" });
    expect(asked(github, "POST")).toHaveLength(1);
    expect(
      failure?.replace(/A1B2:\d+/, "A1B2:…").replaceAll(github.apiUrl, "https://github.test"),
    ).toMatchInlineSnapshot(`
      "GitHub's response leaves unclear whether a run started (502), and no id was sent to find it by.
      Check the runs of octo/target before you run this step again: a run may have started. https://github.test/octo/target/actions
      GitHub's request id: A1B2:…"
    `);
  });

  test("a dispatch whose time leaves no full window is not sent again", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    github.fault = ({ method }) => (method === "POST" ? { when: "before", kind: "status", status: 502 } : undefined);
    const { failure, tookMs } = await play({ event_type: "deploy", find_timeout_seconds: "45" });
    expect(asked(github, "POST")).toHaveLength(1);
    expect(tookMs).toBe(45_000);
    expect(failure).toContain("`find_timeout_seconds` left no time");
  });

  test("a dispatch that a limit refused is sent again when it has passed", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    const limited = { when: "before", kind: "status", status: 403 } as const;
    const body = { message: "You have exceeded a secondary rate limit." };
    github.fault = ({ method, nth }) =>
      method === "POST" && nth === 1 ? { ...limited, body, headers: { "retry-after": "40" } } : undefined;
    const { failure, log } = await play({ event_type: "deploy", wait_for: "nothing" }, { random: () => 0 });
    expect(failure).toBeUndefined();
    const [first, second] = github.requests;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBe(40_000);
    expect(log).toContain("Rate limit reached until 12:00:40 UTC; waiting 40 s, then continuing.");
  });

  test("a dispatch follows a renamed repository on the same server, with method and body", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    github.renameRepository(TARGET, "octo/renamed");
    const { failure, log } = await play({ event_type: "deploy", wait_for: "nothing" });
    expect(failure).toBeUndefined();
    expect(asked(github, "POST")).toEqual([`${POST_EVENT} → 307`, "POST /repos/octo/renamed/dispatches → 204"]);
    expect(log.join("\n")).toContain("octo/target is now called octo/renamed");
    const { outputs } = await play({ event_type: "deploy" });
    expect(outputs.runId).toBe(String(github.runs("octo/renamed")[1]?.id));
  });

  test("a token does not follow a redirect to another host", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    const headers = { location: "http://127.0.0.2:1/repositories/1/dispatches" };
    github.fault = ({ method }) =>
      method === "POST" ? { when: "before", kind: "status", status: 307, headers } : undefined;
    const { failure } = await play({ event_type: "deploy" });
    expect(failure).toContain("redirected to http://127.0.0.2:1");
    expect(asked(github, "POST")).toHaveLength(1);
  });
});

test("a run whose name shows the id of its own caller, as in a chain, is ours by its step, and nothing is sent again", async () => {
  const parent = "1658821493-1-9f3c2a7e41d06b58";
  const workflow = receiver("repository_dispatch", "step").replace(
    "\non:",
    "\nrun-name: Deploy for ${{ github.event.client_payload.parent }}\non:",
  );
  expect(workflow).toContain("run-name");
  const { github, play } = await setStage({ "deploy.yml": workflow }, { behaviour: { queuedMs: 200_000 } });
  github.fault = ({ method, nth }) =>
    method === "POST" && nth === 1 ? { when: "after", kind: "status", status: 502 } : undefined;
  const { failure, outputs } = await play({ event_type: "deploy", client_payload: `parent: ${parent}` });
  expect(asked(github, "POST")).toHaveLength(1);
  expect(github.runs(TARGET)).toHaveLength(1);
  expect(failure).toBeUndefined();
  expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
});
