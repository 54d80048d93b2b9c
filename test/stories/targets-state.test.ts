/** Many targets: how much a step saves for its `post` step. */

import { describe, expect, test } from "vitest";
import { dispatchedAtMs, setFleet } from "../support/fleet-stage.ts";

describe("what is saved for `post`", () => {
  /** Linux hands a process no value above 128 KiB, and 2 MiB in all (execve(2)). */
  const [MOST_OF_ONE, MOST] = [128 * 1024, 2 * 1024 * 1024];

  test("is far below what a process may be handed, for the most entries that there can be", async () => {
    const names = Array.from({ length: 256 }, (_, at) => `octo-with-a-long-name/${"long-".repeat(16)}${at}`);
    const { github, play } = await setFleet(Object.fromEntries(names.map((name) => [name, { queuedMs: 3_600_000 }])));
    const longest: number[] = [];
    const onTrace = (trace: string, position = names.length) => {
      longest[position] = Math.max(longest[position] ?? 0, Buffer.byteLength(trace));
    };
    const given = { targets: JSON.stringify(names), cancel_run_on: "cancel", poll_interval_seconds: "300" };
    await play(given, { onTrace, cancelAfterMs: 420_000 });
    expect(Object.keys(dispatchedAtMs(github))).toHaveLength(names.length);
    expect(Math.max(...longest)).toBeLessThan(MOST_OF_ONE / 50);
    expect(longest.reduce((sum, each) => sum + each)).toBeLessThan(MOST / 4);
  });
});
