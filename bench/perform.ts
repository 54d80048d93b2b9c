/** Plays all scenarios by all players, on all of the machine's processors. Each play has a world and a time of its own. */

import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Figures } from "./measure.ts";
import { others } from "./others.ts";
import { type Player, thisAction } from "./play.ts";
import { scenarios } from "./scenarios.ts";
import type { Result } from "./table.ts";

/** `players` are those whose figures are wanted, from the first on: this action, or all. */
export async function performAll(players: readonly Player[] = [thisAction, ...others]): Promise<Result[]> {
  const figures = scenarios.map(() => new Map<string, Figures>());
  // The crowds come last in the list and take longest: begun first, they do not hold up the end.
  const parts = scenarios
    .flatMap((scenario, scenarioNumber) =>
      players.flatMap((player, playerNumber) =>
        player.can(scenario) ? [[scenarioNumber, playerNumber] as const] : [],
      ),
    )
    .sort(([one, by], [other, byOther]) => by - byOther || other - one);

  async function work(): Promise<void> {
    // Threads would not know how to read TypeScript: tsx reaches processes only. And plain JSON knows no NaN.
    const worker = fork(fileURLToPath(new URL("./worker.ts", import.meta.url)), {
      serialization: "advanced",
    });
    const ended = new Promise<never>((_, reject) => {
      worker.once("exit", (code) => reject(new Error(`a player has ended with ${code}`)));
    });
    try {
      for (let part = parts.shift(); part; part = parts.shift()) {
        const [scenarioNumber, playerNumber] = part;
        const answered = new Promise<Figures>((resolve) => {
          worker.once("message", (answer) => resolve(answer as Figures));
        });
        worker.send([...part]);
        const played = await Promise.race([answered, ended]);
        figures[scenarioNumber]?.set(players[playerNumber]?.name ?? "", played);
      }
    } finally {
      ended.catch(() => {});
      worker.kill();
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work));

  return scenarios.map((scenario, scenarioNumber) => ({
    scenario,
    figures: new Map(
      players.flatMap(({ name }) => {
        const own = figures[scenarioNumber]?.get(name);
        return own ? [[name, own] as const] : [];
      }),
    ),
  }));
}
