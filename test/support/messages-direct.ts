/** What the code says of a fault, a run or the inputs, asked of it directly: one situation for each of its branches. */

import { generateKeyPairSync } from "node:crypto";
import { explainRequestError } from "../../src/errors/explain.ts";
import type { Situation } from "../../src/errors/situation.ts";
import { explainNotFound } from "../../src/find/not-found.ts";
import type { CheckedRun } from "../../src/find/search.ts";
import type { RequestError } from "../../src/github/request-error.ts";
import type { Job, Run, Step } from "../../src/github/responses.ts";
import type { ResolvedDispatch } from "../../src/inputs/dispatch-request.ts";
import { InputError, readInputs } from "../../src/inputs/inputs.ts";
import * as mappings from "../../src/inputs/mapping.ts";
import { checkNames } from "../../src/inputs/names.ts";
import { right, wrong } from "../../src/state/finding.ts";
import type { QueuePosition } from "../../src/state/known.ts";
import { describeDeployment } from "../../src/wait/awaited.ts";
import { openJobs } from "../../src/wait/deciding-jobs.ts";
import {
  explainFailFast,
  explainNotBegun,
  explainRed,
  explainRedJobs,
  explainTimeout,
} from "../../src/wait/explain-end.ts";
import type { RunSnapshot } from "../../src/wait/run-snapshot.ts";
import { verdictOf } from "../../src/wait/verdict.ts";
import { aFault } from "./faults.ts";
import { aRun } from "./runs.ts";

const TARGET = "/repos/OWNER/REPO";
const EVENT_DISPATCH = `POST ${TARGET}/dispatches`;
const WORKFLOW_DISPATCH = `POST ${TARGET}/actions/workflows/deploy.yml/dispatches`;
const RUNS = `GET ${TARGET}/actions/runs`;
const INSTALLATION = `GET ${TARGET}/installation`;
const MINTING = "POST /app/installations/4711/access_tokens";

const situation: Situation = {
  repository: "OWNER/REPO",
  apiUrl: "https://api.github.com",
  isOwnTarget: false,
  event: "workflow_dispatch",
  workflow: "deploy.yml",
  ref: "main",
  key: "distinct_id",
  sentValues: [],
  tokenHasWorked: false,
  hasProxy: false,
};
const event: Partial<Situation> = { event: "repository_dispatch", eventType: "deploy", workflow: undefined };
const app: Partial<Situation> = { appPermissions: { contents: "write", actions: "read" } };

const SSO_URL = "https://github.com/orgs/ORG/sso?authorization_request=A1";
const DECLARED = {
  release: { isRequired: true, hasDefault: false, options: undefined },
  stage: { isRequired: true, hasDefault: true, options: ["test", "live"] },
};
const BY_TOKEN = "Resource not accessible by personal access token";

function rejected(status: number, answer: string, request = WORKFLOW_DISPATCH): RequestError {
  return aFault("rejected", { request, status, answer });
}

function network(kind: "unreachable" | "untrusted" | "lost", code: string | undefined): RequestError {
  return aFault(kind, { request: RUNS, code, answer: "socket hang up" });
}

function limited(retryAfterMs: number | undefined): RequestError {
  const dateMs = Date.parse("2026-11-20T12:29:00Z");
  return aFault("limited", { request: RUNS, status: 403, answer: "API rate limit exceeded", retryAfterMs, dateMs });
}

const FAULTS: [RequestError, Partial<Situation>?][] = [
  [rejected(401, "Bad credentials")],
  [rejected(401, "Bad credentials", RUNS), { tokenHasWorked: true }],
  [rejected(401, "Bad credentials", RUNS), app],
  [rejected(401, "A JSON web token could not be decoded", INSTALLATION), app],
  [rejected(403, "This installation has been suspended", MINTING), app],
  [rejected(404, "Integration not found", INSTALLATION), app],
  [rejected(404, "Not Found", INSTALLATION), app],
  [rejected(422, "There is at least one repository that does not exist or is not accessible", MINTING), app],
  [rejected(422, "The permissions requested are not granted to this installation.", MINTING), app],
  [rejected(403, "This installation has been suspended", RUNS), app],
  [rejected(403, "Resource not accessible by integration", RUNS), app],
  [rejected(403, "Resource not accessible by integration")],
  [rejected(403, "Resource not accessible by integration"), { isOwnTarget: true }],
  [rejected(403, BY_TOKEN, EVENT_DISPATCH), event],
  [rejected(403, BY_TOKEN, RUNS), { ...event, started: { htmlUrl: undefined } }],
  [rejected(403, BY_TOKEN, `GET ${TARGET}/actions/workflows`)],
  [rejected(403, BY_TOKEN, `GET ${TARGET}`)],
  [rejected(403, BY_TOKEN, `POST ${TARGET}/actions/runs/1/cancel`)],
  [rejected(403, "Resource protected by organization SAML enforcement.")],
  [aFault("rejected", { request: WORKFLOW_DISPATCH, status: 403, answer: "Resource protected.", ssoUrl: SSO_URL })],
  [rejected(403, "the `acme` organization has enabled OAuth App access restrictions")],
  [rejected(403, "`acme` forbids access if the token's lifetime is greater than 366 days.")],
  [rejected(403, "`acme` forbids access via a personal access token with fine-grained permissions.")],
  [rejected(403, "`acme` forbids access via a personal access token (classic).")],
  [rejected(403, "The account is locked due to a billing issue.")],
  [rejected(403, "Sorry. Your account was suspended.")],
  [rejected(403, "Cannot trigger a 'workflow_dispatch' on a disabled workflow")],
  [rejected(403, "Actions has been disabled for this repository.", EVENT_DISPATCH), event],
  [rejected(403, "Repository access blocked")],
  [rejected(403, "the `acme` organization has an IP allow list enabled")],
  [rejected(403, "Repository was archived so is read-only.")],
  [rejected(404, "Not Found", `GET ${TARGET}/actions/runs/1`)],
  [rejected(404, "Not Found", `GET ${TARGET}/actions/runs/1`), { unseenRunId: 1658821493 }],
  [
    rejected(404, "Not Found", `GET ${TARGET}/actions/runs/1`),
    { namedRunId: 1658821493, started: { htmlUrl: "https://github.com/OWNER/REPO/actions/runs/RUN_ID" } },
  ],
  [rejected(404, "Not Found"), { visible: { repository: false } }],
  [rejected(404, "Not Found"), { visible: { repository: false }, apiUrl: "https://ghe.example.com/api/v3" }],
  [rejected(404, "Not Found"), { visible: { repository: true, workflow: false } }],
  [rejected(404, "Not Found"), { visible: { repository: true, workflow: false, workflowFiles: ["ci.yml"] } }],
  [rejected(404, "Not Found"), { visible: { repository: true, workflow: true, ref: false } }],
  [rejected(404, "Not Found"), { visible: { repository: true } }],
  [rejected(404, "Not Found")],
  [rejected(405, "Method Not Allowed")],
  [rejected(422, 'Unexpected inputs provided: ["distinct_id"]')],
  [rejected(422, 'Unexpected inputs provided: ["version"]')],
  [rejected(422, 'Unexpected inputs provided: ["version"]'), { declared: DECLARED }],
  [rejected(422, "Required input 'stage' not provided"), { declared: DECLARED }],
  [rejected(422, 'Unexpected inputs provided: ["version", "distinct_id"]')],
  [rejected(422, "Required input 'version' not provided")],
  [rejected(422, "Provided value 'x' for input 'stage' not in the list of allowed values")],
  [rejected(422, "Provided value '' for input 'stage' not in the list of allowed values")],
  [rejected(422, "No ref found for: main")],
  [rejected(422, "Workflow does not have 'workflow_dispatch' trigger")],
  [rejected(422, "Workflow does not have 'workflow_dispatch' trigger"), { mistake: "is no valid YAML (line 1)" }],
  [
    rejected(422, "Workflow does not have 'workflow_dispatch' trigger"),
    { mistake: "is no valid workflow: it has no `jobs`" },
  ],
  [rejected(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow")],
  [rejected(422, "No more than 10 properties are allowed; 11 were supplied.")],
  [rejected(422, "No more than 10 properties are allowed; 11 were supplied."), { key: undefined }],
  [rejected(422, "Actions has been disabled for this repository.")],
  [rejected(422, "Validation Failed")],
  [rejected(422, "Validation Failed", EVENT_DISPATCH), event],
  [network("untrusted", "ERR_SSL_WRONG_VERSION_NUMBER")],
  [network("untrusted", "ERR_SOCKET_BAD_PORT")],
  [network("untrusted", "PROXY_407")],
  [network("untrusted", "PROXY_403")],
  [network("unreachable", "PROXY_502")],
  [network("untrusted", "CERT_HAS_EXPIRED")],
  [network("untrusted", "ERR_TLS_CERT_ALTNAME_INVALID")],
  [network("untrusted", "SELF_SIGNED_CERT_IN_CHAIN")],
  [network("unreachable", "ENOTFOUND")],
  [network("unreachable", "ECONNREFUSED"), { hasProxy: true }],
  [network("lost", "ECONNRESET"), { started: { htmlUrl: "https://github.com/OWNER/REPO/actions/runs/RUN_ID" } }],
  [network("lost", undefined)],
  [limited(60_000)],
  [aFault("limited", { request: RUNS, status: 429, answer: "", requestId: "A1B2:000001" })],
  [aFault("server_error", { request: RUNS, status: 503, answer: "" })],
  [aFault("unreadable", { request: RUNS, status: 200, answer: "it is no list" })],
];

const htmlUrl = "https://github.com/OWNER/REPO/actions/runs/RUN_ID";
const run = aRun({ htmlUrl });
const ended = (conclusion: string | null): Run => ({ ...run, status: "completed", conclusion });
const noTimes = { startedAtMs: undefined, completedAtMs: undefined };
const failedTest: Step = { name: "Test", status: "completed", conclusion: "failure", ...noTimes };
const job = (conclusion: string | null, steps: Step[]): Job => ({
  id: 1,
  name: "test",
  status: "completed",
  conclusion,
  htmlUrl: `${htmlUrl}/job/JOB_ID`,
  steps,
  ...noTimes,
});
const nothing = { annotations: [], log: undefined };
const marked = [{ path: "src/a.ts", line: 7, message: "x is not defined", level: "failure" as const }];
const markedByGitHub = [
  {
    path: ".github",
    line: 1,
    message: "The job has exceeded the maximum execution time of 1h0m0s",
    level: "failure" as const,
  },
];
const log = { jobName: "test", stepName: "Test", lines: ["Error: x is not defined"] };

const byEvent: ResolvedDispatch = {
  event: "repository_dispatch",
  eventType: "deploy",
  clientPayload: {},
  workflow: undefined,
};
const ofDeploy: ResolvedDispatch = { ...byEvent, workflow: { kind: "file", value: "deploy.yml" } };
const byHand: ResolvedDispatch = {
  event: "workflow_dispatch",
  workflow: { kind: "file", value: "deploy.yml" },
  ref: "main",
  inputs: {},
};
const seen = (verdict: CheckedRun["verdict"], status = run.status): CheckedRun => ({
  run: { ...run, status },
  verdict,
});
const notFound = (
  plan: ResolvedDispatch,
  list: CheckedRun[],
  findings = [wrong("")].slice(1),
  trouble?: RequestError,
  waitedMs = 86_400_000,
) =>
  explainNotFound(
    { run: undefined, runs: list, windowIsFull: false, trouble, waitedMs },
    plan,
    readInputs((name) => INPUTS[name] ?? "", CALLER, "", mappings),
    "OWNER/REPO",
    findings,
  );

const sightOf = (of: Run = run, awaitedEnvironments: string[] = [], place?: QueuePosition): RunSnapshot => ({
  run: of,
  jobs: [],
  awaitedEnvironments,
  place,
});
const NOW_MS = Date.parse("2026-11-20T12:00:00Z");
const PLACE: QueuePosition = {
  group: "deploy",
  job: undefined,
  ahead: 1,
  holder: {
    runId: 812,
    jobId: undefined,
    name: "Deploy #812",
    htmlUrl: `${run.htmlUrl}2`,
    isPending: false,
    startedAtMs: NOW_MS - 250_000,
  },
};
const notBegun = (status: string, awaitedEnvironments: string[] = [], place?: QueuePosition): string =>
  explainNotBegun(sightOf({ ...run, status }, awaitedEnvironments, place), 600_000, undefined, { nowMs: NOW_MS });
const redJobs = (decidingJobs: string[], jobs: Job[], of: Run = ended("failure")): string => {
  const rules = { decidingJobs, successConclusions: new Set(["success"]) };
  const sight = { run: of, jobs };
  return explainRedJobs(sight, verdictOf(sight, rules), rules.successConclusions, nothing);
};

const CALLER = { repository: "OWNER/CALLER", apiUrl: "https://api.github.com", runId: "1", runAttempt: "1" };
const INPUTS: Record<string, string> = {
  token: "t0ken",
  workflow: "deploy.yml",
  distinct_id: "DISTINCT_ID",
  distinct_id_key: "distinct_id",
};

/** Gitea's and Forgejo's. */
const IMITATION = "https://git.example.com/api/v1";
const PEM = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----";
const PAGES = "https://github.com/OWNER/REPO/actions/runs";

/** Each is wrong in its own way. */
const WRONG_INPUTS: Record<string, string>[] = [
  { token: "" },
  { token: "two words" },
  { app_id: "1" },
  { app_private_key: "x" },
  { app_id: "my app", app_private_key: "x" },
  { api_url: "ghe.example.com" },
  { repo: "a:b" },
  { repo: "https://github.com/octo" },
  { repo: "a b" },
  { workflow: "" },
  { workflow: "", event_type: "x".repeat(101) },
  { client_payload: "a: 1" },
  { event_type: "deploy", workflow_inputs: "a: 1" },
  { client_payload: "a: [", event_type: "deploy" },
  { client_payload: "- a", event_type: "deploy" },
  { client_payload: "{{ a }}: 1", event_type: "deploy" },
  { client_payload: "a: 0123", event_type: "deploy" },
  { client_payload: "a: b #c", event_type: "deploy" },
  { client_payload: "a: b\n  c", event_type: "deploy" },
  { client_payload: "a: *b", event_type: "deploy" },
  { client_payload: "a: &a [*a]", event_type: "deploy" },
  { client_payload: 'a: "\\q"', event_type: "deploy" },
  { client_payload: "a: @b", event_type: "deploy" },
  { client_payload: "a: &", event_type: "deploy" },
  { client_payload: "a: b: c", event_type: "deploy" },
  { client_payload: "{a: 1 b: 2}", event_type: "deploy" },
  { client_payload: "{a: [1 2\n b}", event_type: "deploy" },
  { client_payload: '{"a": 1 "b": 2}', event_type: "deploy" },
  { client_payload: "a: 1\na: 2", event_type: "deploy" },
  { client_payload: "a: 1\nb\nc", event_type: "deploy" },
  { client_payload: "a: 1\n---\nb: 2", event_type: "deploy" },
  { client_payload: "a:\n\tb: 1", event_type: "deploy" },
  { client_payload: "a: !b c", event_type: "deploy" },
  { client_payload: "a: 1\n  b: 2", event_type: "deploy" },
  { client_payload: "a: [1\nb: 2", event_type: "deploy" },
  { client_payload: '{"a": 1\n"b": 2}', event_type: "deploy" },
  { client_payload: '{"a": 1} b', event_type: "deploy" },
  { client_payload: "&a &b c: 1", event_type: "deploy" },
  { workflow_inputs: "a: [1]" },
  { workflow_inputs: Array.from({ length: 25 }, (_, at) => `i${at}: 1`).join("\n") },
  {
    workflow_inputs: Array.from({ length: 26 }, (_, at) => `i${at}: 1`).join("\n"),
    distinct_id_key: "",
  },
  { event_type: "deploy", distinct_id_key: "" },
  { ref: "9f3c2a7e41d06b58aa11c0de5eed5eed12345678" },
  { ref: "main\nnext" },
  { event_type: "deploy", ref: "main", client_payload: "ref: other" },
  {
    event_type: "deploy",
    ref: "main",
    client_payload: Array.from({ length: 10 }, (_, at) => `p${at}: 1`).join("\n"),
  },
  { event_type: "deploy", client_payload: `a: ${"x".repeat(65_535)}` },
  { workflow_inputs: `a: ${"x".repeat(65_535)}` },
  { event_type: "deploy", client_payload: "env: 1\nEnv: 2" },
  { event_type: "deploy", client_payload: "Distinct_ID: 1" },
  { distinct_id_key: "1st" },
  { event_type: "deploy", client_payload: "distinct_id: [1]", distinct_id: "" },
  { event_type: "deploy", client_payload: "distinct_id: other" },
  { distinct_id: "a b" },
  { event_type: "deploy", client_payload: "distinct_id: a b", distinct_id: "" },
  { timeout_seconds: "1h" },
  { wait_for: "end" },
  { success_conclusions: "," },
  { cancel_run_on: "always" },
  { failed_log_lines: "51" },
  { summary: "maybe" },
  { workflow: "", distinct_id: "", run_id: "latest" },
  { workflow: "", distinct_id: "", run_id: "1", wait_for: "nothing" },
  { distinct_id: "", run_id: "1" },
  { fail_fast: "true" },
  { start_timeout_seconds: "60" },
  { outputs_from: "values" },
  { outputs_from: "out/values", wait_for: "completed" },
  { rerun_failed: "1" },
  { reuse_key: "nightly" },
  { status_context: "remote", status_token: "a" },
  { status_context: "remote", wait_for: "completed" },
  { reuse: "queued" },
  { reuse: "queued", distinct_id: "", distinct_id_key: "" },
  { cancel_run_on: "failure", wait_for: "completed" },
  { rerun_failed: "1", rerun_grace_seconds: "60", wait_for: "completed" },
  { rerun_failed: "1", fail_fast: "true", wait_for: "completed" },
  { jobs: "build" },
  { jobs: "[]", wait_for: "completed" },
  { workflow: "", distinct_id: "", run_id: `${PAGES}/1`, repo: "octo/other" },
  { api_url: IMITATION },
  { api_url: IMITATION, wait_for: "nothing", event_type: "deploy" },
  { api_url: IMITATION, wait_for: "nothing", workflow: "Deploy" },
  { api_url: IMITATION, wait_for: "nothing", app_id: "1", app_private_key: PEM },
  { api_url: IMITATION, wait_for: "nothing", reuse: "queued", distinct_id: "" },
  { api_url: IMITATION, workflow: "", distinct_id: "", run_id: "1" },
];

/** Names of inputs that do not exist, each of its own kind. */
const WRONG_NAMES = ["wait-for", "repository", "wait", "dryrunn"];

function problemsOf(given: Record<string, string>, names: string[] = []): readonly string[] {
  // Without a caller's repository, nobody says whose a mere name is.
  const caller = given.repo === "mine" || given.repo === "" ? { ...CALLER, repository: "" } : CALLER;
  try {
    readInputs((name) => ({ ...INPUTS, ...given })[name] ?? "", caller, "", mappings, names);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error(`nothing is wrong with ${JSON.stringify(given)}`);
}

/** A message: which of its lines the page has to have, and what else it may quote. */
export interface Message {
  first?: string;
  more: readonly string[];
}

export function message(text: string): Message {
  const [first = "", ...more] = text.replace(/line \d+, column \d+/g, "line 1, column 5").split("\n");
  return { first, more };
}

export function directMessages(): Message[] {
  const twoProblems = () => {
    try {
      readInputs((name) => ({ ...INPUTS, token: "", wait_for: "end" })[name] ?? "", CALLER, "", mappings);
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  const ecKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const wrongKey = ecKey.export({ type: "pkcs8", format: "pem" }).toString();
  const texts = [
    ...FAULTS.map(([fault, about]) => explainRequestError(fault, { ...situation, ...about })),
    explainRed(ended("failure"), [job("failure", [failedTest])], { annotations: marked, log }),
    explainRed(ended(null), [job(null, [])], nothing),
    explainRed(ended("success"), [], nothing),
    explainRed(ended("cancelled"), [], nothing),
    explainRed(ended("cancelled"), [job("cancelled", [])], { annotations: markedByGitHub, log: undefined }),
    explainRed(
      ended("failure"),
      [
        { ...job(null, []), status: "queued" },
        { ...job(null, []), status: "" },
      ],
      { ...nothing, isWithheld: true },
    ),
    explainRed(ended("cancelled"), [], { ...nothing, succession: { is: "taken", by: PLACE.holder } }),
    explainRed(ended("cancelled"), [], { ...nothing, succession: { is: "taken", by: undefined } }),
    explainRed(ended("cancelled"), [], { ...nothing, succession: { is: "kept" } }),
    explainRed(ended("startup_failure"), [], nothing),
    redJobs(["test", "lint"], [job("failure", [failedTest])]),
    redJobs(["test"], [job("failure", [failedTest])], run),
    redJobs(["test"], [job(null, [])], ended(null)),
    redJobs(["lint"], []),
    explainFailFast({ run, jobs: [job("failure", [failedTest]), job("", [])] }, undefined, nothing),
    redJobs(
      ["job 1"],
      Array.from({ length: 31 }, (_, at) => ({ ...job("success", []), name: `job ${at + 2}` })),
    ),
    explainTimeout(sightOf(), 3_600_000, undefined, {
      open: openJobs(["test", "lint"], [{ ...job(null, []), status: "in_progress" }]),
    }),
    explainTimeout({ ...sightOf(), jobs: [job("success", [])] }, 3_600_000, undefined),
    notBegun("queued"),
    notBegun("pending"),
    notBegun("pending", [], PLACE),
    notBegun("pending", [], { ...PLACE, job: { id: 5, name: "test" }, ahead: 3 }),
    explainTimeout(sightOf({ ...run, status: "pending" }, [], PLACE), 3_600_000, undefined, { nowMs: NOW_MS }),
    notBegun("waiting"),
    notBegun("waiting", ["production"]),
    notBegun("waiting", [
      describeDeployment({
        environment: "production",
        reviewers: ["octocat", "hubot"],
        timerEndsAtMs: NOW_MS + 1_800_000,
      }),
    ]),
    notBegun("pending", [], { ...PLACE, holder: { ...PLACE.holder, startedAtMs: undefined } }),
    notBegun("pending", [], { ...PLACE, holder: { ...PLACE.holder, isPending: true } }),
    explainTimeout(sightOf(), 3_600_000, network("lost", undefined)),
    explainTimeout(sightOf(), 3_600_000, limited(60_000)),
    explainTimeout(sightOf(), 3_600_000, limited(undefined)),
    explainTimeout(sightOf({ ...run, status: "" }), 3_600_000, undefined, { cancelled: "" }),
    explainTimeout(sightOf(), 3_600_000, aFault("unreadable", { request: RUNS, status: 200, answer: "it is no list" })),
    notFound(byEvent, [], [], undefined, 62_000),
    notFound(byEvent, []),
    notFound(byHand, [seen("other event")]),
    notFound(ofDeploy, [seen("other workflow")]),
    notFound(ofDeploy, [
      {
        ...seen("other workflow"),
        run: { ...run, path: ".github/workflows/other.yml", displayTitle: "Deploy [DISTINCT_ID]" },
      },
    ]),
    notFound(byEvent, [seen("undecided"), seen("undecided", ""), seen("without id")]),
    notFound(
      byEvent,
      Array.from({ length: 12 }, () => seen("without id")),
    ),
    notFound(byEvent, [], [right(".github/workflows/deploy.yml shows the id in its `run-name`.")]),
    notFound(byEvent, [], [wrong(".github/workflows/deploy.yml is no valid YAML.")], network("lost", "ECONNRESET")),
    notFound(byEvent, [], [wrong("", undefined, "listener disabled")]),
    notFound(byEvent, [{ ...seen("without id"), run: { ...run, displayTitle: "Deploy v-DISTINCT_ID" } }]),
    problemsOf({ token: "" }).length === 1 ? messageOfProblems({ token: "" }) : "",
    twoProblems(),
  ];
  const problems = [
    ...WRONG_INPUTS,
    { repo: "mine" },
    { repo: "" },
    { app_id: "1", app_private_key: wrongKey },
  ].flatMap((given) => problemsOf(given));
  problems.push(...problemsOf({}, WRONG_NAMES));
  texts.push(...["colour", "colour shape"].flatMap((names) => checkNames(names.split(" ")).warnings));
  return [...texts.map(message), ...[...new Set(problems)].map((problem) => message(problem))];
}

function messageOfProblems(given: Record<string, string>): string {
  return new InputError(problemsOf(given)).message;
}
