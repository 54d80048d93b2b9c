import { describe, expect, test } from "vitest";
import { readRunAddress, runPageUrl } from "../../../src/inputs/given-run.ts";
import { type Inputs, readInputs } from "../../../src/inputs/inputs.ts";
import { readerOf } from "../../../src/inputs/reader.ts";
import { problemsIn } from "../../support/problems.ts";

const caller = { repository: "octo/caller", apiUrl: "https://api.github.com", runId: "1", runAttempt: "1" };
/** What action.yml fills in by itself. */
const FILLED = { token: "t0ken", repo: "octo/caller", client_payload: "{}", workflow_inputs: "{}", max_runs: "500" };

function read(given: Record<string, string>): Inputs {
  const inputs: Record<string, string> = { ...FILLED, distinct_id_key: "distinct_id", ...given };
  return readInputs((name) => inputs[name] ?? "", caller, "0".repeat(16));
}

const problemsOf = (given: Record<string, string>) => problemsIn(() => read(given));

const PAGE = "https://github.com/octo/deployments/actions/runs/1658821493";

describe("run_id", () => {
  test.each<[string, string, number | bigint]>([
    ["an id", "1658821493", 1658821493],
    ["an id beyond 2^53", "9223372036854775807", 9223372036854775807n],
    ["a page", PAGE, 1658821493],
    ["a page of an attempt", `${PAGE}/attempts/2`, 1658821493],
    ["a page of a job", `${PAGE}/job/5#step:3:1`, 1658821493],
    ["a page as a browser shows it", `${PAGE}?pr=7`, 1658821493],
  ])("may be %s", (_, run_id, runId) => {
    expect(read({ run_id }).source).toEqual({ event: undefined, runId });
    expect(read({ run_id }).distinctId).toEqual({ value: "", key: undefined, isGiven: false });
  });

  test.each([
    "0",
    "-5",
    "12.5",
    "1e3",
    "12345678901234567890",
    "latest",
    "https://github.com/octo/deployments",
    "https://github.com/octo/deployments/actions/runs/",
    "https://github.com/octo/deployments/actions/runs/x5",
    "https://t0ken@github.com/octo/deployments/actions/runs/5",
    "octo/deployments/actions/runs/5",
    "https://github.com\\.evil.example/octo/deployments/actions/runs/5",
    "https://git hub.com/octo/deployments/actions/runs/5",
    "https://github.com:port/octo/deployments/actions/runs/5",
  ])("is not %s", (run_id) => {
    expect(problemsOf({ run_id })).toEqual([
      "`run_id` is neither a run's id nor its URL, such as `https://github.com/octo/deployments/actions/runs/1658821493`.",
    ]);
  });

  test.each([
    ["github.com", PAGE, { owner: "octo", repo: "deployments", apiUrl: "https://api.github.com" }],
    [
      "a tenant",
      "https://acme.ghe.com/x/y/actions/runs/5",
      { owner: "x", repo: "y", apiUrl: "https://api.acme.ghe.com" },
    ],
    [
      "an Enterprise Server",
      "https://ghe.example.com/x/y/actions/runs/5",
      { owner: "x", repo: "y", apiUrl: "https://ghe.example.com/api/v3" },
    ],
  ])("as a page at %s chooses the repository, on the server that `api_url` names", (_, run_id, target) => {
    expect(read({ run_id, api_url: target.apiUrl }).target).toEqual(target);
    expect(runPageUrl(target, 5)).toBe(run_id.replace(/\d+$/, "5"));
  });

  test("as a page chooses among the servers of `api_url`, of `repo` and of the caller", () => {
    const api_url = "https://ghe.example.com/root";
    expect(read({ run_id: PAGE, api_url }).target).toMatchObject({ apiUrl: caller.apiUrl });
    const run_id = "https://acme.ghe.com/x/y/actions/runs/5";
    const repo = "https://acme.ghe.com/x/y";
    expect(read({ run_id, api_url, repo }).target).toMatchObject({ apiUrl: "https://api.acme.ghe.com" });
    expect(read({ run_id: "https://GHE.example.com/x/y/actions/runs/5", api_url }).target).toMatchObject({
      apiUrl: api_url,
    });
  });

  test.each([
    "https://evil.example/octo/deployments/actions/runs/5",
    "https://EVIL.example/octo/deployments/actions/runs/5",
    "https://github.com.evil.example/octo/deployments/actions/runs/5",
    "https://github.com./octo/deployments/actions/runs/5",
    "https://github.com:8443/octo/deployments/actions/runs/5",
    "http://github.com/octo/deployments/actions/runs/5",
    "https://api.evil.ghe.com/octo/deployments/actions/runs/5",
    "https://140.82.121.4/octo/deployments/actions/runs/5",
    "https://[::1]/octo/deployments/actions/runs/5",
    "https://xn--gthub-mva.com/octo/deployments/actions/runs/5",
    "https://gıthub.com/octo/deployments/actions/runs/5",
    "https://api.github.com%2eevil.example/octo/deployments/actions/runs/5",
  ])("as the page %s is refused: no other input names that server", (run_id) => {
    expect(problemsOf({ run_id })).toEqual([expect.stringMatching(/^`run_id` is the URL of a run on `[!-~]+`/)]);
  });

  test("as a page is read by plain `http` from the server of `api_url` alone", () => {
    const origin = "http://ghe.example.com:8080";
    const run_id = `${origin}/x/y/actions/runs/5`;
    expect(read({ run_id, api_url: `${origin}/api/v3` }).target.apiUrl).toBe(`${origin}/api/v3`);
    expect(problemsOf({ run_id, repo: `${origin}/x/y` })).toEqual([
      expect.stringMatching(/^`run_id` is the URL of a run on `ghe\.example\.com:8080` by plain `http`, /),
    ]);
  });

  test("as an id is of the repository that `repo` names", () => {
    expect(read({ run_id: "5" }).target).toMatchObject({ owner: "octo", repo: "caller" });
    expect(read({ run_id: "5", repo: "deployments" }).target).toMatchObject({ owner: "octo", repo: "deployments" });
  });

  test.each<[string, number]>([
    ["octo/other", 1],
    ["https://ghe.example.com/octo/deployments", 1],
    ["a b", 1],
    ["Octo/Deployments", 0],
    ["deployments", 0],
    ["https://github.com/octo/deployments", 0],
  ])("as a page beside the `repo` %s has %i problems", (repo, count) => {
    const problems = problemsOf({ run_id: PAGE, repo });
    expect(problems.filter((each) => each.startsWith("`repo` names another repository"))).toHaveLength(count);
  });

  test.each([
    ["event_type", "deploy"],
    ["client_payload", "a: 1"],
    ["workflow", "deploy.yml"],
    ["workflow_inputs", "a: 1"],
    ["ref", "main"],
    ["distinct_id", "run-1"],
    ["distinct_id_key", "sha"],
    ["max_runs", "50"],
  ])("does not go with `%s`, which only a dispatch needs", (name, value) => {
    expect(problemsOf({ run_id: "5", [name]: value })).toEqual([
      `\`run_id\` names a run that already exists, and nothing is dispatched: leave out \`${name}\`, or leave out \`run_id\`.`,
    ]);
  });

  test("goes with none of several, and the message leaves one choice between two", () => {
    expect(problemsOf({ run_id: "5", workflow: "deploy.yml", ref: "main" })).toEqual([
      "`run_id` names a run that already exists, and nothing is dispatched: leave out `workflow` and `ref`, or leave out `run_id`.",
    ]);
  });

  test("does not go with `wait_for: nothing`, and goes with all that is about a run", () => {
    expect(problemsOf({ run_id: "5", wait_for: "nothing" })).toEqual([
      "`run_id` with `wait_for: nothing` leaves nothing to do: set `found` or `completed`.",
    ]);
    const run = { wait_for: "completed", timeout_seconds: "60", cancel_run_on: "cancel", success_conclusions: "any" };
    expect(problemsOf({ run_id: "5", ...run, find_timeout_seconds: "9", failed_log_lines: "3" })).toEqual([]);
  });

  test("is nothing where it is not given", () => {
    expect(readRunAddress(readerOf(() => ""))).toBeUndefined();
  });
});
