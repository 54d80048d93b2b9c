import { expect, test } from "vitest";
import { generatedIdIn, showsDistinctId, wordContainingId } from "../../../src/inputs/distinct-id.ts";
import { growth } from "../../support/processor-time.ts";

test.each(["run-1", "a", "1658821493-1-9f3c2a7e41d06b58"])("a name is searched for %s in linear time", async (id) => {
  for (const part of [":", "a", "1-", id, `:${id}`, `${id}:`, `a${id}`, "\u0300", " "]) {
    for (const [begin, end] of [
      ["", id],
      [id, ""],
      ["x", `${id}x`],
      [id, "x"],
    ] as const) {
      const texts = new Map([2000, 16_000].map((n) => [n, begin + part.repeat(n / part.length) + end]));
      const search = (n: number) => {
        const text = texts.get(n) ?? "";
        return [showsDistinctId(text, id), wordContainingId(text, id), generatedIdIn(text)];
      };
      expect(await growth(search, 2000), JSON.stringify([begin, part, end])).toBeLessThanOrEqual(16);
    }
  }
});
