import { describe, expect, test } from "vitest";
import { keepSecrets } from "../../../src/text/secrets.ts";
import { growth } from "../../support/processor-time.ts";

const SECRET = "ghp_4aB+cD3/fGh1~kLm=n0p.rS";
const base64 = (text: string) => Buffer.from(text).toString("base64");

function keeping(...secrets: string[]) {
  const masked: string[] = [];
  const kept = keepSecrets((secret) => masked.push(secret));
  for (const secret of secrets) kept.add(secret);
  return { ...kept, masked };
}

describe("a secret is struck", () => {
  test.each([
    ["as it is", SECRET],
    ["in other case, as in a host's name", SECRET.toLowerCase()],
    ["in a URL", encodeURIComponent(SECRET)],
    ["in a URL that encodes every letter", [...SECRET].map((each) => `%${each.charCodeAt(0).toString(16)}`).join("")],
    ["in a URL that encodes some letters", SECRET.replace("_", "%5F").replace("=", "%3d")],
    ["in base64", base64(SECRET)],
    ["in base64 of a URL", Buffer.from(SECRET).toString("base64url")],
    ["in base64 within a URL", encodeURIComponent(base64(SECRET))],
  ])("%s", (_, form) => {
    expect(keeping(SECRET).strike(`It was (${form}), twice: ${form}`)).toBe("It was (***), twice: ***");
  });

  test("in base64 that has + and /, in each alphabet", () => {
    const secret = "ghp_~~~???~~~???>>>>????xyz";
    const encoded = base64(secret);
    expect(encoded).toMatch(/\+.*\/|\/.*\+/);
    for (const form of [encoded, Buffer.from(secret).toString("base64url"), encodeURIComponent(encoded)])
      expect(keeping(secret).strike(form)).toBe("***");
  });

  test("and may be in what JSON or a URL escapes", () => {
    const { mayBeIn } = keeping("ghp_4aBcD3fGh1kLm");
    expect(mayBeIn('{"a":"\\u0067hp_4aBcD3fGh1kLm"}')).toBe(true);
    expect(mayBeIn("%67hp_4aBcD3fGh1kLm")).toBe(true);
  });

  test.each(["", "x", "xy", "user:", "x-access-token:"])("in base64 behind %j, whatever follows", (before) => {
    for (const after of ["", ":", "::", ":::"]) {
      const struck = keeping(SECRET).strike(base64(before + SECRET + after));
      expect(struck).toContain("***");
      // At most a letter of what stands before and after is left of it.
      expect(Buffer.from(struck.replace(/\*\*\*.*/, ""), "base64").toString()).not.toContain("ghp");
    }
  });

  test("in all that JSON stands for, in names of fields as well", () => {
    const { strikeAll } = keeping(SECRET);
    const big = 2n ** 60n;
    expect(strikeAll({ [SECRET]: [SECRET, 1, null, { big, is: true }] })).toEqual({
      "***": ["***", 1, null, { big, is: true }],
    });
  });

  test("that is short where it is a whole word", () => {
    expect(keeping("less").strike("less, nonetheless: less-is-more")).toBe("***, nonetheless: ***-is-more");
  });

  test.each(["$&.*+?^${}()|[]\\/", "%41%2525", "~!@#$%^&*-_=+"])("with characters that patterns read: %s", (secret) => {
    expect(keeping(secret).strike(`<${secret}>`)).toBe("<***>");
  });
});

test("nothing is struck where nothing is kept, nor for an empty secret", () => {
  expect(keeping("").strike("a text")).toBe("a text");
  expect(keeping("").strikeAll({ a: "b" })).toEqual({ a: "b" });
});

test("each secret is masked once", () => {
  expect(keeping(SECRET, "another-one", SECRET).masked).toEqual([SECRET, "another-one"]);
});

test("a long text of a secret's own letters takes linear time", async () => {
  const { strike } = keeping(SECRET);
  for (const part of [SECRET.slice(0, -1), base64(SECRET).slice(0, -6), "%67%68%70%5f", "g", "%"]) {
    const texts = new Map([2000, 16_000].map((n) => [n, part.repeat(n)]));
    expect(await growth((n) => strike(texts.get(n) ?? ""), 2000), part).toBeLessThanOrEqual(16);
  }
});
