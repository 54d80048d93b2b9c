/** Plays a schedule: one step on a target of its own server, and the caller's server. Keeps what both know. */

import { seeded } from "../../../bench/random.ts";
import {
  type Fault,
  type FaultHook,
  type GitHub,
  type JournalEntry,
  startGitHub,
  VirtualClock,
} from "../../simulator/index.ts";
import { receiver } from "../../support/receivers.ts";
import { CALLER, type Played, playStep } from "../../support/step.ts";
import { faultOf, type Kind, kindOf, type Outage, TOLD_MS, type Trouble } from "../model/trouble.ts";
import type { Earlier, Schedule, Starter } from "./schedules.ts";
import { TAG } from "./schedules.ts";

export const TARGET = "octo/target";
export const TOKEN = "ghp_neverprintme";
export const STATUS_TOKEN = "ghs_norme";
const DAY_MS = 86_400_000;
const OTHER_FILE = "other.yml";

/** A request, as its server saw it. */
export interface Sighting {
  entry: JournalEntry;
  kind: Kind;
  fault: Fault | undefined;
  toldUntilMs: number | undefined;
}

export interface Performance {
  schedule: Schedule;
  step: Played | undefined;
  broke: unknown;
  github: GitHub;
  caller: GitHub;
  /** Of the target. */
  sightings: Sighting[];
  /** The refs that exist, from each moment on. */
  refsFrom: { atMs: number; names: ReadonlySet<string> }[];
  earlierById: Map<number, Earlier & { branchName: string }>;
  startedAtMs: number;
}

/** The caller's run behind each kind of starter. */
const CALLERS_RUNS: Partial<Record<Starter, { id: number; event: string; ref?: string; headRepository?: string }>> = {
  "caller's main": { id: 701, event: "push" },
  "caller's schedule": { id: 702, event: "schedule" },
  "caller's branch": { id: 703, event: "push", ref: "topic" },
  "caller's pull request": { id: 704, event: "pull_request", ref: "topic" },
  "caller's fork": { id: 705, event: "pull_request", headRepository: "somebody/the-app" },
  "caller's comment": { id: 706, event: "issue_comment" },
  "caller's workflow_run": { id: 707, event: "workflow_run" },
  "caller's deleted run": { id: 708, event: "push" },
  "our own run": { id: Number(CALLER.runId), event: "push" },
};

export async function perform(schedule: Schedule): Promise<Performance> {
  const clock = new VirtualClock();
  const github = await startGitHub({ clock, runDetails: schedule.details });
  const caller = await startGitHub({ clock });
  const startedAtMs = github.nowMs();
  const over = new AbortController();
  const performance: Performance = {
    schedule,
    step: undefined,
    broke: undefined,
    github,
    caller,
    sightings: [],
    refsFrom: [],
    earlierById: new Map(),
    startedAtMs,
  };
  const later = (atMs: number, act: () => void) => {
    if (atMs <= 0) act();
    else clock.sleep(atMs, over.signal).then(act, () => {});
  };
  try {
    setUpCaller(schedule, caller);
    setUpTarget(schedule, performance, later);
    github.fault = faultsOf([...schedule.troublesOfLooks, ...schedule.troubles], schedule.outages, github, (each) =>
      performance.sightings.push(each),
    );
    caller.fault = faultsOf(schedule.troublesOfCaller, schedule.outages, caller, () => {});
    performance.step = await playStep(github, inputsOf(schedule), {
      clock,
      random: seeded(schedule.jitter),
      callerApiUrl: caller.apiUrl,
      ...(schedule.signalAtMs !== undefined && { cancelAfterMs: schedule.signalAtMs }),
    });
  } catch (error) {
    performance.broke = error;
  } finally {
    over.abort();
    await Promise.all([github.close(), caller.close()]);
  }
  return performance;
}

function inputsOf({ event, refs, reuse, accepts, allows, rerunFailed, maxRuns }: Schedule): Record<string, string> {
  return {
    token: TOKEN,
    status_token: STATUS_TOKEN,
    repo: TARGET,
    ...(event === "workflow_dispatch" ? { workflow: "deploy.yml" } : { event_type: "deploy", workflow: "deploy.yml" }),
    ref: refs.join("\n"),
    wait_for: "completed",
    find_timeout_seconds: "120",
    timeout_seconds: "600",
    success_conclusions: accepts,
    allow_known_failures: String(allows),
    rerun_failed: String(rerunFailed),
    max_runs: String(maxRuns),
    reuse,
  };
}

function setUpCaller({ callers }: Schedule, caller: GitHub): void {
  caller.addRepository(CALLER.repository, {
    branches: ["topic"],
    workflows: { "ci.yml": receiver("workflow_dispatch", undefined) },
  });
  caller.addToken(STATUS_TOKEN, {
    permissions: callers === "no actions" ? { contents: "read" } : { actions: "read" },
    ...(callers === "not there" && { repositories: ["octo/other"] }),
  });
  for (const { id, ...trigger } of Object.values(CALLERS_RUNS)) {
    if (id !== CALLERS_RUNS["caller's deleted run"]?.id)
      caller.startRun(CALLER.repository, "ci.yml", { ...trigger, id });
  }
}

function setUpTarget(
  schedule: Schedule,
  performance: Performance,
  later: (atMs: number, act: () => void) => void,
): void {
  const { github, earlierById, refsFrom, startedAtMs } = performance;
  const { event, earlier, conclusion, endsAfterMs } = schedule;
  const text = receiver(event, "run-name").replace(
    "on:\n",
    "on:\n  push:\n  pull_request:\n  schedule: [{cron: '0 0 * * *'}]\n",
  );
  github.addRepository(TARGET, {
    branches: ["feature/x", "topic", "gone"],
    tags: [TAG],
    workflows: { "deploy.yml": text, [OTHER_FILE]: text.replace("name: Deploy", "name: Other") },
    // An event would start it as well.
    ...(event === "repository_dispatch" && { disabled: [OTHER_FILE] }),
  });
  github.addToken(TOKEN, { permissions: { contents: "write", actions: "write" } });
  let hex = 0;
  for (const [at, each] of earlier.entries()) {
    const branchName = branchOf(each, schedule);
    const createdAtMs = startedAtMs - (earlier.length - at) * DAY_MS;
    const id = `${CALLERS_RUNS[each.by]?.id}-1-${(++hex).toString(16).padStart(16, "0")}`;
    const file = each.isOfOtherFile ? OTHER_FILE : "deploy.yml";
    const runsOn = each.meanwhile.kind === "runs on";
    const behaviour = runsOn
      ? { queuedMs: startedAtMs - createdAtMs + each.meanwhile.atMs, conclusion: each.conclusion }
      : { conclusion: each.conclusion };
    const run = github.startRun(TARGET, file, {
      ...triggerOf(each, event, id),
      ref: branchName,
      createdAtMs,
      behaviour,
    });
    earlierById.set(run, { ...each, branchName });
    const { kind, atMs } = each.meanwhile;
    if (kind === "is deleted") later(atMs, () => github.deleteRun(run));
    if (kind === "turns green" || kind === "turns red")
      later(atMs, () =>
        github.rerun(run, { queuedMs: 3000, conclusion: kind === "turns green" ? "success" : "failure" }),
      );
  }
  github.behaviour(TARGET, "deploy.yml", { freshRun404Ms: 0, visibleAfterMs: 0, queuedMs: endsAfterMs, conclusion });
  const names = new Set<string>(["main", TAG, ...schedule.existing]);
  const set = () => {
    github.setBranches(
      TARGET,
      [...names].filter((name) => name !== TAG),
    );
    refsFrom.push({ atMs: github.nowMs(), names: new Set(names) });
  };
  set();
  for (const { atMs, ref, exists } of schedule.changes) {
    if (ref === "main") continue;
    later(atMs, () => {
      if (exists) names.add(ref);
      else names.delete(ref);
      set();
    });
  }
}

/** With an event, runs are on the default branch; else on the ref that ours has most likely. */
function branchOf({ branch }: Earlier, { event, refs, existing }: Schedule): string {
  const first = refs.find((ref) => ref === "main" || ref === TAG || existing.some((each) => each === ref));
  const ours = event === "repository_dispatch" ? "main" : (first ?? "main");
  return branch === "same" ? ours : ours === "topic" ? "feature/x" : "topic";
}

function triggerOf({ by }: Earlier, event: Schedule["event"], id: string) {
  if (by === "push" || by === "schedule") return { event: by };
  if (by === "pull request there") return { event: "pull_request" };
  if (by === "hand") return { event: "workflow_dispatch" };
  if (by === "event without id") return { event: "repository_dispatch", action: "deploy" };
  return event === "workflow_dispatch"
    ? { event, inputs: { distinct_id: id } }
    : { event, action: "deploy", payload: { distinct_id: id } };
}

function faultsOf(
  troubles: readonly Trouble[],
  outages: readonly Outage[],
  github: GitHub,
  note: (sighting: Sighting) => void,
): FaultHook {
  const startMs = github.nowMs();
  const counts = new Map<Kind | "any", number>();
  return ({ method, path }) => {
    const kind = kindOf(method, path);
    const nths = (["any", kind] as const).map((each) => {
      counts.set(each, (counts.get(each) ?? 0) + 1);
      return [each, counts.get(each) ?? 0] as const;
    });
    const nowMs = github.nowMs();
    const outage = outages.find(({ fromMs, forMs }) => nowMs - startMs >= fromMs && nowMs - startMs < fromMs + forMs);
    const trouble = troubles.find(({ on, nth, times }) =>
      nths.some(([each, count]) => each === on && count >= nth && count < nth + times),
    );
    const what = outage?.what ?? trouble?.what;
    const fault = what && faultOf(what, kind, { nowMs, secret: "hush" });
    const toldMs = what && fault && TOLD_MS[what];
    note({ entry: github.requests.at(-1) as JournalEntry, kind, fault, toldUntilMs: toldMs && nowMs + toldMs });
    return fault;
  };
}
