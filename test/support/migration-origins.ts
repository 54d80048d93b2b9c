/**
 * Where docs/migration.md leads from: the names of each project's inputs and outputs, and the request that it makes of them.
 * The names were read in November 2026, from the newest version of `source` that a public mirror of GitHub had.
 */

/** What GitHub is asked to start; or which run is asked for, where nothing is started. */
export type Request =
  | { repository: string; runId: string }
  | { repository: string; eventType: string; payload: Record<string, unknown> }
  | { repository: string; workflow: string; ref: string; inputs: Record<string, string> };

/** What a step of the "Before" gives: its inputs as texts; for a script, the script; for Kargo, the `config`. */
export type Given = Record<string, string>;

export interface Origin {
  source: string;
  /** What stands in front of each table → the names that it has to explain. */
  names: Record<string, readonly string[]>;
  /** The request that the dispatching step makes, or each of them; `ref` is the caller's own, in full. */
  requestOf(given: Given, callersRef: string): Request | Request[];
}

const REPOSITORY_DISPATCH = "GitHub's REST API, version 2026-03-10: create a repository dispatch event";
const WORKFLOW_DISPATCH = "GitHub's REST API, version 2026-03-10: create a workflow dispatch event";

/** Section of the page → where it leads from. */
export const ORIGINS: Record<string, Origin> = {
  "curl to `/dispatches`": {
    source: REPOSITORY_DISPATCH,
    names: {
      part: [
        "host",
        "`OWNER/REPO` in the path",
        "`Authorization`",
        "`Accept`",
        "`X-GitHub-Api-Version`",
        "`event_type`",
        "`client_payload`",
        "`--fail`",
        "`--retry`",
      ],
    },
    requestOf({ run = "" }) {
      const body = dataOf(run);
      return {
        repository: /\/repos\/([^/]+\/[^/]+)\/dispatches /.exec(run)?.[1] ?? "",
        eventType: String(body.event_type),
        payload: body.client_payload as Record<string, unknown>,
      };
    },
  },
  "curl to a workflow's `/dispatches`": {
    source: WORKFLOW_DISPATCH,
    names: {
      part: [
        "host",
        "`OWNER/REPO` in the path",
        "`WORKFLOW_ID` in the path",
        "`Authorization`",
        "`Accept`",
        "`X-GitHub-Api-Version`",
        "`ref`",
        "`inputs`",
        "`return_run_details`",
        "`--fail`",
        "`--retry`",
      ],
    },
    requestOf({ run = "" }) {
      const [, repository = "", workflow = ""] =
        /\/repos\/([^/]+\/[^/]+)\/actions\/workflows\/([^/]+)\/dispatches /.exec(run) ?? [];
      const body = dataOf(run);
      return {
        repository,
        workflow,
        ref: String(body.ref),
        inputs: asTexts(body.inputs as Record<string, unknown>),
      };
    },
  },
  "peter-evans/repository-dispatch": {
    source: "README.md of v4; action.yml by its mirror chainguard-actions/peter-evans-repository-dispatch",
    names: { input: ["`token`", "`repository`", "`event-type`", "`client-payload`"] },
    requestOf: (given) => ({
      repository: given.repository ?? "",
      eventType: given["event-type"] ?? "",
      payload: JSON.parse(given["client-payload"] ?? "{}"),
    }),
  },
  "stinkyfingers/cross-repo-dispatch": {
    source: "action.yaml and main.go at 0b8d06c, the newest",
    names: {
      input: [
        "`owner`",
        "`repo`",
        "`ref`",
        "`pat`",
        "`user`",
        "`sha`",
        "`client_payload`",
        "`workflow_status_retry_interval`",
        "`workflow_status_timeout`",
        "`max_runs`",
        "`event_type`",
      ],
      output: ["`status`", "`jobs_url`"],
    },
    // It adds `ref` to a copy of the URL's query, which is thrown away.
    requestOf: (given) => ({
      repository: `${given.owner}/${given.repo}`,
      eventType: given.event_type ?? "",
      payload: { ...JSON.parse(given.client_payload ?? ""), sha: given.sha },
    }),
  },
  "Codex-/return-dispatch and Codex-/await-remote-run": {
    source:
      "return-dispatch: README.md of v4, action.yml and src/action.ts of v3; await-remote-run: README.md and action.yml of v2",
    names: {
      "input of return-dispatch": [
        "`token`",
        "`ref`",
        "`repo`",
        "`owner`",
        "`workflow`",
        "`workflow_inputs`",
        "`workflow_timeout_seconds`",
        "`workflow_job_steps_retry_seconds`",
        "`distinct_id`",
      ],
      "output of return-dispatch": ["`run_id`", "`run_url`"],
      "input of await-remote-run": [
        "`token`",
        "`repo`",
        "`owner`",
        "`run_id`",
        "`run_timeout_seconds`",
        "`cancel_timeout_seconds`",
        "`poll_interval_ms`",
      ],
    },
    requestOf: (given) => ({
      repository: `${given.owner}/${given.repo}`,
      workflow: given.workflow ?? "",
      ref: given.ref ?? "",
      inputs: asTexts(JSON.parse(given.workflow_inputs || "{}")),
    }),
  },
  "Codex-/await-remote-run": {
    source: "README.md at 3dbfaaf and action.yml at 0d8381f",
    names: {
      input: ["`token`", "`repo`", "`owner`", "`run_id`", "`run_timeout_seconds`", "`poll_interval_ms`"],
    },
    requestOf: (given) => ({ repository: `${given.owner}/${given.repo}`, runId: given.run_id ?? "" }),
  },
  "benc-uk/workflow-dispatch": {
    source: "action.yaml of v1.3.2 by its mirror chainguard-actions/benc-uk-workflow-dispatch",
    names: {
      input: [
        "`workflow`",
        "`token`",
        "`inputs`",
        "`ref`",
        "`repo`",
        "`wait-for-completion`",
        "`wait-timeout-seconds`",
        "`wait-interval-seconds`",
        "`sync-status`",
      ],
      output: ["`runId`", "`runUrl`", "`runUrlHtml`", "`workflowId`"],
    },
    requestOf: byBenc,
  },
  "lasith-kg/dispatch-workflow": {
    source:
      "action.yml at 2fa0f53 and README.md at 064a403, the same inputs as in its mirror step-security/dispatch-workflow; src/api/index.ts at 296dc02",
    names: {
      input: [
        "`dispatch-method`",
        "`repo`",
        "`owner`",
        "`token`",
        "`ref`",
        "`workflow`",
        "`event-type`",
        "`workflow-inputs`",
        "`discover`",
        "`starting-delay-ms`",
        "`max-attempts`",
        "`time-multiple`",
      ],
      output: ["`run-id`", "`run-url`"],
    },
    requestOf(given) {
      const repository = `${given.owner}/${given.repo}`;
      const values = JSON.parse(given["workflow-inputs"] ?? "{}");
      return given["dispatch-method"] === "repository_dispatch"
        ? { repository, eventType: given["event-type"] ?? "", payload: values }
        : { repository, workflow: given.workflow ?? "", ref: given.ref ?? "", inputs: asTexts(values) };
    },
  },
  "convictional/trigger-workflow-and-wait": {
    source: "entrypoint.sh at 03a01ea; action.yml of v1.6.7 by its mirror step-security/trigger-workflow-and-wait",
    names: {
      input: [
        "`owner`",
        "`repo`",
        "`github_token`",
        "`github_user`",
        "`ref`",
        "`wait_interval`",
        "`workflow_file_name`",
        "`client_payload`",
        "`propagate_failure`",
        "`trigger_workflow`",
        "`wait_workflow`",
        "`comment_downstream_url`",
        "`comment_github_token`",
      ],
      output: ["`workflow_id`", "`workflow_url`", "`conclusion`"],
    },
    requestOf: (given) => ({
      repository: `${given.owner}/${given.repo}`,
      workflow: given.workflow_file_name ?? "",
      ref: given.ref ?? "main",
      inputs: asTexts(JSON.parse(given.client_payload ?? "{}")),
    }),
  },
  "the-actions-org/workflow-dispatch": {
    source: "README.md of v4",
    names: {
      input: [
        "`workflow`",
        "`token`",
        "`inputs`",
        "`ref`",
        "`repo`",
        "`run-name`",
        "`wait-for-completion`",
        "`wait-for-completion-timeout`",
        "`wait-for-completion-interval`",
        "`display-workflow-run-url`",
        "`display-workflow-run-url-timeout`",
        "`display-workflow-run-url-interval`",
        "`workflow-logs`",
      ],
      output: ["`workflow-id`", "`workflow-url`", "`workflow-conclusion`", "`workflow-logs`"],
    },
    requestOf: (given, callersRef) => ({
      repository: given.repo ?? "",
      workflow: given.workflow ?? "",
      ref: given.ref ?? callersRef,
      inputs: asTexts(JSON.parse(given.inputs || "{}")),
    }),
  },
  "Kargo: gha-dispatch-workflow": {
    source: "the steps' pages in docs/ of akuity/kargo at 87b758f, Kargo 1.9",
    names: {
      "input of gha-dispatch-workflow": [
        "`repoURL`",
        "`workflowFile`",
        "`ref`",
        "`inputs`",
        "`timeout`",
        "`insecureSkipTLSVerify`",
        "`credentials.secretName`",
        "`owner`",
        "`repo`",
      ],
      "output of gha-dispatch-workflow": ["`runID`"],
      "input of gha-wait-for-workflow": [
        "`repoURL`",
        "`runID`",
        "`expectedConclusion`",
        "`insecureSkipTLSVerify`",
        "`owner`",
        "`repo`",
      ],
      "output of gha-wait-for-workflow": ["`conclusion`"],
    },
    requestOf: (given) => ({
      repository: (given.repoURL ?? "").replace("https://github.com/", ""),
      workflow: given.workflowFile ?? "",
      ref: given.ref ?? "",
      inputs: asTexts(JSON.parse(given.inputs ?? "{}")),
    }),
  },
  "Kargo: gha-wait-for-workflow": {
    source: "the step's page in docs/ of akuity/kargo at 87b758f, Kargo 1.9",
    names: {
      input: ["`repoURL`", "`runID`", "`expectedConclusion`", "`insecureSkipTLSVerify`", "`owner`", "`repo`"],
      output: ["`conclusion`"],
    },
    requestOf: (given) => ({
      repository: (given.repoURL ?? "").replace("https://github.com/", ""),
      runId: given.runID ?? "",
    }),
  },
  "A matrix of dispatches": {
    source: "GitHub's documentation: workflow syntax, `jobs.<job_id>.strategy`",
    names: {
      part: ["`matrix`", "`max-parallel`", "`fail-fast`", "`continue-on-error`"],
      output: ["`needs.JOB.result`", "`needs.JOB.outputs`"],
    },
    requestOf: ({ repo = "", workflow = "", ref = "" }) => ({ repository: repo, workflow, ref, inputs: {} }),
  },
  "`gh` in a loop": {
    source: "the manual of GitHub CLI: gh workflow run, gh run list, gh run watch",
    names: {
      part: ["`GH_TOKEN`", "`--repo` in a loop", "`--ref`", "`--field`", "`gh run list --limit 1`", "`gh run watch`"],
    },
    requestOf({ run = "" }) {
      const [, repositories = ""] = /for repo in (.*); do/.exec(run) ?? [];
      const [, workflow = "", ref = ""] = /gh workflow run (\S+) --repo "\$repo" --ref (\S+)/.exec(run) ?? [];
      const fields = [...run.matchAll(/--field (\w+)="(.*?)"/g)].map(([, name = "", value = ""]) => [name, value]);
      const inputs = Object.fromEntries(fields) as Record<string, string>;
      return repositories.split(" ").map((repository) => ({ repository, workflow, ref, inputs }));
    },
  },
  "A branch that a script looks for": {
    source: "the manuals of git and GitHub CLI: git ls-remote, gh api, gh workflow run",
    names: {
      part: ["`GH_TOKEN`", "`git ls-remote --exit-code` or `gh api …/branches/…`", "`--ref`", "`--repo`", "`--field`"],
    },
    // The branch is there.
    requestOf: ({ run = "" }, callersRef) => ({ ...ghRequestOf(run), ref: callersRef.replace("refs/heads/", "") }),
  },
  "A script that compares runs": {
    source: "the manual of GitHub CLI: gh workflow run, gh run watch, gh run list",
    names: {
      part: ["`GH_TOKEN`", "`--repo`", "`--ref`", "`--field`", "`gh run list --branch … --limit 2`", "`gh run watch`"],
    },
    requestOf: ({ run = "" }) => ghRequestOf(run),
  },
  "A receiver that reports by hand": {
    source:
      "GitHub's REST API, version 2026-03-10: create a commit status; actions/status/action.yaml of vercel/repository-dispatch at 44f4d34",
    names: {
      part: [
        "`sha` in the payload",
        "`state=pending` in a first step",
        "`context`",
        "`target_url`",
        "`if: always()` and `job.status` in a last step",
        "the caller's token in the receiver",
      ],
      "input of vercel/repository-dispatch/actions/status": ["`name`", "`github_token`"],
    },
    requestOf: (given) => ({
      repository: given.repository ?? "",
      eventType: given["event-type"] ?? "",
      payload: JSON.parse(given["client-payload"] ?? "{}"),
    }),
  },
  "octo-sts/action before a dispatch": {
    source: "action.yml of octo-sts/action at 43a7677",
    names: { input: ["`domain`", "`scope`", "`identity`"], output: ["`token`"] },
    requestOf: byBenc,
  },
  "actions/create-github-app-token before a dispatch": {
    source: "action.yml of actions/create-github-app-token at 00ba6ed",
    names: {
      input: [
        "`app-id`",
        "`private-key`",
        "`owner`",
        "`repositories`",
        "`github-api-url`",
        "`permission-*`",
        "`skip-token-revoke`",
      ],
      output: ["`token`", "`installation-id`", "`app-slug`"],
    },
    requestOf: byBenc,
  },
};

/** Of one `gh workflow run`. */
function ghRequestOf(script: string) {
  const [, workflow = "", repository = "", ref = ""] =
    /gh workflow run (\S+) --repo (\S+) --ref (\S+)/.exec(script) ?? [];
  const fields = [...script.matchAll(/--field (\w+)="(.*?)"/g)].map(([, name = "", value = ""]) => [name, value]);
  return { repository, workflow, ref, inputs: Object.fromEntries(fields) as Record<string, string> };
}

/** As benc-uk/workflow-dispatch makes it. */
function byBenc(given: Given, callersRef: string): Request {
  return {
    repository: given.repo ?? "",
    workflow: given.workflow ?? "",
    ref: given.ref ?? callersRef,
    inputs: asTexts(JSON.parse(given.inputs || "{}")),
  };
}

/** The body of a curl. */
function dataOf(script: string): Record<string, unknown> {
  return JSON.parse(/ --data '([^']*)'/.exec(script)?.[1] ?? "") as Record<string, unknown>;
}

/** GitHub takes inputs as texts: what a project sends as a number or a boolean arrives as this. */
function asTexts(inputs: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)]));
}
