/** Each row of the error table, through the bundle as a process: one annotation, exit code 1, and nothing started in vain. */

import { describe, test, vi } from "vitest";
import type { FaultHook, GitHub } from "../simulator/index.ts";
import { annotations, setProcessStage, TOKEN } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";

// Each waits for a process, and hardly for the processor.
vi.setConfig({ maxConcurrency: 6 });

const WORKFLOW = receiver("workflow_dispatch", "run-name");
const REQUIRING = WORKFLOW.replace(
  "inputs:",
  "inputs:\n      version: { required: true }\n      stage: { type: choice, options: [test, live] }",
);
const BY_EVENT = { workflow: "", ref: "", event_type: "deploy" };

interface Row {
  given?: Record<string, string>;
  workflow?: string;
  fault?: FaultHook;
  change?: (github: GitHub) => void;
  runDetails?: "rejected";
  /** A run is started all the same, and told. */
  starts?: boolean;
  says: RegExp;
}

const answer = (status: number, message: string, headers?: Record<string, string>): FaultHook => {
  return ({ method }) =>
    method === "POST"
      ? { when: "before", kind: "status", status, body: { message }, ...(headers && { headers }) }
      : undefined;
};

const ROWS: Record<string, Row> = {
  "an empty token": {
    given: { token: "" },
    says: /- `token` is empty: the secret it is read from is not set/,
  },
  "a token that GitHub does not know": {
    given: { token: "ghp_unknown" },
    says: /^GitHub does not accept the token \(401 Bad credentials\)\.\nIt is wrong, expired or revoked/,
  },
  "a personal token that may not dispatch": {
    given: { token: "ghp_reads" },
    change: (github) => github.addToken("ghp_reads", { permissions: { actions: "read" } }),
    says: /^The token cannot send a workflow_dispatch to octo\/target \(403 .*\nIt needs `actions: write` for/,
  },
  "a token that ends while the run is followed": {
    given: { token: "ghs_ends", wait_for: "completed", poll_interval_seconds: "1" },
    change: (github) => {
      const permissions = { actions: "write" } as const;
      github.addToken("ghs_ends", { permissions });
      // By the first look, and not by time, which a slow machine needs to start the step.
      github.fault = ({ method }) => {
        if (method === "GET") github.addToken("ghs_ends", { permissions, expiresAtMs: github.nowMs() });
        return undefined;
      };
    },
    starts: true,
    says: /^GitHub no longer accepts the token \(401.*\).*\nThe run itself continues: http.*\nA GitHub App's token expires after one hour: set `app_id`/,
  },
  "a token that may dispatch and not look": {
    given: { ...BY_EVENT, token: "ghp_writes" },
    change: (github) => github.addToken("ghp_writes", { permissions: { contents: "write" } }),
    workflow: receiver("repository_dispatch", "run-name"),
    says: /^The token cannot read the runs of octo\/target \(403 .*\), so nothing was sent\.\nIt needs `contents: write` and `actions: read` for/,
  },
  "a job's own token that may not dispatch": {
    given: { ...BY_EVENT, token: "ghs_reads" },
    change: (github) =>
      github.addToken("ghs_reads", {
        kind: "integration",
        permissions: { contents: "read", actions: "read" },
      }),
    says: /^The token cannot send a repository_dispatch .*\n.*can access only its own repository/,
  },
  "a repository that the token cannot see": {
    given: { repo: "octo/nowhere" },
    says: /^The token cannot see the repository octo\/nowhere \(404\)\.\n.*Check `owner` and `repo`/,
  },
  "a workflow that is not there": {
    given: { workflow: "deplyo.yml" },
    says: /^octo\/target has no workflow `deplyo\.yml` on its default branch \(404\)\.\nCheck the input `workflow`/,
  },
  "a workflow that no display name fits": {
    given: { workflow: "Deplyo" },
    says: /^octo\/target has no workflow called `Deplyo`/,
  },
  "a ref that is not there": {
    given: { ref: "nowhere" },
    says: /^octo\/target has no branch or tag `nowhere` \(422\)/,
  },
  "no such trigger": {
    workflow: receiver("repository_dispatch", "run-name"),
    says: /has no `workflow_dispatch` trigger on the ref `main` \(422\).*\nIt has a `run-name`: change it to the first line, and add the others:\nrun-name: /,
  },
  "an input that is not declared": {
    given: { workflow_inputs: "colour: red" },
    says: /does not declare the inputs? .*`colour`.*, so GitHub started nothing \(422\)/,
  },
  "the id, which is not declared": {
    workflow: WORKFLOW.replace("distinct_id:", "another:"),
    runDetails: "rejected",
    says: /does not declare the input `distinct_id`, which identifies its run.*\nAdd these lines to the receiving workflow:\non:\n/,
  },
  "an input that is required": {
    workflow: REQUIRING,
    says: /requires the input `version`, which was not given.*\nAdd `version` to `workflow_inputs`\./,
  },
  "a value that is not allowed": {
    workflow: REQUIRING,
    given: { workflow_inputs: "version: 1\nstage: s3cret" },
    says: /does not allow the value given for its input `stage` \(422\)/,
  },
  "a workflow that is disabled": {
    fault: answer(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow"),
    says: /^`deploy\.yml` of octo\/target is disabled \(422\); nothing was started\.\nEnable it/,
  },
  "a rate limit that lasts too long": {
    given: { find_timeout_seconds: "1" },
    fault: answer(429, "You have exceeded a secondary rate limit.", { "retry-after": "600" }),
    says: /^GitHub's rate limit for this token is reached until .*, which is after the deadline \(429 to POST /,
  },
  "a server that nobody knows": {
    given: { api_url: "http://nobody.invalid", find_timeout_seconds: "8" },
    says: /^No connection to http:\/\/nobody\.invalid \((ENOTFOUND|EAI_AGAIN)\)\.\nCheck `api_url`.* `HTTPS_PROXY` \(and `NO_PROXY`/,
  },
  "a server without TLS": {
    given: { api_url: "https", find_timeout_seconds: "1" },
    says: /^No TLS connection to https:\/\/127\.0\.0\.1:\d+ \(ERR_SSL_.*\nCheck the scheme and the port/,
  },
};

describe.concurrent("through the bundle, the step says of", () => {
  test.for(Object.entries(ROWS))("%s what to do", async ([, row], { expect }) => {
    const { workflow = WORKFLOW, runDetails, fault, change, starts = false, says } = row;
    const { github, run } = await setProcessStage(
      { "octo/target": { "deploy.yml": workflow } },
      { ...(runDetails && { runDetails }), behaviour: { queuedMs: 60_000 } },
    );
    github.fault = fault;
    change?.(github);
    const { api_url, ...given } = row.given ?? {};
    const server = api_url === "https" ? github.apiUrl.replace("http:", "https:") : api_url;
    const inputs = { token: TOKEN, repo: "octo/target", workflow: "deploy.yml", ref: "main", ...given };
    const ran = await run(server ? { ...inputs, api_url: server } : inputs);
    const [error = "", ...others] = annotations(ran, "error");
    expect(error).toMatch(says);
    expect(others).toEqual([]);
    expect(ran.exitCode).toBe(1);
    expect(github.runs("octo/target")).toHaveLength(starts ? 1 : 0);
    expect(ran.stdout).not.toContain("s3cret");
  });
});
