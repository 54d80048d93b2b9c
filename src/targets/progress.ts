/** What is known of all entries, and who is told of it: the outputs, the log. */

import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import { inCode } from "../text/wording.ts";
import { isLineDue } from "../wait/progress.ts";
import { MAX_TALKATIVE } from "./entry-log.ts";
import type { Leg } from "./leg.ts";
import type { TargetEntry } from "./read-targets.ts";
import { endedLine, startedLine, stillLine } from "./report.ts";
import { type EntryState, failedTargets, resultAsJson, resultsOf } from "./results.ts";

interface ProgressDependencies {
  clock: Clock;
  log: Log;
  setOutputs: (outputs: Record<string, string>) => void;
}

export type Progress = ReturnType<typeof trackProgress>;

export function trackProgress(entries: readonly TargetEntry[], { clock, log, setOutputs }: ProgressDependencies) {
  const legs = entries.map((entry, position): Leg => ({ entry, position, state: initialState(entry) }));
  const states = () => legs.map(({ state }) => state);

  function publish(conclusion = ""): void {
    const { text, leftOut } = resultsOf(states());
    setOutputs({ results: text, failed_targets: JSON.stringify(failedTargets(states())), conclusion });
    if (conclusion !== "" && leftOut.length > 0)
      log.warning(`\`results\` would have more than the 1 MiB of an output, so it lacks ${inCode(leftOut, " and ")}.`);
  }

  function change(leg: Leg, more: Partial<EntryState>): void {
    const before = resultAsJson(leg.state);
    leg.state = { ...leg.state, ...more };
    if (resultAsJson(leg.state) !== before) publish();
  }

  publish();
  return {
    legs,
    states,
    unstarted: () => legs.filter(({ startedAtMs, state }) => startedAtMs === undefined && state.result === undefined),
    start(leg: Leg): void {
      leg.startedAtMs = clock.nowMs();
    },
    /** What the outputs of the entry tell by now. */
    learn(leg: Leg, outputs: Record<string, string>): void {
      const isFound = !leg.state.outputs.runId && outputs.runId;
      change(leg, { outputs: { ...leg.state.outputs, ...outputs } });
      // Where there are few, the entry itself tells it.
      if (isFound && legs.length > MAX_TALKATIVE) log.info(...startedLine(leg.state));
    },
    end(leg: Leg, how: Pick<EntryState, "result" | "isStopped" | "isAllowed" | "problem">): void {
      leg.endedAtMs = clock.nowMs();
      change(leg, how);
      const tookMs = leg.startedAtMs === undefined ? undefined : leg.endedAtMs - leg.startedAtMs;
      log.info(...endedLine(leg.state, tookMs));
    },
    conclude: (isGreen: boolean) => publish(isGreen ? "success" : "failure"),
    /** Logs a line now and then while nothing changes. Resolves when `ended` is aborted. */
    async logSilence(ended: AbortSignal): Promise<void> {
      const startedAtMs = clock.nowMs();
      let changedAtMs = startedAtMs;
      let before = "";
      while (!ended.aborted) {
        await clock.sleep(SILENCE_CHECK_MS, ended).catch(() => {});
        if (ended.aborted) return;
        const nowMs = clock.nowMs();
        const now = legs
          .map(({ state, startedAtMs: since }) => `${state.result} ${state.outputs.runId} ${since}`)
          .join();
        if (now !== before) changedAtMs = nowMs;
        else if (isLineDue(nowMs - changedAtMs, nowMs - startedAtMs)) {
          log.still(stillLine(legs));
          changedAtMs = nowMs;
        }
        before = now;
      }
    },
  };
}

const SILENCE_CHECK_MS = 30_000;

function initialState({ name, inputs, continuesOnError }: TargetEntry): EntryState {
  return { name, repo: `${inputs.target.owner}/${inputs.target.repo}`, continuesOnError, outputs: {} };
}
