import { describe, expect, test } from "vitest";
import { InputError, type Inputs, readInputs } from "../../../src/inputs/inputs.ts";
import * as mappings from "../../../src/inputs/mapping.ts";
import type { Caller } from "../../../src/inputs/target.ts";

const caller: Caller = {
  repository: "octo/caller",
  apiUrl: "https://api.github.com",
  runId: "1658821493",
  runAttempt: "1",
  commit: { sha: "9f3c2a7e41d06b58aa11c0de5eed5eed12345678", isOfCallersRun: true },
};
const idHex = "9f3c2a7e41d06b58";
const freshId = "1658821493-1-9f3c2a7e41d06b58";

/** The given inputs over what action.yml fills in by itself. */
function read(given: Record<string, string>): Inputs {
  const inputs: Record<string, string> = { token: "t0ken", distinct_id_key: "distinct_id", ...given };
  return readInputs((name) => inputs[name] ?? "", caller, idHex, mappings);
}

const event = { event_type: "deploy" };
const file = { workflow: "deploy.yml" };

describe("without a word said", () => {
  test("the inputs have the defaults of the README", () => {
    expect(read(event)).toEqual({
      credentials: { token: "t0ken" },
      target: { owner: "octo", repo: "caller", apiUrl: "https://api.github.com" },
      serverIn: "api_url",
      source: {
        event: "repository_dispatch",
        eventType: "deploy",
        clientPayload: {},
        workflow: undefined,
      },
      distinctId: { key: "distinct_id", value: freshId, isGiven: false },
      waitFor: "found",
      findTimeoutMs: 300_000,
      findTimeoutIsDefault: true,
      timeoutMs: 3_600_000,
      startTimeoutMs: undefined,
      reruns: 0,
      rerunGraceMs: 0,
      pollIntervalMs: 10_000,
      maxRuns: 500,
      successConclusions: new Set(["success"]),
      cancelRunOn: new Set(),
      decidingJobs: [],
      failsFast: false,
      outputsFrom: undefined,
      failedLogLines: undefined,
      reuse: "never",
      reuseKey: "",
      allowsKnownFailures: false,
      commitStatus: undefined,
      writesSummary: true,
      isDryRun: false,
      isOwnTarget: true,
      callersAttempt: 1,
      callersRunId: "1658821493",
      warnings: [],
    });
  });

  test("a workflow_dispatch leaves its ref to the target's default branch", () => {
    expect(read(file).source).toEqual({
      event: "workflow_dispatch",
      workflow: { kind: "file", value: "deploy.yml" },
      ref: undefined,
      inputs: {},
    });
  });

  test("an input of spaces is an empty one", () => {
    const blank = Object.fromEntries(
      "owner repo api_url client_payload workflow_inputs ref distinct_id wait_for find_timeout_seconds timeout_seconds poll_interval_seconds max_runs success_conclusions cancel_run_on"
        .split(" ")
        .map((name) => [name, " \n "]),
    );
    expect(read({ ...event, ...blank })).toEqual(read(event));
  });
});

describe("the target", () => {
  test.each([
    ["a name is one of the caller's owner", { repo: "target" }, "octo/target at https://api.github.com"],
    ["a name is one of owner", { owner: "other", repo: "target" }, "other/target at https://api.github.com"],
    ["owner/name goes before owner", { owner: "other", repo: "a/b" }, "a/b at https://api.github.com"],
    ["api_url chooses the server", { repo: "a/b", api_url: "https://x/api/v3" }, "a/b at https://x/api/v3"],
    [
      "a URL goes before owner and api_url",
      { owner: "other", repo: "https://github.com/a/b", api_url: "https://x/api/v3" },
      "a/b at https://api.github.com",
    ],
  ])("%s", (_, given, wanted) => {
    const { owner, repo, apiUrl } = read({ ...event, ...given }).target;
    expect(`${owner}/${repo} at ${apiUrl}`).toBe(wanted);
  });
});

test.each([
  [{}, "api_url"],
  [{ api_url: "https://ghe.example.com/api/v3/" }, "api_url"],
  [{ repo: "https://github.com/octo/deployments" }, "api_url"],
  [{ repo: "https://ghe.example.com/octo/deployments" }, "repo"],
  [{ repo: "git@ghe.example.com:octo/deployments.git" }, "repo"],
  [
    {
      event_type: "",
      api_url: "https://ghe.example.com/api/v3",
      run_id: "https://github.com/octo/deployments/actions/runs/5",
    },
    "run_id",
  ],
])("the server of %j is in %s", (given, input) => {
  expect(read({ ...event, ...given }).serverIn).toBe(input);
});

test.each([
  [{}, true],
  [{ repo: "OCTO/Caller" }, true],
  [{ repo: "octo/target" }, false],
  [{ owner: "other", repo: "caller" }, false],
  [{ repo: "https://ghe.example.com/octo/caller" }, false],
])("the target of %j is the caller's own repository: %s", (given, is) => {
  expect(read({ ...event, ...given }).isOwnTarget).toBe(is);
});

describe("an owner that is not used", () => {
  test.each([
    ["owner/name", { owner: "other", repo: "a/b" }, "other", "a/b"],
    ["a URL", { owner: "other", repo: "https://github.com/a/b" }, "other", "a/b"],
    ["the caller's own repository, the default", { owner: "other" }, "other", "octo/caller"],
  ])("is warned of, once, beside %s", (_, given, owner, target) => {
    expect(read({ ...event, ...given }).warnings).toEqual([
      `\`owner\` (${owner}) is ignored, since \`repo\` includes the owner: the target is ${target}.`,
    ]);
  });

  test.each([
    ["there is none", { repo: "a/b" }],
    ["it is the caller's, which is the default", { owner: "octo", repo: "a/b" }],
    ["it is the caller's, but for its case", { owner: "OCTO", repo: "a/b" }],
    ["it is the target's as well", { owner: "a", repo: "a/b" }],
    ["it is the target's as well, but for its case", { owner: "Other", repo: "oTHER/b" }],
    ["it is used", { owner: "other", repo: "b" }],
  ])("is not warned of where %s", (_, given) => {
    expect(read({ ...event, ...given }).warnings).toEqual([]);
  });
});

describe("a time-out that cancels the run", () => {
  test.each(["nothing", "found"])("is warned of with wait_for: %s, which never comes to it", (wait_for) => {
    expect(read({ ...event, wait_for, cancel_run_on: "cancel, timeout" }).warnings).toEqual([
      `\`cancel_run_on\` has \`timeout\`, which does nothing with \`wait_for: ${wait_for}\`: only \`wait_for: completed\` waits until \`timeout_seconds\` or \`start_timeout_seconds\` has passed.`,
    ]);
  });

  test("is not warned of where the run's end is waited for, nor is what a cancelled step does", () => {
    expect(read({ ...event, wait_for: "completed", cancel_run_on: "timeout" }).warnings).toEqual([]);
    expect(read({ ...event, wait_for: "found", cancel_run_on: "cancel" }).warnings).toEqual([]);
  });
});

describe("a number", () => {
  test.each([
    ["find_timeout_seconds", "1", "findTimeoutMs", 1000],
    ["find_timeout_seconds", "86400", "findTimeoutMs", 86_400_000],
    ["timeout_seconds", "1", "timeoutMs", 1000],
    ["timeout_seconds", "2592000", "timeoutMs", 2_592_000_000],
    ["poll_interval_seconds", "1", "pollIntervalMs", 1000],
    ["poll_interval_seconds", "3600", "pollIntervalMs", 3_600_000],
    ["max_runs", "1", "maxRuns", 1],
    ["max_runs", "10000", "maxRuns", 10_000],
    ["max_runs", " 10 ", "maxRuns", 10],
    ["timeout_seconds", " 10 ", "timeoutMs", 10_000],
  ] as const)("%s takes %j", (name, text, field, value) => {
    expect(read({ ...event, [name]: text })[field]).toBe(value);
  });

  test.each([
    ["find_timeout_seconds", 86_400],
    ["timeout_seconds", 2_592_000],
    ["poll_interval_seconds", 3600],
    ["max_runs", 10_000],
  ])("%s is whole, from 1 to %i", (name, max) => {
    for (const text of ["0", "-1", "5m", "1e3", "1.5", "10.0", "0x10", "1_000", "+5", "ten", "NaN", `${max + 1}`])
      expect(() => read({ ...event, [name]: text })).toThrow(
        `There is a problem with the inputs, so nothing was sent:\n- \`${name}\` is \`${text}\`: use a whole number from 1 to ${max}.`,
      );
  });
});

describe("a word", () => {
  test.each(["nothing", "found", "completed"])("wait_for takes %s", (word) => {
    expect(read({ ...event, wait_for: word }).waitFor).toBe(word);
  });

  test.each([
    ["success", ["success"]],
    ["success, neutral,skipped", ["success", "neutral", "skipped"]],
    ["success\nneutral\n", ["success", "neutral"]],
    ["success neutral", ["success", "neutral"]],
    ["any", ["any"]],
    ["failure", ["failure"]],
    [
      "neutral cancelled skipped timed_out action_required stale startup_failure",
      ["neutral", "cancelled", "skipped", "timed_out", "action_required", "stale", "startup_failure"],
    ],
  ])("success_conclusions takes %j", (text, words) => {
    expect([...read({ ...event, success_conclusions: text }).successConclusions]).toEqual(words);
  });

  test.each([
    ["", []],
    [",", []],
    ["cancel", ["cancel"]],
    ["timeout", ["timeout"]],
    ["cancel, timeout", ["cancel", "timeout"]],
    ["cancel\ntimeout", ["cancel", "timeout"]],
  ])("cancel_run_on takes %j", (text, words) => {
    expect([...read({ ...event, cancel_run_on: text }).cancelRunOn]).toEqual(words);
  });

  test.each([
    ["true", true],
    ["TRUE", true],
    [" True\n", true],
    ["false", false],
    ["False", false],
  ])("summary and dry_run take %j", (text, is) => {
    expect(read({ ...event, summary: text, dry_run: text })).toMatchObject({
      writesSummary: is,
      isDryRun: is,
    });
  });
});

describe("the lines of a failed job's log", () => {
  test.each([
    ["", undefined],
    ["0", 0],
    ["7", 7],
    ["50", 50],
  ])("may be %j", (text, lines) => {
    expect(read({ ...event, failed_log_lines: text }).failedLogLines).toBe(lines);
  });
});

const tokenIsEmpty =
  "`token` is empty: the secret it is read from is not set, or this run gets no secrets (runs from forks and from " +
  "Dependabot get none). Check the secret's name, and that the event gives secrets to this run.";
const tokenIsBroken =
  "`token` has a space, a line break, a quote or another character that no token has; store the secret again.";
const nothingToDo =
  "Nothing to do: set `workflow` (a file name such as `deploy.yml`) to send a `workflow_dispatch`, " +
  "`event_type` to send a `repository_dispatch`, or `run_id` to follow an existing run. If an expression " +
  "sets one of them, it was empty.";
const conclusions =
  "`success`, `skipped`, `neutral`, `stale`, `cancelled`, `action_required`, `startup_failure`, `timed_out`, `failure`, `any`";

describe("a problem is told", () => {
  test.each([
    ["an empty token", { token: "" }, tokenIsEmpty],
    ["a token of spaces", { token: " \n" }, tokenIsEmpty],
    ["a token of two lines", { token: "s3cret\ns3cret" }, tokenIsBroken],
    ["a token with a space", { token: "Bearer s3cret" }, tokenIsBroken],
    ["a token in double quotes", { token: '"s3cret"' }, tokenIsBroken],
    ["a token in single quotes", { token: "'s3cret'" }, tokenIsBroken],
    [
      "a status token in quotes",
      { status_context: "remote", status_token: '"s3cret"', wait_for: "completed" },
      "`status_token` is empty or has a character that no token has: use one for the caller's repository.",
    ],
    ["nothing to do", { event_type: "", run_id: "" }, nothingToDo],
    [
      "too many lines of a log",
      { failed_log_lines: "51" },
      "`failed_log_lines` is `51`: use a whole number from 0 to 50.",
    ],
    [
      "lines of a log that are no number",
      { failed_log_lines: "all" },
      "`failed_log_lines` is `all`: use a whole number from 0 to 50.",
    ],
    ["a summary that is neither", { summary: "yes" }, "`summary` is `yes`: use one of `true`, `false`."],
    ["a dry run that is neither", { dry_run: "1" }, "`dry_run` is `1`: use one of `true`, `false`."],
    [
      "an unknown word to wait for",
      { wait_for: "complete" },
      "`wait_for` is `complete`: use one of `nothing`, `found`, `completed`.",
    ],
    [
      "unknown conclusions",
      { success_conclusions: "success, Neutral, fine" },
      `\`success_conclusions\` has \`Neutral\`, \`fine\`: it takes ${conclusions}.`,
    ],
    ["no conclusion", { success_conclusions: "," }, `\`success_conclusions\` names none: it takes ${conclusions}.`],
    [
      "no conclusion in many lines",
      { success_conclusions: ",\n , ," },
      `\`success_conclusions\` names none: it takes ${conclusions}.`,
    ],
    [
      "an unknown word to cancel on",
      { cancel_run_on: "cancel, sometimes" },
      "`cancel_run_on` has `sometimes`: it takes `cancel`, `timeout`, `failure`.",
    ],
    [
      "no server",
      { api_url: "ghe.example.com" },
      "`api_url` is not an http(s) URL such as `https://ghe.example.com/api/v3`.",
    ],
    [
      "no repository",
      { repo: "a/b/c" },
      "`repo` does not name one repository: use `name`, `owner/name` or the repository's URL.",
    ],
  ])("of %s", (_, given, problem) => {
    const message = `There is a problem with the inputs, so nothing was sent:\n- ${problem}`;
    expect(() => read({ ...event, ...given })).toThrow(new InputError([problem]));
    expect(() => read({ ...event, ...given })).toThrow(message);
    expect(message).not.toContain("s3cret");
  });

  test("with all others, in one message", () => {
    const bad = {
      token: "",
      repo: "a/b/c",
      api_url: "nowhere",
      event_type: "e".repeat(101),
      client_payload: '{"a": "s3cret"',
      workflow_inputs: '{"b": "s3cret"}',
      distinct_id: "has spaces",
      wait_for: "ever",
      timeout_seconds: "1h",
      max_runs: "0",
      success_conclusions: "good",
      cancel_run_on: "never",
    };
    expect(() => read(bad)).toThrowErrorMatchingInlineSnapshot(`
      [StepError: There are 12 problems with the inputs, so nothing was sent:
      - \`token\` is empty: the secret it is read from is not set, or this run gets no secrets (runs from forks and from Dependabot get none). Check the secret's name, and that the event gives secrets to this run.
      - \`api_url\` is not an http(s) URL such as \`https://ghe.example.com/api/v3\`.
      - \`repo\` does not name one repository: use \`name\`, \`owner/name\` or the repository's URL.
      - \`wait_for\` is \`ever\`: use one of \`nothing\`, \`found\`, \`completed\`.
      - \`client_payload\`: neither JSON nor YAML; a quote, a bracket, a brace, a comma or a \`:\` is missing (line 1, column 15), at its end.
      - \`workflow_inputs\` cannot be used with \`event_type\`: pass the values as \`client_payload\`, or leave out \`event_type\`.
      - \`event_type\` has 101 characters; GitHub takes at most 100.
      - \`distinct_id\` must be 1 to 100 letters, digits and \`. _ : / -\`.
      - \`timeout_seconds\` is \`1h\`: use a whole number from 1 to 2592000.
      - \`max_runs\` is \`0\`: use a whole number from 1 to 10000.
      - \`success_conclusions\` has \`good\`: it takes \`success\`, \`skipped\`, \`neutral\`, \`stale\`, \`cancelled\`, \`action_required\`, \`startup_failure\`, \`timed_out\`, \`failure\`, \`any\`.
      - \`cancel_run_on\` has \`never\`: it takes \`cancel\`, \`timeout\`, \`failure\`.]
    `);
  });
});
