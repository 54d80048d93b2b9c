/** Plays many schedules, and counts what they came to. */

import fc from "fast-check";
import { perform } from "./performance.ts";
import { problemsOf, storyOf } from "./properties.ts";
import type { Schedule } from "./schedule.ts";
import { schedules } from "./schedules.ts";
import { add, newTally, type Tally } from "./tally.ts";

export interface Played {
  tally: Tally;
  /** The simplest schedule that breaks a property, and how. */
  failure: string | undefined;
}

/** The schedules of a seed come in the same order, however many are played. `onEach` is told the tally as it grows. */
export async function playSchedules(
  { numRuns, seed }: { numRuns: number; seed: number },
  onEach: (tally: Tally) => void = () => {},
  from: fc.Arbitrary<Schedule> = schedules,
): Promise<Played> {
  const tally = newTally();
  const property = fc.asyncProperty(from, async (schedule) => {
    const performance = await perform(schedule);
    const problems = problemsOf(performance);
    add(tally, performance, problems);
    onEach(tally);
    if (problems.length > 0) throw new Error(storyOf(performance, problems));
  });
  const result = await fc.check(property, { numRuns, seed });
  const failure = result.failed
    ? `MODEL_SEED=${seed}\n${JSON.stringify(result.counterexample?.[0], undefined, 2)}\n${result.errorInstance}`
    : undefined;
  return { tally, failure };
}
