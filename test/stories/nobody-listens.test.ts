/** A repository_dispatch that can have started nothing: the step does not wait for all of the default time. */

import { describe, expect, test } from "vitest";
import { receiver } from "../support/receivers.ts";
import { setStage, TARGET } from "../support/stage.ts";

const EVENT = receiver("repository_dispatch", "run-name");
const OTHER = EVENT.replace("[deploy]", "[release]");

describe("the search ends after a minute", () => {
  test.each<[string, Record<string, string>, string[], RegExp]>([
    [
      "where no workflow names the type",
      { "deploy.yml": OTHER },
      [],
      /No workflow on the default branch listens for repository_dispatch `deploy`\. They listen for release\./,
    ],
    [
      "where the only listener is disabled",
      { "deploy.yml": EVENT },
      ["deploy.yml"],
      /deploy\.yml is disabled: enable it on the target's Actions page\./,
    ],
  ])("%s", async (_, workflows, disabled, says) => {
    const { github, play } = await setStage(workflows, { repository: { disabled } });
    const { failure, tookMs, outputs } = await play({ event_type: "deploy" });
    expect(failure).toMatch(
      /^No run of octo\/target showed the id \S+ within 6\d s\. None can have started, so the wait ended before the default of 300 s \(`find_timeout_seconds`\); a value that you set is kept\.\n/,
    );
    expect(failure).toMatch(says);
    expect(tookMs).toBeGreaterThan(60_000);
    expect(tookMs).toBeLessThan(70_000);
    expect(outputs.runId).toBeUndefined();
    expect(github.runs(TARGET)).toEqual([]);
  });
});

describe("a run of another workflow than `workflow` names, which shows the id", () => {
  const PUSH = "name: Other\non: push\njobs: { a: { runs-on: x, steps: [{ run: a }] } }\n";
  const says = (workflow: string, url = "") =>
    `A run shows the id, but it belongs to .github/workflows/deploy.yml, and \`workflow\` names \`${workflow}\`: ${url}`;

  test.each([
    ["does not listen", "other.yml", "other.yml does not listen for repository_dispatch `deploy`"],
    ["is not there", "deplyo.yml", "There is no workflow `deplyo.yml` on the default branch"],
  ])("is named, and the search ends after a minute where that one %s", async (_, workflow, why) => {
    const { github, play } = await setStage({ "deploy.yml": EVENT, "other.yml": PUSH });
    const { failure, tookMs, outputs } = await play({ event_type: "deploy", workflow });
    const url = `${github.apiUrl}/${TARGET}/actions/runs/${github.runs(TARGET)[0]?.id}`;
    const lines = failure?.split("\n") ?? [];
    expect(lines[0]).toMatch(
      new RegExp(`^No run of \`${workflow}\` in octo/target showed the id \\S+ within 6\\d s\\. None can have started`),
    );
    expect(lines[1]).toBe(says(workflow, url));
    expect(failure).toContain(why);
    expect(tookMs).toBeLessThan(70_000);
    expect(outputs.runId).toBeUndefined();
  });

  test("is named, and the search goes on where that one listens as well", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT, "late.yml": EVENT });
    github.behaviour(TARGET, "late.yml", { visibleAfterMs: 400_000 });
    const { failure, tookMs } = await play({ event_type: "deploy", workflow: "late.yml" });
    expect(failure).toContain(says("late.yml"));
    expect(tookMs).toBeGreaterThan(295_000);
  });
});

describe("the search goes on", () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ["where the time was set by hand", { "deploy.yml": OTHER }, { find_timeout_seconds: "200" }],
    ["where a file could not be read", { "deploy.yml": OTHER }, {}],
  ])("%s", async (what, workflows, given) => {
    const { github, play } = await setStage(workflows);
    if (what.includes("file"))
      github.fault = ({ path }) =>
        path.includes("/contents/") ? { when: "before", kind: "status", status: 403 } : undefined;
    const { failure, tookMs } = await play({ event_type: "deploy", ...given });
    const seconds = Number(given.find_timeout_seconds ?? 300);
    expect(failure).toContain(`within ${seconds} s (\`find_timeout_seconds\`).`);
    expect(tookMs).toBeGreaterThan(1000 * seconds - 3000);
  });

  test("where somebody listens and GitHub is late", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT }, { behaviour: { visibleAfterMs: 150_000 } });
    const { outputs, failure } = await play({ event_type: "deploy" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });
});

describe("a listed run and the workflow files are not told against each other", () => {
  const E2E = EVENT.replace("[deploy]", "[nightly]").replace("name: Deploy", "name: E2E");
  const NOBODY = "No workflow on the default branch listens for repository_dispatch `e2e`. They listen for nightly.";

  async function play(action: string, given: Record<string, string> = {}, text = E2E) {
    const { github, clock, play } = await setStage({ "e2e.yml": text });
    const played = play({ event_type: "e2e", ...given });
    await clock.sleep(5000);
    github.startRun(TARGET, "e2e.yml", { event: "repository_dispatch", action, payload: {} });
    return { ...(await played), url: `${github.apiUrl}/${TARGET}/actions/runs/${github.runs(TARGET)[0]?.id}` };
  }

  test.each([{}, { workflow: "e2e.yml" }])("where another type started the run: %j", async (given) => {
    const { failure, url } = await play("nightly", given);
    expect(failure).toContain(
      `GitHub listed 1 run since the dispatch. By repository_dispatch:\n- .github/workflows/e2e.yml "Deploy []": was started by another type than \`e2e\`, ${url}\n`,
    );
    expect(failure).toContain("workflow" in given ? "e2e.yml does not listen for repository_dispatch `e2e`" : NOBODY);
  });

  test("where the run's title is the type, and its file has changed since", async () => {
    const { failure, url } = await play("e2e", {}, E2E.replace(/run-name: .*\n/, ""));
    expect(failure).toContain(`- .github/workflows/e2e.yml "e2e": shows no id, ${url}`);
    expect(failure).not.toMatch(/No workflow .* listens|They listen/);
    expect(failure).toContain("the receiving workflow needs:");
  });
});
