/**
 * Random schedules of several refs, which come and go, and of the runs that were there before: of every kind that counts, or does not.
 * With the faults, outages, limits and stale answers of the model test at any request, of the caller's server as well.
 *
 *     npm test                40 schedules, the same each time
 *     npm run test:model      10,000 fresh ones, or MODEL_RUNS of them; MODEL_SEED=42 repeats them
 *
 * Whatever happens:
 *
 *  1. no other ref is used than the first that existed when it was looked at
 *  2. an unclear answer never moves on to the next
 *  3. the output says which ref was used
 *  4. "known" and "new" are never said where nobody knows, or where the run before does not count
 *  5. a red run leaves the step green only where it is known, and that is allowed
 *  6. where nothing is in the way, what can be known is said
 *  7. nothing but a Failure is thrown, and each token stays at its server
 *
 * It bites. Each of these was broken by hand, and caught after so many schedules, with the seed 20261201:
 *
 *     any refusal leads to the next ref                    (2)      3
 *     any 422 does                                         (2)    310
 *     a ref that may not be looked at counts as missing    (2)     12
 *     a page that is no answer counts as the ref           (1)    758
 *     the refs are tried from the last on                  (2)      4
 *     a caller's run of any branch counts                  (4)      7
 *     an earlier attempt of our own caller counts          (4)      7
 *     a caller's run that cannot be read is passed over    (4)     94
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { isMode } from "../support/mode.ts";
import { type Performance, perform } from "./earlier/performance.ts";
import { problemsOfBaselines, problemsOfEnd } from "./earlier/rules-of-baselines.ts";
import { problemsOfRefs } from "./earlier/rules-of-refs.ts";
import { isCalm, schedules } from "./earlier/schedules.ts";

const { MODEL_RUNS, MODEL_SEED } = process.env;
const numRuns = Number(MODEL_RUNS ?? (isMode("many") ? 10_000 : 40));
const seed = Number(MODEL_SEED ?? (isMode("many") ? Math.floor(Math.random() * 2 ** 31) : 20_261_201));

function count(counts: Record<string, number>, { schedule, step, github, sightings }: Performance): void {
  const add = (key: string, by = 1) => {
    counts[key] = (counts[key] ?? 0) + by;
  };
  add("schedules");
  add("requests", github.requests.length);
  add("faults", sightings.filter(({ fault }) => fault).length);
  if (isCalm(schedule)) add("calm");
  const { known_failure: known, ref } = step?.outputs ?? {};
  if (known !== undefined) add(known === "true" ? "known" : "new");
  if (ref && ref !== schedule.refs[0]) add("moved on to another ref");
  if (step?.failure?.includes("has none of the branches")) add("none of the refs");
  if (step?.failure?.includes("is not clear")) add("unclear refs");
  if (known === "true" && step?.failure === undefined) add("allowed");
}

test(
  "the first ref that exists is used, and what is said of the run before is so",
  async () => {
    console.log(`${numRuns} schedules; to repeat them: MODEL_SEED=${seed}`);
    const counts: Record<string, number> = {};
    const property = fc.asyncProperty(schedules, async (schedule) => {
      const performance = await perform(schedule);
      count(counts, performance);
      const problems = [
        ...problemsOfRefs(performance),
        ...problemsOfBaselines(performance),
        ...problemsOfEnd(performance),
      ];
      const { step, github, caller } = performance;
      const story = [...problems, `failure: ${step?.failure}`, `outputs: ${JSON.stringify(step?.outputs)}`];
      if (problems.length > 0) throw new Error([...story, ...github.transcript(), ...caller.transcript()].join("\n"));
    });
    const result = await fc.check(property, { numRuns, seed, endOnFailure: numRuns > 1000 });
    console.log(
      Object.entries(counts)
        .map(([what, number]) => `${number} ${what}`)
        .join(", "),
    );
    const counterexample = JSON.stringify(result.counterexample?.[0], undefined, 2);
    expect(
      result.failed ? `MODEL_SEED=${seed}, after ${result.numRuns}\n${counterexample}\n${result.errorInstance}` : "",
    ).toBe("");
  },
  120_000 + numRuns * 2000,
);
