/** Plays a schedule: one step on one simulated GitHub, and its `post` step. Keeps all that the server knows of it. */

import { seeded } from "../../../bench/random.ts";
import { type Broker, ID_TOKEN_REQUEST } from "../../simulator/broker.ts";
import {
  type Fault,
  type GitHub,
  type JournalEntry,
  type RunTruth,
  startGitHub,
  VirtualClock,
} from "../../simulator/index.ts";
import { CALLER, nothingPlayed, type Played, playPost, playStep } from "../../support/step.ts";
import { admitBroker, GIVEN_BROKER } from "./broker.ts";
import { seeksGivenId, shownAtMs } from "./outcome.ts";
import type { Schedule } from "./schedule.ts";
import { admit, BUSY, behaviourOf, carrying, FIRST_NAME, inputsOf, like, SECRET, workflowOf } from "./target.ts";
import { faultOf, type Kind, kindOf, type Outage, TOLD_MS, type What } from "./trouble.ts";

const NEW_NAME = "octo/renamed";
const ID_HEX = "9f3c2a7e41d06b58";
const STARTS_AT = "2026-11-20T12:00:00.437Z";

/** A request, as the server saw it. */
export interface Sighting {
  entry: JournalEntry;
  kind: Kind;
  /** What went wrong on purpose. */
  what: What | Outage["what"] | undefined;
  fault: Fault | undefined;
  /** Of the `post` step. */
  isPost: boolean;
  /** Until when its sender was told to wait, if it was refused by a limit. */
  toldUntilMs: number | undefined;
}

/** All times are the server's epoch milliseconds. */
export interface Performance {
  schedule: Schedule;
  /** By which our run is known: as given, or as generated. */
  id: string;
  /** The run that was given, instead of one to be started. */
  givenId: number | undefined;
  step: Played;
  post: Played | undefined;
  sightings: Sighting[];
  /** Dispatches whose connection was refused; the server never saw them. */
  refusedDispatchesAtMs: number[];
  /** When a dispatch took effect. */
  effectsAtMs: number[];
  startedAtMs: number;
  endedAtMs: number;
  postStartedAtMs: number;
  /** When the signal came; undefined if the step had ended by then. */
  signalAtMs: number | undefined;
  neighbourIds: ReadonlySet<number>;
  /** When a run was deleted, by its id and the server. */
  deletedAtMs: Map<number, number>;
  /** All runs at the end, and those that were deleted. */
  runs: RunTruth[];
  /** The run as it was at `atMs`. */
  truthAt(id: number, atMs: number): RunTruth | undefined;
  github: GitHub;
  /** Where it gave the tokens; its requests at the start of `post`. */
  broker: { server: Broker; askedByStep: number } | undefined;
  /** What was thrown that is no Failure. */
  broke: unknown;
}

/** A list before the dispatch that is stale or does not come tells nothing. */
function showsListBefore({ troubles, outages }: Schedule): boolean {
  return outages.length === 0 && troubles.every(({ on }) => on !== "list" && on !== "any");
}

/** Within what GitHub's own clocks need, only a list before the dispatch tells an older twin from ours. */
const MARGIN_MS = 10_000;

/** Plays `schedule`. Time is virtual, the server is real. */
export async function perform(schedule: Schedule): Promise<Performance> {
  const { asked, server, course, signalAtMs } = schedule;
  const serverStartMs = Date.parse(STARTS_AT);
  const clock = new VirtualClock(serverStartMs + server.machineAheadMs);
  const { limit } = server;
  const github = await startGitHub({
    clock,
    startsAt: STARTS_AT,
    runDetails: server.details,
    etags: server.etags,
    rateLimitHeaders: server.limitHeaders,
    limits:
      limit.kind === "none"
        ? {}
        : {
            status: limit.status,
            secondaryRetryAfter: limit.tells,
            ...(limit.kind === "points" ? { pointsPerMinute: limit.count + 5 } : {}),
            ...(limit.kind === "creating" ? { creatingPerMinute: Math.ceil(limit.count / 8) } : {}),
            ...(limit.kind === "primary" ? { primaryPerHour: limit.count + 3 } : {}),
          },
  });
  const id = asked.id === "" ? `${CALLER.runId}-${CALLER.runAttempt}-${ID_HEX}` : asked.id;
  const text = workflowOf(schedule);
  const event = asked.event;
  github.addRepository(FIRST_NAME, {
    workflows: { "deploy.yml": text, "audit.yml": text.replace("name: Deploy", "name: Audit"), ...BUSY },
    disabled: event === "repository_dispatch" && course.listeners < 2 ? ["audit.yml"] : [],
    visibility: server.targetIsPublic ? "public" : "private",
  });
  if (schedule.broker === undefined) admit(github, schedule, serverStartMs);
  const broker = schedule.broker && admitBroker(github, clock, schedule.server, schedule.broker);

  let name = FIRST_NAME;
  const neighbourIds = new Set<number>();
  const effectsAtMs: number[] = [];
  let isNeighbour = false;
  for (const file of ["deploy.yml", "audit.yml"]) {
    github.behaviour(name, file, () => {
      if (!isNeighbour && file === "deploy.yml") effectsAtMs.push(github.nowMs());
      return behaviourOf(course);
    });
  }
  const start = (...[file, trigger]: Parameters<GitHub["startRun"]> extends [string, ...infer Rest] ? Rest : never) => {
    isNeighbour = true;
    neighbourIds.add(github.startRun(name, file, trigger));
    isNeighbour = false;
  };

  const over = new AbortController();
  const later = (atMs: number, act: () => void) => {
    if (atMs <= 0) return act();
    clock.sleep(atMs, over.signal).then(act, () => {});
  };
  for (const neighbour of schedule.neighbours) {
    if (neighbour.kind === "older twin") {
      if (neighbour.ageMs < MARGIN_MS && !(seeksGivenId(schedule) && showsListBefore(schedule))) continue;
      const createdAtMs = serverStartMs - neighbour.ageMs;
      const behaviour = { stepMs: neighbour.stepMs, visibleAfterMs: 0 };
      start(neighbour.file, { ...carrying(event, id), createdAtMs, behaviour });
      continue;
    }
    later(neighbour.atMs, () => {
      const createdAtMs = neighbour.atMs < 0 ? serverStartMs + neighbour.atMs : undefined;
      for (let nth = 0; nth < neighbour.count; nth++) {
        if (neighbour.kind === "push") start("busy.yml", { event: "push", title: id, createdAtMs });
        else {
          const behaviour = { stepMs: neighbour.stepMs, visibleAfterMs: 0 };
          start(neighbour.file, { ...carrying(event, like(id, neighbour.id)), createdAtMs, behaviour });
        }
      }
    });
  }
  const givenId = asked.isGiven ? github.startRun(name, "deploy.yml", carrying(event, id)) : undefined;
  const deleted: RunTruth[] = [];
  /** What a deleted run was like when it was looked at. */
  const deletedTruths = new Map<number, RunTruth>();
  const ownRun = () =>
    github.runs(name).find((run) => !neighbourIds.has(run.id) && run.workflowPath.endsWith("deploy.yml"));
  for (const { kind, atMs } of schedule.happenings) {
    if (kind === "rename") later(atMs, () => rename());
    if (kind === "delete") later(atMs, () => remove());
    if (kind === "rerun") later(atMs, () => rerun(20));
  }
  function rename(): void {
    if (name === NEW_NAME) return;
    github.renameRepository(name, NEW_NAME);
    name = NEW_NAME;
    broker?.rename(FIRST_NAME, NEW_NAME);
  }
  function remove(): void {
    const run = ownRun();
    if (!run) return;
    deleted.push(run);
    performance.deletedAtMs.set(run.id, github.nowMs());
    for (const sighting of sightings) {
      const atMs = shownAtMs(sighting);
      const truth = github.run(name, run.id, atMs);
      if (truth) deletedTruths.set(atMs, truth);
    }
    github.deleteRun(run.id);
  }
  /** A re-run needs a run that has ended. */
  function rerun(tries: number): void {
    const run = ownRun();
    if (run?.status === "completed") {
      const conclusion = run.conclusion === "failure" ? "success" : "failure";
      github.rerun(run.id, { ...behaviourOf(course), conclusion });
    } else if (tries > 0) later(1500, () => rerun(tries - 1));
  }

  const sightings: Sighting[] = [];
  const refusedDispatchesAtMs: number[] = [];
  let isPost = false;
  const counts = new Map<Kind | "any", number>();
  const troubleOf = (kind: Kind) => {
    const nths = (["any", kind] as const).map((each) => {
      const nth = (counts.get(each) ?? 0) + 1;
      counts.set(each, nth);
      return [each, nth] as const;
    });
    const sinceMs = github.nowMs() - serverStartMs;
    const outage = schedule.outages.find(
      ({ what, fromMs, forMs }) => what !== "refused" && sinceMs >= fromMs && sinceMs < fromMs + forMs,
    );
    const trouble = schedule.troubles.find(({ on, nth, times }) =>
      nths.some(([each, count]) => each === on && count >= nth && count < nth + times),
    );
    return outage?.what ?? trouble?.what;
  };
  github.fault = ({ method, path }) => {
    const kind = kindOf(method, path);
    const nowMs = github.nowMs();
    const what = troubleOf(kind);
    const fault = what && faultOf(what, kind, { nowMs, secret: SECRET });
    const toldMs = what && fault && TOLD_MS[what];
    const entry = github.requests.at(-1) as JournalEntry;
    sightings.push({
      entry,
      kind,
      what: fault && what,
      fault,
      isPost,
      // The reset is told in whole seconds.
      toldUntilMs: toldMs && (what?.startsWith("403, reset in") ? Math.floor(nowMs / 1000) * 1000 : nowMs) + toldMs,
    });
    return fault;
  };
  clock.refuses = (method, path) => {
    const sinceMs = github.nowMs() - serverStartMs;
    const isRefused = schedule.outages.some(
      ({ what, fromMs, forMs }) => what === "refused" && sinceMs >= fromMs && sinceMs < fromMs + forMs,
    );
    if (isRefused && kindOf(method, path) === "dispatch") refusedDispatchesAtMs.push(github.nowMs());
    return isRefused;
  };

  const given = { ...inputsOf(schedule, givenId), ...(broker && GIVEN_BROKER) };
  const performance: Performance = {
    schedule,
    id,
    givenId,
    step: nothingPlayed(),
    post: undefined,
    sightings,
    refusedDispatchesAtMs,
    effectsAtMs,
    deletedAtMs: new Map(),
    startedAtMs: serverStartMs,
    endedAtMs: 0,
    postStartedAtMs: 0,
    signalAtMs: undefined,
    neighbourIds,
    runs: [],
    truthAt: (runId, atMs) =>
      github.run(name, runId, atMs) ?? (deletedTruths.get(atMs)?.id === runId ? deletedTruths.get(atMs) : undefined),
    github,
    broker: broker && { server: broker, askedByStep: 0 },
    broke: undefined,
  };
  const play = {
    clock,
    random: seeded(schedule.jitter),
    idHex: ID_HEX,
    callerIsPublic: asked.callerIsPublic,
    ...(broker && { idToken: ID_TOKEN_REQUEST }),
  };
  try {
    performance.step = await playStep(github, given, {
      ...play,
      ...(signalAtMs === undefined ? {} : { cancelAfterMs: signalAtMs }),
    });
    performance.endedAtMs = github.nowMs();
    if (performance.step.failure?.startsWith("The step was cancelled") && signalAtMs !== undefined) {
      performance.signalAtMs = serverStartMs + signalAtMs;
    }
    isPost = true;
    if (performance.broker) performance.broker.askedByStep = performance.broker.server.asked.length;
    performance.postStartedAtMs = github.nowMs();
    performance.post = await playPost(github, given, performance.step.trace, play);
  } catch (error) {
    performance.broke = error;
  } finally {
    over.abort();
    performance.runs = [...github.runs(name), ...deleted];
    broker?.close();
    await github.close();
  }
  return performance;
}
