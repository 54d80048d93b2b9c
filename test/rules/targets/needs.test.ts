/** Which entries may start, by their `needs`. */

import { describe, expect, test } from "vitest";
import { nextOf, problemsOfNeeds } from "../../../src/targets/needs.ts";
import type { Result } from "../../../src/targets/results.ts";

/** `name <- needs`; `name!` has `continue_on_error`. Then `running`, a result, or nothing. */
type Line = [entry: string, how?: "running" | Result];

function standing([entry, how]: Line) {
  const [named = "", needs = ""] = entry.split(" <- ");
  return {
    entry: { name: named.replace("!", ""), needs: needs.split(" ").filter(Boolean) },
    state: { result: how === "running" ? undefined : how, continuesOnError: named.endsWith("!") },
    ...(how !== undefined && how !== "skipped" && { startedAtMs: 0 }),
  };
}

function next(lines: Line[], maxParallel = 256) {
  const { start, skip } = nextOf(lines.map(standing), maxParallel);
  return {
    start: start.map(({ entry }) => entry.name).join(" "),
    skip: skip.map(({ each, blockedBy }) => `${each.entry.name}: ${blockedBy.join(" ")}`),
  };
}

describe("what comes next", () => {
  test.each<[string, Line[], number | undefined, string, string[]]>([
    ["all, in the list's order", [["b"], ["a"], ["c"]], undefined, "b a c", []],
    ["nothing that is under way or has ended", [["a", "running"], ["b", "success"], ["c"]], undefined, "c", []],
    ["as many as there is room for", [["a", "running"], ["b", "success"], ["c"], ["d"], ["e"]], 3, "c d", []],
    ["none where there is no room", [["a", "running"], ["b"]], 1, "", []],
    ["none where more are under way than may be", [["a", "running"], ["b", "running"], ["c"]], 1, "", []],
    ["not what needs an entry that has not begun", [["b <- a"], ["a"]], undefined, "a", []],
    ["not what needs an entry under way", [["a", "running"], ["b <- a"]], undefined, "", []],
    ["what needs green entries", [["a", "success"], ["b", "success"], ["c <- a b"]], undefined, "c", []],
    ["not before all of them are", [["a", "success"], ["b", "running"], ["c <- a b"]], undefined, "", []],
    ["what needs a red one with `continue_on_error`", [["a!", "failure"], ["b <- a"]], undefined, "b", []],
    ["no room is kept for what has to wait", [["b <- a"], ["a", "running"], ["c"], ["d"]], 2, "c", []],
    ["skips what needs a red one", [["a", "failure"], ["b <- a"], ["c"]], undefined, "c", ["b: a"]],
    ["skips it at once, whatever else it needs", [["a", "timed_out"], ["x"], ["b <- x a"]], undefined, "x", ["b: a"]],
    ["skips what needs a skipped one", [["a", "skipped"], ["b <- a"]], undefined, "", ["b: a"]],
    ["skips it with `continue_on_error` there, too", [["a!", "skipped"], ["b <- a"]], undefined, "", ["b: a"]],
    ["skips one after the other", [["a", "error"], ["b <- a"], ["c <- b"]], undefined, "", ["b: a"]],
    ["names all that block", [["a", "error"], ["b", "cancelled"], ["c <- a b"]], undefined, "", ["c: a b"]],
    ["skips also where there is no room", [["a", "failure"], ["x", "running"], ["b <- a"]], 1, "", ["b: a"]],
  ])("is %s", (_, lines, maxParallel, start, skip) => {
    expect(next(lines, maxParallel)).toEqual({ start, skip });
  });
});

describe("a problem of `needs`", () => {
  const problems = (entries: string[], waitFor = "completed") =>
    problemsOfNeeds(
      entries.map((entry) => standing([entry]).entry),
      waitFor,
    );
  const CIRCLE = "`needs` of `targets` go in a circle:";
  test.each<[string, string[], string[]]>([
    ["none", ["a", "b <- a", "c <- a b", "d <- c a"], []],
    ["an unknown entry", ["a", "b <- c"], ["`targets`, b: `needs` has `c`, and no entry is called so."]],
    [
      "each unknown one",
      ["a <- x y"],
      ["x", "y"].map((name) => `\`targets\`, a: \`needs\` has \`${name}\`, and no entry is called so.`),
    ],
    ["an entry that needs itself", ["a <- a"], [`${CIRCLE} \`a\` → \`a\`.`]],
    ["two that need each other", ["a <- b", "b <- a"], [`${CIRCLE} \`a\` → \`b\` → \`a\`.`]],
    [
      "only those in the circle",
      ["x <- a", "a <- b", "b <- c", "c <- a"],
      [`${CIRCLE} \`a\` → \`b\` → \`c\` → \`a\`.`],
    ],
    ["a circle behind what is fine", ["a", "b <- a", "c <- b d", "d <- c"], [`${CIRCLE} \`c\` → \`d\` → \`c\`.`]],
    ["unknown ones before any circle", ["a <- a x"], ["`targets`, a: `needs` has `x`, and no entry is called so."]],
  ])("is %s", (_, entries, expected) => {
    expect(problems(entries)).toEqual(expected);
  });

  test.each(["found", "nothing"])("is `wait_for: %s`, where any entry needs another", (waitFor) => {
    expect(problems(["a", "b <- a"], waitFor)).toEqual([
      "`needs` waits for the end of other entries: it goes with `wait_for: completed` only.",
    ]);
    expect(problems(["a", "b"], waitFor)).toEqual([]);
  });

  test("is found soon among the most entries that there can be", () => {
    const all = Array.from({ length: 256 }, (_, index) => `e${index}`);
    const entries = all.map((name, index) => `${name} <- ${all.slice(0, index).join(" ")}`);
    const startedAtMs = performance.now();
    expect(problems(entries)).toEqual([]);
    expect(performance.now() - startedAtMs).toBeLessThan(5000);
  });
});
