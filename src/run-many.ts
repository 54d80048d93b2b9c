/** Many targets in one step: the story of run.ts for each, over shared connections, with one verdict. */

import { setMaxListeners } from "node:events";
import { describeTokenSource } from "./inputs/credentials.ts";
import { runEntry } from "./run.ts";
import { Cancelled } from "./runner/cancellation.ts";
import { StepError } from "./runner/step-error.ts";
import type { ManyDependencies } from "./targets/dependencies.ts";
import type { DryRun } from "./targets/dry-run.ts";
import { entryLog, MAX_TALKATIVE } from "./targets/entry-log.ts";
import type { Leg } from "./targets/leg.ts";
import { nextOf } from "./targets/needs.ts";
import { type Progress, trackProgress } from "./targets/progress.ts";
import type { TargetEntry, Targets } from "./targets/read-targets.ts";
import { explainFailed, verdictOf } from "./targets/report.ts";
import { type Ended, resultOf } from "./targets/result-of.ts";
import { failedTargets, isFailedEntry } from "./targets/results.ts";
import { roomToStart } from "./targets/room.ts";
import { openStatusOfAll } from "./targets/status.ts";

/**
 * Starts the entries as their `needs`, `max_parallel` and GitHub's limits allow, follows them, and sets `results` whenever more
 * is known.
 * @throws StepError where an entry makes the step red, or the step was cancelled
 */
export async function runMany(targets: Targets, dependencies: ManyDependencies): Promise<void> {
  const { clock, log, signal, writeSummary } = dependencies;
  for (const warning of targets.warnings) log.warning(warning);
  const sources = targets.entries.flatMap(({ inputs }) => describeTokenSource(inputs.credentials) ?? []);
  for (const source of new Set(sources)) log.info(source);
  if (targets.isDryRun) return dryRunAll(targets, dependencies);

  const startedAtMs = clock.nowMs();
  const progress = trackProgress(targets.entries, dependencies);
  const status = await openStatusOfAll(targets, dependencies);
  const ended = new AbortController();
  const silence = progress.logSilence(ended.signal);
  await runAll(targets, progress, { ...dependencies, onFirst: () => status?.begin() });
  ended.abort();
  await silence;

  const states = progress.states();
  const isGreen = !signal.aborted && failedTargets(states).length === 0;
  progress.conclude(isGreen);
  const state = isGreen ? "success" : signal.aborted ? "error" : "failure";
  await status?.end(state, verdictOf(states));
  const stopped = signal.reason instanceof Cancelled ? `The step was cancelled (${signal.reason.by}).` : undefined;
  if (targets.writesSummary) {
    const { summaryOfMany } = await import("./targets/summary.ts");
    writeSummary(summaryOfMany(progress.legs, { stepStartedAtMs: startedAtMs, isGreen, stopped }));
  }
  if (isGreen) return log.info(`${verdictOf(states)}.`, "good");
  throw new StepError(explainFailed(states, stopped));
}

interface RunDependencies extends ManyDependencies {
  /** When the first entry starts. */
  onFirst(): void;
}

/** Where entries wait for GitHub's limits: how often to see whether they have room. */
const ROOM_CHECK_MS = 500;

/** Runs the entries until all have ended. */
async function runAll(targets: Targets, progress: Progress, dependencies: RunDependencies): Promise<void> {
  const { clock, signal, onFirst } = dependencies;
  const stop = new AbortController();
  // Each entry listens, some of them in several places.
  setMaxListeners(0, stop.signal, signal);
  const abort = () => stop.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  const haveRoom = roomToStart(progress.legs, dependencies);
  let underWay = 0;
  let wake = () => {};
  for (;;) {
    const next = nextOf(progress.legs, targets.maxParallel);
    const skipped = stop.signal.aborted ? progress.unstarted().map((each) => ({ each, blockedBy: [] })) : next.skip;
    for (const { each, blockedBy } of skipped) progress.end(each, skippedBecause(blockedBy, stop.signal));
    if (skipped.length > 0) continue;
    const started = haveRoom(next.start);
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    for (const leg of started) {
      onFirst();
      progress.start(leg);
      underWay++;
      void runLeg(leg, progress, stop, dependencies).then(() => {
        underWay--;
        wake();
      });
    }
    const mustWait = started.length < next.start.length;
    if (underWay === 0 && !mustWait) return;
    await (mustWait ? Promise.race([woken, clock.sleep(ROOM_CHECK_MS)]) : woken);
  }
}

function skippedBecause(blockedBy: readonly string[], { aborted, reason }: AbortSignal) {
  const by = reason instanceof Cancelled ? ` (${reason.by})` : "";
  const problem = aborted ? `The step ended before${by}.` : `It needs ${blockedBy.join(", ")}.`;
  return { result: "skipped", isStopped: aborted, problem } as const;
}

async function runLeg(
  leg: Leg,
  progress: Progress,
  stop: AbortController,
  dependencies: RunDependencies,
): Promise<void> {
  const { entry, position } = leg;
  const { clock, log, savePostState } = dependencies;
  const ended = await runEntry(entry.inputs, {
    ...edgesFor(entry, dependencies),
    log: entryLog(log, entry.name, progress.legs.length),
    signal: stop.signal,
    callersSignal: dependencies.signal,
    position: progress.legs.length > 1 ? position : undefined,
    isBrief: progress.legs.length > MAX_TALKATIVE,
    savePostState: (postState) => savePostState(postState, position),
    setOutputs: (outputs) => progress.learn(leg, outputs),
  }).catch((failure: unknown): Ended => ({ known: NOTHING_KNOWN, failure }));
  const problem = ended.failure instanceof Error ? ended.failure.message : undefined;
  progress.end(leg, { ...resultOf(ended, entry.inputs, stop.signal.reason), problem });
  if (entry.inputs.failsFast && isFailedEntry(leg.state) && !stop.signal.aborted)
    stop.abort(new Cancelled(`\`fail_fast\` (${entry.name})`, clock.nowMs(), "failure"));
}

/** Of an entry that has ended by a fault of this action: the others go on. */
const NOTHING_KNOWN: Ended["known"] = { distinctId: "" };

function edgesFor({ inputs }: TargetEntry, dependencies: ManyDependencies) {
  return { ...dependencies, github: dependencies.openGitHub(inputs) };
}

const DRY_RUNS_AT_ONCE = 10;

async function dryRunAll({ entries, writesSummary }: Targets, dependencies: ManyDependencies): Promise<void> {
  const { log, writeSummary } = dependencies;
  log.info(`Dry run of ${entries.length} targets: nothing is dispatched.`);
  const quietly = { savePostState() {}, setOutputs() {} };
  const dryRuns: DryRun[] = [];
  // Some at a time, so that nobody's time runs out while it waits for GitHub's limits.
  for (let first = 0; first < entries.length; first += DRY_RUNS_AT_ONCE) {
    const some = entries.slice(first, first + DRY_RUNS_AT_ONCE).map(async (entry): Promise<DryRun> => {
      const quietLog = entryLog(log, entry.name, Number.POSITIVE_INFINITY);
      const ended = await runEntry(entry.inputs, { ...edgesFor(entry, dependencies), ...quietly, log: quietLog });
      return { name: entry.name, ...ended };
    });
    dryRuns.push(...(await Promise.all(some)));
  }
  const { reportDryRuns } = await import("./targets/dry-run.ts");
  reportDryRuns(dryRuns, { log, writeSummary: writesSummary ? writeSummary : undefined });
}
