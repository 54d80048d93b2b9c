import { describe, expect, test } from "vitest";
import {
  generateDistinctId,
  generatedIdIn,
  generateIdHex,
  isDistinctId,
  madeLaterMs,
  showsDistinctId,
  wordContainingId,
} from "../../../src/inputs/distinct-id.ts";

const caller = { runId: "1658821493", runAttempt: "1" };

describe("a text shows an id", () => {
  test.each([
    ["run-1", "run-1"],
    ["T [run-1]", "run-1"],
    ["run-1: deploy", "run-1"],
    ["deploy run-1.", "run-1"],
    ["deploy run-1/", "run-1"],
    ["run-1 - deploy", "run-1"],
    ["deploy (run-1)", "run-1"],
    ["deploy, run-1, again", "run-1"],
    ["'run-1'", "run-1"],
    ["#run-1", "run-1"],
    ["-- run-1 --", "run-1"],
    ["...run-1...", "run-1"],
    ["id: run-1", "run-1"],
    ["run-10 and run-1", "run-1"],
    ["run-1-2, xrun-1 and run-1", "run-1"],
    ["deploy 🚀run-1🚀", "run-1"],
    ["a\nrun-1\nb", "run-1"],
    ["deploy 1658821493-1-9f3c2a7e41d06b58", "1658821493-1-9f3c2a7e41d06b58"],
    ["caller / octo/app:v1.2 (1)", "octo/app:v1.2"],
    ["v1.2", "v1.2"],
    ["release v1.", "v1"],
    ["1", "1"],
  ])("where it is a whole token: %j shows %j", (text, id) => {
    expect(showsDistinctId(text, id)).toBe(true);
  });

  test.each([
    ["run-10", "run-1"],
    ["xrun-1", "run-1"],
    ["run-1-2", "run-1"],
    ["id:run-1", "run-1"],
    ["v1.2", "v1"],
    ["2.v1", "v1"],
    ["run-1_", "run-1"],
    ["_run-1", "run-1"],
    ["run-1/x", "run-1"],
    ["x/run-1", "run-1"],
    ["x-run-1", "run-1"],
    ["run-1:x", "run-1"],
    ["run-1.x", "run-1"],
    ["x.:/-run-1", "run-1"],
    ["run-1.:/-x", "run-1"],
    ["run-1--2", "run-1"],
    ["run-1é", "run-1"],
    ["école-run-1", "run-1"],
    ["run-1号", "run-1"],
    ["run-1٣", "run-1"],
    ["RUN-1", "run-1"],
    ["run-", "run-1"],
    ["run 1", "run-1"],
    ["", "run-1"],
    ["deploy 1658821493-1-9f3c2a7e41d06b58", "1658821493-1"],
    ["deploy 1658821493-1-9f3c2a7e41d06b58", "9f3c2a7e41d06b58"],
  ])("and not where it is a part of another one: %j does not show %j", (text, id) => {
    expect(showsDistinctId(text, id)).toBe(false);
  });

  const generated = "1658821493-1-9f3c2a7e41d06b58";

  test.each([
    `deploy-${generated}`,
    `v${generated}`,
    `${generated}-prod`,
    `prod/${generated}`,
    `${generated}/prod`,
    `deploy_${generated}_x`,
    `release.${generated}.1`,
    `x:${generated}`,
    `Überprüfung${generated}号`,
    `7-${generated}-2`,
  ])("where it was generated, glued to what is no hex digit: %j", (text) => {
    expect(showsDistinctId(text, generated)).toBe(true);
    expect(generatedIdIn(text)).toBe(generated);
    expect(wordContainingId(text, generated)).toBeUndefined();
  });

  test.each([
    `1${generated}`,
    `${generated}0`,
    `a${generated}`,
    `${generated}f`,
    `A${generated}`,
    `${generated}F`,
    generated.slice(1),
    generated.slice(0, -1),
  ])("and not where it was generated and a hex digit borders it: %j", (text) => {
    expect(showsDistinctId(text, generated)).toBe(false);
    expect(generatedIdIn(text)).not.toBe(generated);
  });

  test("says in which word an id that was given is only a part", () => {
    expect(wordContainingId("T deploy-run-1 (x)", "run-1")).toBe("deploy-run-1");
    expect(wordContainingId("T run-1 (x)", "run-1")).toBeUndefined();
    expect(wordContainingId("T (x)", "run-1")).toBeUndefined();
  });

  test("where a dot of the id stands for itself only", () => {
    expect(showsDistinctId("v1x2 v1.2.3", "v1.2")).toBe(false);
  });
});

describe("a distinct id", () => {
  test.each(["a", "1", "run-1", "A.b_c:d/e-f", "x".repeat(100)])("may be %j", (id) => {
    expect(isDistinctId(id)).toBe(true);
  });

  test.each(["", "x".repeat(101), "a b", "a\n", "\na", "a,b", "é", "a+b", "$" + "{x}", "[a]", "a\\b", "a@b"])(
    "may not be %j",
    (id) => {
      expect(isDistinctId(id)).toBe(false);
    },
  );

  test("is generated from the caller's run, its attempt, the time and a random part", () => {
    const id = generateDistinctId(caller, generateIdHex(0x192_9f3c + 0.7, "2a7e41d06b58"));
    expect(id).toBe("1658821493-1-9f3c2a7e41d06b58");
    expect(isDistinctId(id)).toBe(true);
    expect(generatedIdIn(`T [${id}]`)).toBe(id);
  });

  test.each([
    ["one of the same moment", 0, 0],
    ["one that was made later", 1234, -1234],
    ["one that was made earlier", -1234, 1234],
    ["one of nearly half a round later", 32_767, -32_767],
    ["one of nearly half a round earlier", -32_767, 32_767],
  ])("tells how much later it was made than %s", (_, otherAfterMs, laterMs) => {
    for (const atMs of [1_795_262_400_000, 1_795_262_400_000 + 40_000]) {
      const at = (ms: number) => generateDistinctId(caller, generateIdHex(ms, "2a7e41d06b58"));
      expect(madeLaterMs(at(atMs), at(atMs + otherAfterMs))).toBe(laterMs);
    }
  });

  test("tells no time where one of both was not generated", () => {
    const id = "1658821493-1-9f3c2a7e41d06b58";
    expect([madeLaterMs(id, "run-1"), madeLaterMs("run-1", id), madeLaterMs(id, "")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
