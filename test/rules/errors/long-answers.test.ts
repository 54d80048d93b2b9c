import { describe, expect, test } from "vitest";
import { explainApp } from "../../../src/errors/explain.ts";
import { rejected, say } from "../../support/explained.ts";
import { aFault } from "../../support/faults.ts";
import { growth } from "../../support/processor-time.ts";

describe("a long answer of GitHub's", () => {
  test.each([422, 403, 400])("is cut, with its length (%i)", (status) => {
    const text = say(rejected(status, "no ".repeat(1_700_000)));
    expect(text).toContain("… (5100000 characters)");
    expect(text.length).toBeLessThan(2000);
  });

  test("shows no part of a value that was sent where it is cut", () => {
    for (const length of [20, 900, 5000, 9000, 60_000]) {
      const value = `s3cret${"0123456789".repeat(length / 10)}`;
      for (const before of [0, 500, 990, 9990, 9999]) {
        const text = say(rejected(422, "x".repeat(before) + value.repeat(3) + "x".repeat(10_000)), {
          sentValues: [value],
        });
        expect(text).not.toMatch(/s3c|0123/);
      }
    }
  });

  test("names an undeclared input, an option or a file of any length, and no more than anybody reads", () => {
    const long = "x".repeat(9000);
    expect(say(rejected(422, `Unexpected inputs provided: ["${long}"]`)).length).toBeLessThan(1000);
    expect(say(rejected(422, `Required input '${long}' not provided`)).length).toBeLessThan(1000);
    const options = Array.from({ length: 10_000 }, (_, nth) => `option ${nth}`);
    const declared = { a: { isRequired: false, hasDefault: false, options } };
    const text = say(rejected(422, "Provided value 'x' for input 'a' not in the list of allowed values"), { declared });
    expect(text).toContain("`option 29` and 9970 more");
    expect(text.length).toBeLessThan(2000);
  });

  test("about an App is on one line, and redacted", () => {
    const about = { repository: "octo/target", appPermissions: { actions: "read" }, sentValues: ["s3cret"] } as const;
    const fault = aFault("rejected", {
      request: "POST /app/installations/1/access_tokens",
      status: 422,
      answer: `no\n::error::\u202Es3cret ${"x".repeat(20_000)}`,
    });
    const [what = ""] =
      explainApp(fault, {
        ...about,
        apiUrl: "https://api.github.com",
        isOwnTarget: false,
        event: undefined,
        tokenHasWorked: true,
        hasProxyFor: () => false,
      }) ?? [];
    expect(what).toContain("(422 no ::error::*** xxx");
    expect(what.length).toBeLessThan(1200);
  });

  test.each(["s3cret", "a", "\u0090", "Unexpected inputs provided: [", '"', "Required input '", "api version "])(
    "takes linear time, whatever it repeats: %j",
    async (part) => {
      const faults = new Map([5000, 40_000].map((n) => [n, rejected(422, part.repeat(n))]));
      expect(await growth((n) => say(faults.get(n) ?? rejected(422, "")), 5000)).toBeLessThanOrEqual(16);
    },
  );

  test("takes linear time by the number of values that were sent", async () => {
    const values = (n: number) => Array.from({ length: n }, (_, nth) => `v${nth}`);
    const fault = rejected(422, values(8000).join(" "));
    expect(await growth((n) => say(fault, { sentValues: values(n) }), 2000)).toBeLessThanOrEqual(16);
  });
});
