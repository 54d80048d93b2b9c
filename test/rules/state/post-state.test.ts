import { expect, test } from "vitest";
import { readInputs } from "../../../src/inputs/inputs.ts";
import { postStateOf, readPostState } from "../../../src/state/post-state.ts";

const CALLER = { repository: "octo/caller", apiUrl: "https://api.github.com", runId: "1", runAttempt: "1" };
const GIVEN: Record<string, string> = { token: "t0ken", workflow: "deploy.yml", cancel_run_on: "cancel" };
const INPUTS = readInputs((name) => GIVEN[name] ?? "", CALLER, "0".repeat(16));
/** An environment variable takes no more (docs/platform.md#runner-inputs). */
const MOST = 128 * 1024;

const run = (htmlUrl: string) => ({
  started: { id: 2n ** 63n - 1n, htmlUrl, jobsUrl: htmlUrl },
  disposition: "given" as const,
});

test("what a step saves is read again as it was", () => {
  const text = postStateOf({ distinctId: "", taken: run("https://github.com/x"), rerunOf: 2 }, INPUTS);
  expect(readPostState(text)).toEqual({
    phase: "sent",
    target: INPUTS.target,
    cancels: true,
    started: { id: "9223372036854775807", htmlUrl: "https://github.com/x" },
    rerunOf: 2,
  });
});

test("what a step saves stays small, whatever a server has answered", () => {
  const url = `https://github.com/${"x".repeat(MOST)}`;
  const dueStatus = { state: "error" as const, description: url, url };
  const text = postStateOf({ distinctId: "", taken: run(url), dueStatus }, INPUTS);
  expect(text.length).toBeLessThan(MOST / 4);
  expect(readPostState(text)?.phase).toBe("sent");
});
