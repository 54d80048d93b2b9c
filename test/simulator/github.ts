import { type Clock, systemClock } from "../../src/runner/clock.ts";
import type { Installation } from "./access.ts";
import { type App, type AppOptions, addApp } from "./app.ts";
import type { FaultHook } from "./faults.ts";
import { readDescriptions } from "./hold.ts";
import { describeEntry, type JournalEntry } from "./journal.ts";
import { type EarlyRequest, type LimitOptions, Limits, type Refusal } from "./limits.ts";
import type { RunDetails } from "./routes.ts";
import { attemptAt, type JobState, type Run } from "./run.ts";
import { runAnswer } from "./run-answers.ts";
import { listen, type ServerState } from "./server.ts";
import { type ServerName, servers } from "./servers-table.ts";
import type { Behaviour } from "./timeline.ts";
import { type SimulatorClock, VirtualClock } from "./virtual-clock.ts";
import { readWorkflow } from "./workflow.ts";
import {
  type BehaviourSource,
  type CommitStatus,
  lastAttempt,
  type PullRequest,
  type RepositoryOptions,
  type TokenOptions,
  type Trigger,
  World,
} from "./world.ts";

export interface GitHubOptions {
  /** Whom it plays; default github.com, or the last server without run details where `runDetails` is not `known`. */
  server?: ServerName;
  /** What its links begin with: `https` where something in front of it speaks TLS. Default `http`. */
  scheme?: "http" | "https";
  /** Default: the system's. */
  clock?: SimulatorClock;
  /** Time of day at the server when it starts; default now, for a virtual clock 2026-11-20T12:00:00Z. */
  startsAt?: string;
  /**
   * `known` (default): a server of today. `rejected`: an older one, which answers the new version header with 400 and
   * the key `return_run_details` with 422; `rejected-410` and `rejected-422` answer the header so.
   */
  runDetails?: RunDetails;
  /** Of a workflow_dispatch; default: as many as the server takes. */
  maxInputs?: number;
  /** The most that a page of a list has, whatever was asked for; default 100. Servers that imitate GitHub's have fewer. */
  maxPerPage?: number;
  /** Default true. */
  etags?: boolean;
  /** Default true. */
  rateLimitHeaders?: boolean;
  /** Before each request is looked at. */
  latencyMs?: number;
  /**
   * Default: GitHub's secondary limits, per account, and a budget of 5000 an hour that is displayed, not enforced. `none`:
   * nothing is refused, for many by design on one token.
   */
  limits?: LimitOptions | "none";
}

/** What the server knows of a run, visible or not. Times in its epoch milliseconds. */
export interface RunTruth {
  id: number;
  attempt: number;
  workflowPath: string;
  event: string;
  displayTitle: string;
  /** Of its jobs and their steps. */
  names: string[];
  payload: Record<string, unknown>;
  inputs: Record<string, unknown>;
  createdAtMs: number;
  status: string;
  conclusion: string | null;
  cancelRequestedAtMs: number | undefined;
  jobs: Pick<JobState, "name" | "status" | "conclusion">[];
}

/** A GitHub for one test. Everything that can be seen of it follows from what was done and what time it is there. */
export interface GitHub {
  /** REST root; the same is served under `/api/v3` and `/api/v1` of this origin. */
  readonly apiUrl: string;
  addRepository(fullName: string, options?: RepositoryOptions): void;
  /** `installation`: of an App that was added, which is taken away with it. */
  addToken(token: string, options: TokenOptions, installation?: Installation): void;
  /** What is changed in the App that it returns counts from then on. */
  addApp(options: AppOptions): App;
  /** How the runs of this workflow go from now on. */
  behaviour(fullName: string, file: string, behaviour: BehaviourSource): void;
  /** Starts a run that the code under test did not ask for; returns its id. */
  startRun(fullName: string, file: string, trigger: Trigger): number;
  /** Adds a pull request, or replaces the one of that number: a push moves its head. */
  setPullRequest(fullName: string, pullRequest: PullRequest): void;
  /** A further attempt, now. Throws if the run has not ended. */
  rerun(id: number, behaviour?: Behaviour): void;
  deleteRun(id: number): void;
  /** Somebody cancels a run by hand, as its behaviour lets it be cancelled. */
  cancelRun(id: number): void;
  renameRepository(from: string, to: string): void;
  /** All of its branches from now on. */
  setBranches(fullName: string, branches: readonly string[]): void;
  /** Another text of a workflow file, which stays the same workflow. */
  setWorkflow(fullName: string, file: string, text: string): void;
  /** All runs, oldest first, as they are, or as they were (will be, if nobody interferes) at `atMs` by the server. */
  runs(fullName: string, atMs?: number): RunTruth[];
  /** One of them. */
  run(fullName: string, id: number, atMs: number): RunTruth | undefined;
  /** The run as an event or a request shows it at this moment. */
  shownRun(id: number): unknown;
  /** All statuses of its commits, in the order of setting. */
  statuses(fullName: string): readonly CommitStatus[];
  /** When each of them was set, by the server. */
  statusTimes(fullName: string): readonly number[];
  /** Asked for each request. */
  fault: FaultHook | undefined;
  /** Changeable in between. */
  runDetails: RunDetails;
  readonly requests: readonly JournalEntry[];
  /** The requests, one line each: `POST /repos/octo/target/dispatches → 204`. */
  transcript(): string[];
  /** What was asked that GitHub does not know, or was answered otherwise than its description says. A test expects none. */
  readonly violations: readonly string[];
  /** Those up to now, which a test meant to happen: from then on they do not count. */
  takeViolations(): string[];
  /** How often a filtered, stale list of runs was read. */
  readonly filteredLists: number;
  readonly refusals: readonly Refusal[];
  /** Those by a limit that the options left as GitHub has it. A test expects none. */
  readonly breaches: readonly string[];
  /** Requests that came although their client had been told to wait. */
  readonly earlyAfterRefusal: readonly EarlyRequest[];
  /** The server's epoch milliseconds. */
  nowMs(): number;
  close(): Promise<void>;
}

/** Starts a GitHub on a free port of loopback. Close it after the test. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHub> {
  const clock: SimulatorClock = options.clock ?? systemClock;
  const isVirtual = clock instanceof VirtualClock;
  const startsAt = options.startsAt ?? (isVirtual ? "2026-11-20T12:00:00Z" : undefined);
  const originMs = (startsAt === undefined ? Date.now() : Date.parse(startsAt)) - clock.nowMs();
  const nowMs = () => Math.floor(originMs + clock.nowMs());
  const world = new World(nowMs, options.scheme);
  const limits = new Limits(options.limits);
  const runDetails =
    options.runDetails ?? (servers[options.server ?? "api.github.com"].knowsRunDetails ? "known" : "rejected");
  const server = options.server ?? (runDetails === "known" ? "api.github.com" : "ghes-3.19");
  const state: ServerState = {
    server,
    world,
    limits,
    requests: [],
    violations: [],
    filteredLists: 0,
    fault: undefined,
    runDetails,
    maxInputs: options.maxInputs ?? servers[server].maxInputs,
    maxPerPage: options.maxPerPage ?? 100,
    etags: options.etags ?? true,
    // Unpacking takes real time, which a virtual clock would not wait for.
    compresses: !isVirtual,
    rateLimitHeaders: options.rateLimitHeaders ?? true,
    latencyMs: options.latencyMs ?? 0,
    nowMs,
    pause: (ms, signal, flight) => clock.pause?.(ms, signal, flight) ?? waitReally(clock, ms, signal),
  };
  if (!isVirtual) readDescriptions(state);
  const { origin, close } = await listen(state);
  return {
    apiUrl: origin,
    addRepository: (fullName, settings) => world.addRepository(fullName, settings),
    addToken: (token, settings, installation) => world.addToken(token, settings, installation),
    addApp: (settings) => addApp(world, settings),
    behaviour: (fullName, file, behaviour) => {
      world.workflow(world.repository(fullName), file).behaviour = behaviour;
    },
    startRun: (fullName, file, trigger) => {
      const repository = world.repository(fullName);
      return world.start(repository, world.workflow(repository, file), trigger).id;
    },
    setPullRequest: (fullName, pullRequest) => {
      const { pullRequests } = world.repository(fullName);
      const index = pullRequests.findIndex(({ number }) => number === pullRequest.number);
      pullRequests.splice(index === -1 ? pullRequests.length : index, 1, pullRequest);
    },
    rerun: (id, behaviour) => world.rerun(id, behaviour),
    deleteRun: (id) => world.deleteRun(id),
    cancelRun: (id) => {
      const { repository, run } = world.run(id);
      world.cancel(repository, run, lastAttempt(run).behaviour.cancel ?? "works");
    },
    renameRepository: (from, to) => world.rename(from, to),
    setBranches: (fullName, branches) => {
      world.repository(fullName).branches = [...branches];
    },
    setWorkflow: (fullName, file, text) => {
      const changed = world.repository(fullName).workflows.find((each) => each.file === file);
      if (!changed) throw new Error(`no such workflow: ${file}`);
      Object.assign(changed, { text, workflow: readWorkflow(file, text) });
    },
    runs: (fullName, atMs = nowMs()) => world.repository(fullName).runs.map((run) => truthOf(run, atMs)),
    run: (fullName, id, atMs) => {
      const run = world.repository(fullName).runs.find((each) => each.id === id);
      return run && truthOf(run, atMs);
    },
    shownRun: (id) => {
      const { repository, run } = world.run(id);
      return runAnswer(run, lastAttempt(run, nowMs()), repository, { api: origin, html: origin }, nowMs());
    },
    statusTimes: (fullName) => world.repository(fullName).statuses.map(({ setAtMs }) => setAtMs),
    statuses: (fullName) => world.repository(fullName).statuses.map(({ setAtMs, ...status }) => status),
    get fault() {
      return state.fault;
    },
    set fault(hook) {
      state.fault = hook;
    },
    get runDetails() {
      return state.runDetails;
    },
    set runDetails(details) {
      state.runDetails = details;
    },
    requests: state.requests,
    transcript: () => state.requests.map(describeEntry),
    violations: state.violations,
    takeViolations: () => state.violations.splice(0),
    get filteredLists() {
      return state.filteredLists;
    },
    refusals: limits.refusals,
    breaches: limits.breaches,
    earlyAfterRefusal: limits.early,
    nowMs,
    close,
  };
}

function truthOf(run: Run, nowMs: number): RunTruth {
  const attempt = run.attempts.findLast(({ startedMs }) => startedMs <= nowMs) ?? lastAttempt(run);
  const { status, conclusion, jobs } = attemptAt(attempt, nowMs);
  return {
    id: run.id,
    attempt: attempt.number,
    workflowPath: `.github/workflows/${run.file}`,
    event: run.event,
    displayTitle: run.displayTitle,
    get names() {
      return jobs.flatMap(({ name, steps }) => [name, ...steps.map((step) => step.name)]);
    },
    payload: run.payload,
    inputs: run.inputs,
    createdAtMs: run.createdMs,
    status,
    conclusion,
    cancelRequestedAtMs: attempt.cancelRequestedMs,
    jobs: jobs.map(({ name, status, conclusion }) => ({ name, status, conclusion })),
  };
}

/** The system's timers do not know forever. */
function waitReally(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return clock.sleep(Math.min(ms, 2 ** 31 - 1), signal);
}
