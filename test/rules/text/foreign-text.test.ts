import { describe, expect, test } from "vitest";
import { excerpt, oneLine, quoted } from "../../../src/text/foreign-text.ts";
import { growth } from "../../support/processor-time.ts";

const HOSTILE = [
  ..."\u0090\u0098\u009b\u009d\u009e\u009f",
  "\u001b",
  "\u001b[",
  "\u001b]",
  "\u001bP",
  "\u001b(",
  "\u009b0",
  "\u0090a",
  "\u001b]\u0090",
  "\u009c\u0090",
  "\u200d",
  "\u202e",
  "a\u200d",
  "\ufe0f\u200d",
  "\r\n",
  " ",
  "🚀",
  "\ud83d",
];

describe("a foreign text", () => {
  test.each(HOSTILE)("takes linear time, whatever it repeats: %j", async (part) => {
    for (const end of ["", "x", "\u0007"]) {
      const texts = new Map([5000, 40_000].map((n) => [n, part.repeat(n) + end]));
      // So long a line is cut nowhere.
      expect(await growth((n) => oneLine(texts.get(n) ?? "", 1e6), 5000)).toBeLessThanOrEqual(16);
    }
  });

  test("is cut before it is cleaned: a text of 50 MB takes no longer than one of 100 KB", async () => {
    const texts = ["\u0090".repeat(100_000), "\u0090".repeat(50_000_000)];
    for (const text of texts) expect(oneLine(text)).toBe(" …");
    expect(await growth((n) => oneLine(texts[n === 1 ? 0 : 1] ?? ""), 1)).toBeLessThan(2);
  });

  test.each([
    ["marks of direction", "a\u202Eb\u2066c\u200F\u061Cd", "abcd"],
    ["what nobody sees", "\u200B\uFEFFbuild\u2060\u00AD\u034F\u180E", "build"],
    ["blank letters", "a\u3164b\u115Fc\uFFA0", "abc"],
    ["tags", "ok\u{E0001}\u{E0041}\u{E0100}", "ok"],
    ["annotations between lines", "a\uFFF9b\uFFFBc", "abc"],
    ["joiners and variants that join nothing", "bui\u200Dld\u200C\uFE0F", "build"],
  ])("loses %s", (_, text, shown) => {
    expect(oneLine(text)).toBe(shown);
    expect(quoted(text)).toBe(shown);
  });

  test.each(["👩‍👩‍👧 ▶️ 🚀", "می‌خواهم", "क्‍ष", "é — ñ"])("keeps what its script needs: %s", (text) => {
    expect(oneLine(text)).toBe(text);
  });

  test("is cut at its length, and never within a character", () => {
    expect(quoted("x".repeat(100))).toBe("x".repeat(100));
    expect(quoted("x".repeat(101))).toBe(`${"x".repeat(100)}…`);
    expect(quoted(`${"x".repeat(99)}🚀🚀`)).toBe(`${"x".repeat(99)}…`);
    expect(oneLine("x".repeat(1001))).toBe(`${"x".repeat(1000)}…`);
  });

  test("tells how long it was, where that matters", () => {
    expect(excerpt("no")).toBe("no");
    expect(excerpt("x".repeat(1000))).toBe("x".repeat(1000));
    expect(excerpt("x".repeat(5_000_000))).toBe(`${"x".repeat(1000)}… (5000000 characters)`);
    expect(excerpt("no", 20_000)).toBe("no… (20000 characters)");
  });
});
