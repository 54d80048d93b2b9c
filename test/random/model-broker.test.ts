/**
 * The schedules of the model test on an OIDC broker that gives the tokens, with all that may go wrong at either of its doors. All
 * properties of model.test.ts hold, and one more:
 *
 * 15. every request has a token of the broker's, which is exchanged for a fresh OIDC token, and not anew while it lives; nothing
 *     is asked of a broker before a limit's told end; where it refuses, nothing is sent, and the error says what to write
 *
 *     npm test                100 schedules, the same each time
 *     npm run test:model      2,000 fresh ones, or MODEL_RUNS of them; MODEL_SEED=42 repeats them
 */

import { expect, test } from "vitest";
import { isMode } from "../support/mode.ts";
import { brokerSchedules } from "./model/broker.ts";
import { SEED } from "./model/figures.ts";
import { playSchedules } from "./model/play.ts";
import { linesOf } from "./model/tally.ts";

const { MODEL_RUNS, MODEL_SEED } = process.env;
const numRuns = Number(MODEL_RUNS ?? (isMode("many") ? 2000 : 100));
const seed = Number(MODEL_SEED ?? (isMode("many") ? Math.floor(Math.random() * 2 ** 31) : SEED));

test(
  "every schedule on a broker keeps every property",
  async () => {
    console.log(`${numRuns} schedules on a broker; to repeat them: MODEL_SEED=${seed}`);
    const { tally, failure } = await playSchedules({ numRuns, seed }, () => {}, brokerSchedules);
    console.log(linesOf(tally).join("\n"));
    expect(failure).toBeUndefined();
    // Else nothing would be judged.
    expect(tally.exchanges).toBeGreaterThan(numRuns / 2);
  },
  120_000 + numRuns * 300,
);
