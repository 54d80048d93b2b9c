/** Plays a schedule: one step with many targets on one simulated GitHub, and its `post` step. Keeps all that the server knows. */

import { seeded } from "../../../bench/random.ts";
import {
  type Fault,
  type GitHub,
  type JournalEntry,
  type RunTruth,
  startGitHub,
  VirtualClock,
} from "../../simulator/index.ts";
import { type Played, playPost, playStep } from "../../support/step.ts";
import type { Kind, What } from "../model/trouble.ts";
import { asGiven, behaviourOf, fileOf, type Leg, legsOf, SECRET, setUp, stopsOf, TOKENS, waitForOf } from "./legs.ts";
import { faultsOf, namedBy, othersOnTheToken, STEP, type State } from "./requests.ts";
import type { Schedule } from "./schedule.ts";

/** A request, as the server saw it. */
export interface Sighting {
  entry: JournalEntry;
  kind: Kind;
  repo: string;
  /** The entries that it is about; all of its repository where it is about none. */
  legs: readonly Leg[];
  /** It is about those alone. */
  isOwn: boolean;
  what: What | undefined;
  fault: Fault | undefined;
  toldUntilMs: number | undefined;
  isPost: boolean;
}

/** An entry in the output `results`. */
export type Told = Record<string, unknown> & { name: string; result: string; runId: string };

/** All times are the server's epoch milliseconds. */
export interface Performance {
  schedule: Schedule;
  legs: Leg[];
  step: Played;
  post: Played | undefined;
  sightings: Sighting[];
  /** The output `results` each time that it was set. */
  history: { atMs: number; text: string }[];
  startedAtMs: number;
  endedAtMs: number;
  /** When the signal came, or the process was killed; undefined if the step had ended by then. */
  stoppedAtMs: number | undefined;
  postStartedAtMs: number;
  postEndedAtMs: number;
  givenIds: Map<number, number>;
  foreignIds: ReadonlySet<number>;
  /** By repository. */
  runs: Map<string, RunTruth[]>;
  truthAt(repo: string, id: number, atMs: number): RunTruth | undefined;
  github: GitHub;
  broke: unknown;
}

const NOTHING: Played = {
  ...{ outputs: {}, log: [], warnings: [], notices: [], failure: undefined },
  ...{ summary: "", trace: "", traces: [], masked: [], tookMs: 0 },
};

/** Plays `schedule` on virtual time. */
export async function perform(schedule: Schedule): Promise<Performance> {
  const clock = new VirtualClock();
  const { limit, details, latencyMs, end } = schedule;
  const github = await startGitHub({
    clock,
    runDetails: details,
    latencyMs,
    limits: {
      ...(limit.kind === "primary" && { primaryPerHour: limit.count + 3 }),
      ...(limit.kind === "creating" && { creatingPerMinute: Math.ceil(limit.count / 4) }),
    },
  });
  const legs = legsOf(schedule);
  setUp(github, legs);
  const repos = [...new Set(legs.map(({ repo }) => repo))];
  const foreignIds = new Set(
    repos.map((repo) => {
      const values = { distinct_id: "1658821493-1-00000000000f0e1d", fail: "of others" };
      return github.startRun(repo, "workflow-run-name.yml", { event: "workflow_dispatch", inputs: values });
    }),
  );
  const givenIds = new Map<number, number>();
  for (const leg of legs.filter(({ kind }) => kind === "given")) {
    const inputs = { fail: `${SECRET} ${leg.key}` };
    const trigger = { event: "workflow_dispatch", inputs, behaviour: behaviourOf(leg.course) } as const;
    givenIds.set(leg.index, github.startRun(leg.repo, fileOf(leg), trigger));
  }

  const performance: Performance = {
    ...{ schedule, legs, givenIds, foreignIds, github, step: NOTHING, post: undefined, sightings: [], history: [] },
    ...{ startedAtMs: github.nowMs(), endedAtMs: 0, stoppedAtMs: undefined, postStartedAtMs: 0, postEndedAtMs: 0 },
    runs: new Map(),
    truthAt: (repo, id, atMs) => github.run(repo, id, atMs),
    broke: undefined,
  };
  const over = new AbortController();
  const state = { isPost: false, isDead: false };
  github.fault = faultsOf(performance, state);
  othersOnTheToken(schedule, github, clock, over.signal);
  try {
    await playAll(performance, clock, state);
  } catch (error) {
    performance.broke = error;
  } finally {
    over.abort();
    for (const repo of repos) performance.runs.set(repo, github.runs(repo));
    await github.close();
  }
  if (end.kind === "itself") performance.stoppedAtMs = undefined;
  return performance;
}

async function playAll(performance: Performance, clock: VirtualClock, state: State): Promise<void> {
  const { schedule, legs, github, history, givenIds } = performance;
  const { kind, atMs } = schedule.end;
  const given = inputsOf(schedule, legs, givenIds);
  const traces: string[] = [];
  const dies = kind === "kill" ? clock.sleep(atMs) : new Promise<void>(() => {});
  const died = dies.then(() => {
    state.isDead = !state.isPost;
  });
  const play = { clock, random: seeded(schedule.jitter) };
  const playing = playStep(github, given, {
    ...play,
    clock: namedBy(STEP, clock),
    ...(kind === "cancel" && { cancelAfterMs: atMs }),
    // Nobody hears of it any more: it only ends what goes on in this process.
    ...(kind === "kill" && { cancelAfterMs: atMs + 1 }),
    onTrace: (trace, position = legs.length) => {
      if (!state.isDead) traces[position] = trace;
    },
    onOutputs: ({ results = "" }) => {
      if (!state.isDead) history.push({ atMs: github.nowMs(), text: results });
    },
  });
  const ended = await Promise.race([playing, died.then(() => undefined)]);
  if (ended) {
    performance.step = ended;
    performance.endedAtMs = github.nowMs();
  }
  const isStopped = state.isDead || ended?.failure?.startsWith("The step was cancelled");
  if (isStopped) performance.stoppedAtMs = performance.startedAtMs + atMs;
  state.isPost = true;
  performance.postStartedAtMs = github.nowMs();
  performance.post = await playPost(
    github,
    given,
    traces.filter((each) => each !== undefined),
    play,
  );
  performance.postEndedAtMs = github.nowMs();
  await playing;
}

/** The inputs, as in `with:`. */
function inputsOf(
  schedule: Schedule,
  legs: readonly Leg[],
  givenIds: ReadonlyMap<number, number>,
): Record<string, string> {
  const { failsFast, cancelRunOn } = stopsOf(schedule);
  const hasOthers = legs.some(({ repo }) => repo.startsWith("other/"));
  return {
    token: TOKENS.octo ?? "",
    ...(hasOthers && { tokens: `other/*: ${TOKENS.other}` }),
    targets: JSON.stringify(legs.map((leg) => asGiven(leg, givenIds.get(leg.index)))),
    wait_for: waitForOf(schedule),
    ...(schedule.maxParallel < 256 && { max_parallel: String(schedule.maxParallel) }),
    ...(failsFast && { fail_fast: "true" }),
    cancel_run_on: cancelRunOn.join(", "),
  };
}
