/** What the code says of a step that it goes through: one play for each way that ends red, warns, or makes the log wait. */

import { type ArtifactBehaviour, type Behaviour, type Fault, type FaultHook, zipOf } from "../simulator/index.ts";
import { setAppStage } from "./app-stage.ts";
import { type Message, message } from "./messages-direct.ts";
import { annotations, setProcessStage, TOKEN } from "./process-stage.ts";
import { receiver, SILENT } from "./receivers.ts";
import { type AsWritten, RECEIVERS } from "./receivers-as-written.ts";
import { type Stage, type StageOptions, setStage, TARGET } from "./stage.ts";
import { CALLER, GITHUB_TOKEN, type Ran, runBundle } from "./step.ts";

const EVENT = receiver("repository_dispatch", "run-name");
const WORKFLOW = receiver("workflow_dispatch", "run-name");
const LONG: Behaviour = { queuedMs: 7_200_000, freshRun404Ms: 0 };
const UPLOADING = WORKFLOW.replace(
  "      - name: Deploy",
  "      - uses: actions/upload-artifact@v7\n        with: { path: values, archive: false }\n      - name: Deploy",
);
const COMPOSITE = WORKFLOW.replace(
  "      - name: Deploy",
  "      - uses: ./.github/actions/leave\n      - name: Deploy",
);
const REFUSED = { message: "Resource not accessible by personal access token" };
const CANCEL = { cancel_run_on: "cancel" };
const BY_EVENT = { event_type: "deploy", distinct_id: "DISTINCT_ID" };
const BY_HAND = { workflow: "deploy.yml", ref: "main" };
const FOLLOW = { ...BY_HAND, wait_for: "completed" };

const onPost =
  (status: number): FaultHook =>
  ({ method }) =>
    method === "POST" ? { when: "before", kind: "status", status } : undefined;

/** Somebody has started the run that a step is given. */
const another = ({ github }: Stage) =>
  github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch", behaviour: { queuedMs: 7_200_000 } });
const GIVEN = { run_id: "30000000011" };

const AGAIN = { ...FOLLOW, rerun_failed: "1", timeout_seconds: "120" };
const FLAKY: Behaviour = { queuedMs: 1000, jobs: { identify: { durationMs: 60_000, conclusion: "failure" } } };
const onRerun =
  (status: number, headers: Record<string, string> = {}): FaultHook =>
  ({ path }) =>
    path.endsWith("/rerun-failed-jobs") ? { when: "before", kind: "status", status, headers } : undefined;
/** The answer to the asking is unclear, and the run is gone. */
function goneAfterRerun(): FaultHook {
  const refuse = onRerun(502);
  let isAsked = false;
  return (request) => {
    isAsked ||= request.path.endsWith("/rerun-failed-jobs");
    const isLook = isAsked && /\/runs\/\d+$/.test(request.path);
    return isLook ? { when: "before", kind: "status", status: 404 } : refuse(request);
  };
}

interface Play {
  workflows?: Record<string, string>;
  options?: StageOptions;
  fault?: FaultHook;
  before?: (stage: Stage) => void;
  given: Record<string, string>;
  cancelAfterMs?: number;
  attempt?: number;
  /** The step is played again, in these attempts of the caller's run. */
  again?: number[];
  /** The `post` step follows, and this goes wrong with its requests. */
  post?: FaultHook | "nothing wrong";
}

const STATUS = { ...FOLLOW, status_context: "remote" };
const onStatus =
  (status: number): FaultHook =>
  ({ path }) =>
    path.includes("/statuses/") ? { when: "before", kind: "status", status } : undefined;

/** The caller's repository is there, and its job may set statuses. */
function withCaller({ github }: Stage): void {
  github.addRepository(CALLER.repository);
  const permissions = { statuses: "write" } as const;
  github.addToken(GITHUB_TOKEN, { kind: "integration", permissions, repositories: [CALLER.repository] });
}

/** A run whose name shows the id, and which takes long to begin. */
const NAMED: Pick<Play, "workflows" | "options"> = {
  workflows: { "deploy.yml": receiver("workflow_dispatch", "run-name") },
  options: { behaviour: { ...LONG, visibleAfterMs: 0 } },
};

/** One for each thing that can be said of a receiver that people have written. */
const SAID_OF_RECEIVERS = [
  "an id that was given, after a hyphen",
  "the id on the second line of a step's name",
  "the whole payload as JSON",
  "the id beside what only a runner knows",
  "the input of the other event",
  "no run-name",
  "steps beside the jobs",
  "no jobs",
  "a merge key",
  "keys that differ only in case",
  "a queue without end that cancels",
  "env in the run-name",
  "a matrix in the run-name",
  "env in a job's name",
  "an expression that nothing closes",
  "double quotes in a step's name",
];

const PLAYS: Play[] = [
  // run.ts
  { given: BY_HAND, attempt: 2 },
  // plan.ts
  { workflows: { "deploy.yml": WORKFLOW, "again.yml": WORKFLOW }, given: { workflow: "Deploy" } },
  { given: { workflow: "Deplyo" } },
  {
    workflows: { "deploy.yml": "on: { workflow_dispatch: }" },
    options: { repository: { unreadable: ["deploy.yml"] } },
    given: BY_HAND,
  },
  // inputs.ts
  { given: { ...BY_HAND, owner: "acme" } },
  { given: { ...BY_HAND, cancel_run_on: "timeout" } },
  // github/api.ts
  {
    workflows: { "deploy.yml": WORKFLOW },
    options: { runDetails: "rejected" },
    before: ({ github }) =>
      void github.startRun("octo/target", "deploy.yml", { event: "workflow_dispatch", inputs: {} }),
    fault: ({ path, method }) =>
      method === "GET" && path.endsWith("/actions/runs")
        ? { kind: "rewrite", when: "after", rewrite: spoilOldest }
        : undefined,
    given: BY_HAND,
  },
  // dispatch.ts
  {
    workflows: { "deploy.yml": SILENT },
    options: { runDetails: "rejected" },
    given: { ...BY_HAND, distinct_id_key: "" },
  },
  { workflows: { "deploy.yml": EVENT }, fault: onPost(502), given: BY_EVENT },
  {
    workflows: { "deploy.yml": EVENT },
    fault: onPost(502),
    given: { ...BY_EVENT, find_timeout_seconds: "45" },
  },
  {
    workflows: { "deploy.yml": EVENT },
    fault: ({ method, nth }) =>
      method !== "POST"
        ? undefined
        : nth === 1
          ? { when: "before", kind: "status", status: 502 }
          : { when: "before", kind: "status", status: 429, headers: { "retry-after": "600" } },
    given: { ...BY_EVENT, find_timeout_seconds: "120" },
  },
  { workflows: { "deploy.yml": SILENT }, fault: onPost(502), given: { ...BY_HAND, distinct_id_key: "" } },
  {
    workflows: { "deploy.yml": SILENT },
    fault: ({ method }) => (method === "POST" ? { when: "after", kind: "status", status: 502 } : undefined),
    given: BY_EVENT,
  },
  {
    workflows: { "deploy.yml": EVENT },
    fault: ({ method }) => ({ when: "before", kind: "status", status: method === "POST" ? 502 : 403 }),
    given: { event_type: "deploy" },
  },
  {
    workflows: { "deploy.yml": EVENT },
    fault: ({ method, nth }) =>
      method === "POST" ? { when: "before", kind: "status", status: nth === 1 ? 502 : 403 } : undefined,
    given: BY_EVENT,
  },
  {
    workflows: { "deploy.yml": EVENT },
    fault: ({ method, nth }) => {
      if (method !== "POST") return undefined;
      const headers = { "retry-after": "9999" };
      return nth === 1 ? { when: "before", kind: "reset" } : { when: "before", kind: "status", status: 429, headers };
    },
    given: BY_EVENT,
  },
  { workflows: { "deploy.yml": SILENT }, given: BY_HAND },
  // find.ts, search.ts, fail.ts
  {
    workflows: { "deploy.yml": SILENT },
    fault: ({ method }) => (method === "POST" ? { when: "after", kind: "garbage" } : undefined),
    given: { ...BY_HAND, distinct_id_key: "" },
  },
  {
    workflows: { "deploy.yml": EVENT },
    options: { behaviour: { duplicates: 1 } },
    given: { event_type: "deploy" },
  },
  // choose.ts
  {
    workflows: { "deploy.yml": EVENT },
    options: { behaviour: { duplicates: 1 } },
    given: BY_EVENT,
  },
  { workflows: { "deploy.yml": EVENT, "e2e.yml": EVENT }, given: BY_EVENT },
  {
    fault: ({ path }) => (path === `/repos/${TARGET}` ? { kind: "delay", ms: 1000 } : undefined),
    given: { workflow: "deploy.yml", find_timeout_seconds: "1" },
  },
  // patience.ts
  {
    workflows: { "deploy.yml": EVENT },
    fault: ({ method, nth }) => {
      if (method !== "GET" || nth > 2) return undefined;
      const headers = { "retry-after": "40" };
      return nth === 1
        ? { when: "before", kind: "status", status: 503 }
        : { when: "before", kind: "status", status: 429, headers };
    },
    given: { event_type: "deploy" },
  },
  // github.ts
  { before: ({ github }) => github.renameRepository(TARGET, "octo/renamed"), given: BY_HAND },
  {
    fault: ({ method }) =>
      method === "POST"
        ? { when: "before", kind: "status", status: 307, headers: { location: "http://127.0.0.2:1/x" } }
        : undefined,
    given: BY_HAND,
  },
  // given.ts
  { before: another, given: GIVEN },
  // dispatch.ts
  { options: { runDetails: "rejected" }, given: { ...FOLLOW, wait_for: "nothing" } },
  // follow.ts, cancel.ts
  { options: { behaviour: LONG }, given: { ...FOLLOW, timeout_seconds: "60", cancel_run_on: "timeout" } },
  { options: { behaviour: LONG }, given: FOLLOW, cancelAfterMs: 33_333 },
  { options: { behaviour: LONG }, given: { ...FOLLOW, ...CANCEL }, cancelAfterMs: 33_333 },
  {
    options: { behaviour: LONG },
    fault: ({ path }) => (path.endsWith("/cancel") ? { when: "before", kind: "status", status: 404 } : undefined),
    given: { ...FOLLOW, ...CANCEL },
    cancelAfterMs: 33_333,
  },
  {
    options: { behaviour: { ...LONG, cancel: "409" } },
    fault: endedBeforeCancelled(),
    given: { ...FOLLOW, ...CANCEL },
    cancelAfterMs: 33_333,
  },
  {
    options: { behaviour: { ...LONG, cancel: "409" } },
    given: { ...FOLLOW, ...CANCEL },
    cancelAfterMs: 33_333,
  },
  {
    options: { behaviour: LONG },
    fault: ({ path }) => (path.endsWith("/cancel") ? { when: "before", kind: "status", status: 403 } : undefined),
    given: { ...FOLLOW, ...CANCEL },
    cancelAfterMs: 33_333,
  },
  {
    options: { behaviour: LONG },
    fault: ({ path }) => (path.endsWith("/cancel") ? { when: "before", kind: "hang" } : undefined),
    given: { ...FOLLOW, ...CANCEL },
    cancelAfterMs: 33_333,
  },
  {
    fault: ({ method }) => (method === "GET" ? { kind: "delay", ms: 10_000 } : undefined),
    given: { workflow: "deploy.yml" },
    cancelAfterMs: 4000,
  },
  {
    workflows: { "deploy.yml": EVENT },
    options: { behaviour: { visibleAfterMs: 60_000 } },
    given: BY_EVENT,
    cancelAfterMs: 4000,
  },
  {
    workflows: { "deploy.yml": EVENT },
    options: { behaviour: { duplicates: 1 } },
    given: { ...BY_EVENT, ...CANCEL },
    cancelAfterMs: 1000,
  },
  // manner.ts
  {
    options: { server: "ghes-3.19" },
    given: { workflow: "deploy.yml", workflow_inputs: Array.from({ length: 10 }, (_, at) => `i${at}: x`).join("\n") },
  },
  // rerun
  { options: { behaviour: FLAKY }, given: { ...FOLLOW, rerun_grace_seconds: "60" } },
  { options: { behaviour: { ...FLAKY, mostReruns: 0 } }, given: AGAIN },
  { options: { behaviour: FLAKY }, fault: onRerun(502), given: { ...AGAIN, timeout_seconds: "300" } },
  { options: { behaviour: FLAKY }, fault: goneAfterRerun(), given: AGAIN },
  { options: { behaviour: FLAKY }, fault: onRerun(429, { "retry-after": "600" }), given: AGAIN },
  { options: { behaviour: { ...FLAKY, rerunLagMs: 3_600_000 } }, given: AGAIN },
  { options: { behaviour: { ...FLAKY, rerunLagMs: 60_000 } }, given: { ...AGAIN, ...CANCEL }, cancelAfterMs: 66_000 },
  // reuse
  { ...NAMED, given: { ...BY_HAND, reuse: "queued" }, again: [2] },
  { ...NAMED, given: { ...BY_HAND, reuse: "running", cancel_run_on: "cancel" }, again: [1] },
  { workflows: { "deploy.yml": SILENT }, given: { ...BY_HAND, reuse: "running" } },
  // commit-status
  { before: withCaller, given: STATUS },
  { before: withCaller, fault: onStatus(403), given: STATUS },
  { before: withCaller, fault: onStatus(422), given: STATUS },
  {
    before: withCaller,
    fault: ({ path }) => (path.includes("/statuses/") ? { when: "before", kind: "hang" } : undefined),
    given: STATUS,
    cancelAfterMs: 9000,
    post: "nothing wrong",
  },
  { before: withCaller, given: { ...STATUS, dry_run: "true" } },
  { given: { ...STATUS, dry_run: "true" } },
  { given: { ...BY_HAND, ...CANCEL, dry_run: "true" } },
  // post.ts
  {
    workflows: { "deploy.yml": EVENT },
    options: { behaviour: { visibleAfterMs: 60_000 } },
    given: { ...BY_EVENT, ...CANCEL },
    cancelAfterMs: 4000,
    post: "nothing wrong",
  },
  {
    workflows: { "deploy.yml": EVENT },
    options: { behaviour: { visibleAfterMs: 60_000 } },
    given: { ...BY_EVENT, ...CANCEL },
    cancelAfterMs: 4000,
    post: () => ({ when: "before", kind: "status", status: 403 }),
  },
  {
    options: { behaviour: LONG },
    given: { ...FOLLOW, ...CANCEL },
    cancelAfterMs: 33_333,
    post: () => ({ when: "before", kind: "hang" }),
  },
  {
    options: { behaviour: { ...LONG, cancel: "ignored" } },
    given: { ...FOLLOW, ...CANCEL },
    cancelAfterMs: 33_333,
    post: "nothing wrong",
  },
  {
    options: { behaviour: { ...LONG, cancelTakesMs: 0 } },
    given: { ...FOLLOW, ...CANCEL },
    cancelAfterMs: 33_333,
    post: "nothing wrong",
  },
  ...valuesBack(),
  ...doctors(),
];

/** Runs that have left values, or something else under that name. */
function valuesBack(): Play[] {
  const values = { ...FOLLOW, outputs_from: "values" };
  const bare = (text: string): ArtifactBehaviour[] => [{ name: "values", text }];
  const zipped = (...paths: string[]): ArtifactBehaviour[] => [
    { name: "values", files: paths.map((path) => ({ path, text: "{}" })) },
  ];
  const big = "x".repeat(1024 * 1024 + 1);
  const left: ArtifactBehaviour[][] = [
    bare('{"version":"1.10"}'),
    bare("{}"),
    [],
    [{ name: "other", text: "{}" }],
    [{ name: "values", text: "{}", expired: true }],
    bare(big),
    [{ name: "values", files: [{ path: "x", text: big }] }],
    [{ name: "values", text: "{}", digest: "sha256:0" }],
    [{ name: "values", bytes: zipOf([{ path: "x", text: "{}" }]).subarray(0, 40) }],
    zipped("../x"),
    zipped("outputs.json", "outputs.json"),
    zipped("a.json", "b.json"),
    zipped(),
    bare(""),
    bare("version=1"),
    bare("[1]"),
    bare("null"),
    bare("7"),
    [{ name: "values", bytes: Buffer.from([0xff]) }],
  ];
  const play = (more: Partial<Play> & { behaviour?: Behaviour; server?: StageOptions["server"] }): Play => {
    const { behaviour, server, ...rest } = more;
    const options = {
      ...(server && { server }),
      behaviour: { freshRun404Ms: 0, artifacts: zipped("x"), ...behaviour },
    };
    return { options, given: values, ...rest };
  };
  const at =
    (pattern: RegExp, fault: Fault): FaultHook =>
    ({ path }) =>
      pattern.test(path) ? fault : undefined;
  const failed = { jobs: { identify: { failedStep: "Deploy" } } };
  return [
    ...left.map((artifacts) => play({ behaviour: { artifacts } })),
    play({ behaviour: { ...failed, reruns: [{ artifacts: [] }] }, given: { ...values, rerun_failed: "1" } }),
    play({ fault: at(/^\/artifact-files/, { kind: "status", when: "before", status: 502 }) }),
    play({ fault: at(/\/artifacts$/, { kind: "hang", when: "before" }) }),
    play({ fault: at(/\/artifacts$/, { kind: "hang", when: "before" }), behaviour: failed }),
    play({ fault: at(/\/artifacts$/, { kind: "status", when: "before", status: 403, body: REFUSED }) }),
    play({ fault: at(/\/artifacts$/, { kind: "status", when: "before", status: 404 }) }),
  ];
}

/** Dry runs, each with something to find. */
function doctors(): Play[] {
  const choosy = WORKFLOW.replace(
    "      fail:\n        required: false",
    "      stage:\n        type: choice\n        options: [test, live]\n      version:\n        required: true",
  ).replace("./deploy", "deploy ${{ inputs.version }}");
  const answered =
    (status: number) =>
    (part: RegExp): FaultHook =>
    ({ path }) =>
      part.test(path) ? { when: "before", kind: "status", status } : undefined;
  const refused = answered(403);
  const failing = answered(502);
  const many = Array.from({ length: 26 }, (_, at) => [
    `other-${at}.yml`,
    SILENT.replace("  repository_dispatch:\n", ""),
  ]);
  const calls = EVENT.replace(/run-name.*\n/, "").replace(
    /jobs:[\s\S]*/,
    "jobs:\n  deploy:\n    uses: ./.github/workflows/other.yml\n",
  );
  const plays: Play[] = [
    { given: { ...BY_HAND, ref: "nowhere" } },
    { workflows: { "deploy.yml": receiver("workflow_dispatch", "job") }, given: { ...BY_HAND, reuse: "running" } },
    { given: { workflow: "deplyo.yml" } },
    { given: { workflow: "Deplyo" } },
    { workflows: { "deploy.yml": WORKFLOW, "again.yml": WORKFLOW }, given: { workflow: "Deploy" } },
    { workflows: { "deploy.yml": EVENT }, given: { workflow: "deploy.yml" } },
    { workflows: { "deploy.yml": EVENT }, given: { event_type: "deplyo" } },
    { workflows: { "deploy.yml": WORKFLOW }, given: { event_type: "deploy" } },
    { workflows: { "deploy.yml": EVENT }, given: { event_type: "deplyo", workflow: "deploy.yml" } },
    { workflows: { "deploy.yml": WORKFLOW }, given: { event_type: "deploy", workflow: "deploy.yml" } },
    { workflows: { "deploy.yml": EVENT }, given: { ...BY_EVENT, distinct_id_key: "sha" } },
    { workflows: { "deploy.yml": WORKFLOW }, given: { ...BY_HAND, distinct_id_key: "sha" } },
    { given: { ...BY_HAND, distinct_id_key: "" } },
    { workflows: { "deploy.yml": receiver("repository_dispatch", "job") }, given: BY_EVENT },
    { workflows: { "deploy.yml": receiver("repository_dispatch", "step") }, given: BY_EVENT },
    {
      workflows: { "deploy.yml": choosy },
      given: { ...BY_HAND, workflow_inputs: "stage: x\nreplicas: 3" },
    },
    { workflows: { "deploy.yml": choosy }, given: { ...BY_HAND, workflow_inputs: "version: 1\nstage:" } },
    { options: { repository: { disabled: ["deploy.yml"], archived: true } }, given: BY_HAND },
    { workflows: { "deploy.yml": calls }, given: { event_type: "deploy" } },
    ...[
      "a: 'b",
      "on:\ndescription: Which input (default: x)",
      "name: a\nname: b",
      "on:\n\tpush:",
      "run-name: [${{ github.actor }}] Deploy",
    ].map(
      (text): Play => ({
        workflows: { "deploy.yml": text },
        options: { repository: { unreadable: ["deploy.yml"] } },
        given: BY_HAND,
      }),
    ),
    // Receivers as people write them, one for each thing that can be said of one.
    ...SAID_OF_RECEIVERS.flatMap((name): Play[] => {
      const { files, given, repository } = RECEIVERS[name] as AsWritten;
      const id = given.distinct_id === undefined ? {} : { distinct_id: "DISTINCT_ID" };
      return [{ workflows: files, options: { repository }, given: { ...given, ...id } }];
    }),
    { workflows: Object.fromEntries(many), given: { event_type: "deploy" } },
    { before: another, given: GIVEN },
    ...[UPLOADING, UPLOADING.replace("path: values", "path: values*"), WORKFLOW, COMPOSITE].map(
      (workflow): Play => ({ workflows: { "deploy.yml": workflow }, given: { ...FOLLOW, outputs_from: "values" } }),
    ),
    ...endedRuns(),
    { given: GIVEN },
    { before: another, fault: refused(/\/runs\//), given: GIVEN },
    { before: another, fault: failing(/\/runs\//), given: GIVEN },
    {
      before: another,
      fault: ({ path }) => (/\/runs\//.test(path) ? { kind: "hang", when: "before" } : undefined),
      given: GIVEN,
    },
    { fault: refused(/\/git\/ref\//), given: BY_HAND },
    { fault: refused(/\/contents\//), given: BY_HAND },
    { fault: refused(/\/actions\/workflows/), given: BY_HAND },
    { fault: refused(/\/actions\/workflows/), given: { event_type: "deploy" } },
    { fault: refused(/\/contents\//), given: BY_EVENT },
    { fault: failing(/\/git\/ref\//), given: BY_HAND },
    { fault: failing(/\/contents\//), given: BY_HAND },
    { fault: failing(/\/contents\//), given: BY_EVENT },
    {
      workflows: { "deploy.yml": EVENT, "x.yml": EVENT },
      fault: failing(/\/contents\/.*deploy\.yml/),
      given: BY_EVENT,
    },
    { fault: failing(/\/actions\/workflows/), given: BY_HAND },
    { fault: failing(/\/actions\/workflows/), given: BY_EVENT },
    {
      fault: ({ path }) => (path.includes("/contents/") ? { kind: "hang", when: "before" } : undefined),
      given: BY_HAND,
    },
    ...[BY_HAND, { workflow: "deploy.yml" }].map((given): Play => ({ fault: answered(404)(/\/contents\//), given })),
    ...[{ workflow: "deploy.yml" }, BY_EVENT].map(
      (given): Play => ({
        fault: ({ path }) =>
          path.includes("/contents/")
            ? { when: "before", kind: "status", status: 200, body: fileOf("a: [") }
            : undefined,
        given,
      }),
    ),
  ];
  return plays.map((play) => ({ ...play, given: { dry_run: "true", ...play.given } }));
}

/** Dry runs of a run that is given, and was to leave values. */
function endedRuns(): Play[] {
  const given = { ...GIVEN, wait_for: "completed", outputs_from: "values" };
  const hourAgo =
    (behaviour: Behaviour) =>
    ({ github }: Stage) => {
      const createdAtMs = github.nowMs() - 3_600_000;
      github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch", createdAtMs, behaviour });
    };
  const at =
    (status: number): FaultHook =>
    ({ path }) =>
      path.endsWith("/artifacts") ? { kind: "status", when: "before", status } : undefined;
  const values = { name: "values", text: "{}" };
  return [
    { before: hourAgo({ queuedMs: 7_200_000 }), given },
    { before: hourAgo({ artifacts: [values] }), given },
    { before: hourAgo({ artifacts: [{ ...values, expired: true }] }), given },
    { before: hourAgo({}), given },
    { before: hourAgo({}), fault: at(403), given },
    { before: hourAgo({}), fault: at(502), given },
  ];
}

/** As GitHub hands out a file. */
function fileOf(text: string) {
  return { type: "file", encoding: "base64", content: Buffer.from(text).toString("base64") };
}

/** Failures, warnings and what a checklist finds are messages that the page has to have; a log's lines it may have. */
export async function playedMessages(): Promise<Message[]> {
  const all: Message[] = [];
  for (const {
    workflows = { "deploy.yml": WORKFLOW },
    options,
    fault,
    before,
    given,
    post,
    again = [],
    ...play
  } of PLAYS) {
    const stage = await setStage(workflows, options);
    before?.(stage);
    stage.github.fault = fault;
    const played = await stage.play(given, play);
    const told = [played];
    for (const attempt of again) told.push(await stage.play(given, { ...play, attempt }));
    if (post !== undefined) {
      stage.github.fault = post === "nothing wrong" ? undefined : post;
      told.push(await stage.playPost(given, played.trace));
    }
    for (const { failure, warnings, log } of told) {
      const findings = log.flatMap((entry) => entry.split("\n")).filter((line) => /^[✗?] /.test(line));
      const texts = [
        ...(failure === undefined ? [] : [failure]),
        ...warnings,
        ...findings.map((line) => line.slice(2)),
      ];
      all.push(...texts.map((text) => message(general(text, stage.github.apiUrl))));
      all.push({ more: log.map((line) => general(line, stage.github.apiUrl)) });
    }
  }
  const app = await setAppStage({ "deploy.yml": WORKFLOW });
  const byApp = [await app.play(BY_HAND), await app.play({ ...BY_HAND, dry_run: "true" })];
  return [...all, ...byApp.map(({ log }) => ({ more: log.map((line) => general(line, app.github.apiUrl)) }))];
}

/** What only the door says, which is a process. */
export async function doorMessages(): Promise<Message[]> {
  const stage = await setProcessStage({ [TARGET]: { "deploy.yml": WORKFLOW } });
  const { github, run } = stage;
  const given = { ...BY_HAND, repo: TARGET };
  const ran = await Promise.all([
    runBundle("http://ghe.example.com", { ...given, token: TOKEN }, { HTTP_PROXY: "http://a:b:c" }),
    run(given, { GITHUB_STATE: "/PATH" }),
    run(given, { GITHUB_EVENT_PATH: import.meta.filename }),
    run(given, { GITHUB_OUTPUT: "/PATH", GITHUB_STEP_SUMMARY: "/PATH/summary" }),
  ]);
  const texts = (one: Ran) => [...annotations(one, "error"), ...annotations(one, "warning")];
  return ran.flatMap(texts).map((text) => message(general(text, github.apiUrl)));
}

/** The same words, with the names that the page uses for what differs from step to step. */
export function general(text: string, apiUrl: string): string {
  return text
    .replaceAll(apiUrl, "https://github.com")
    .replaceAll(TARGET, "OWNER/REPO")
    .replace(/\b300000000\d\d\b/g, "RUN_ID")
    .replace(/\b\d+-1-[0-9a-f]{16}\b/g, "DISTINCT_ID")
    .replace(/A1B2:\d+/g, "A1B2:000001");
}

/** After the cancellation was asked for, the run shows that it had ended before. */
function endedBeforeCancelled(): FaultHook {
  let isCancelling = false;
  return ({ path }) => {
    isCancelling ||= path.endsWith("/cancel");
    if (!isCancelling || !/\/runs\/\d+$/.test(path)) return undefined;
    const rewrite = (run: unknown) => ({ ...(run as object), status: "completed", conclusion: "success" });
    return { kind: "rewrite", when: "after", rewrite };
  };
}

/** A list of runs whose oldest cannot be read. */
function spoilOldest(body: unknown): unknown {
  const { workflow_runs: runs } = body as { workflow_runs: object[] };
  return { workflow_runs: [...runs.slice(0, -1), { ...runs.at(-1), status: 5 }] };
}
