/** One of several processes that play: gets the numbers of a scenario and a player, and answers with the figures. */

import { figuresOf } from "./measure.ts";
import { others } from "./others.ts";
import { playAll, thisAction } from "./play.ts";
import { scenarios } from "./scenarios.ts";

process.on("message", async ([scenarioNumber, playerNumber]: [number, number]) => {
  const scenario = scenarios[scenarioNumber];
  const player = [thisAction, ...others][playerNumber];
  if (!scenario || !player) throw new Error("no such scenario or player");
  process.send?.(figuresOf(await playAll(scenario, player)));
});

// Nobody waits for the rest any more.
process.on("disconnect", () => process.exit());
