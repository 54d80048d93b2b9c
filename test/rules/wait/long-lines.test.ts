import { describe, expect, test } from "vitest";
import { lastLines } from "../../../src/wait/job-log.ts";
import { growth } from "../../support/processor-time.ts";

const step = { startedAtMs: undefined, completedAtMs: undefined };
const MIB = 1024 * 1024;

async function* many(part: string, count: number): AsyncGenerator<string> {
  for (let nth = 0; nth < count; nth++) yield part;
}

const last = (part: string, count: number) => lastLines(many(part, count), step, 5);

describe("a line of a job's log", () => {
  test("is cut, however long it is, and what follows it is read", async () => {
    async function* log() {
      yield "before\n2026-11-20T12:00:10.0000000Z ";
      for (let nth = 0; nth < 64; nth++) yield "x".repeat(MIB);
      yield "\nbehind\n";
    }
    expect(await lastLines(log(), step, 5)).toEqual(["before", `${"x".repeat(500)}…`, "behind"]);
  });

  test("that never ends takes no memory", async () => {
    const before = process.memoryUsage().rss;
    let most = 0;
    async function* endless() {
      const part = "\u0090x".repeat(MIB / 8);
      for (let nth = 0; nth < 2000; nth++) {
        yield part;
        if (nth % 100 === 0) most = Math.max(most, process.memoryUsage().rss - before);
      }
    }
    expect(await lastLines(endless(), step, 5)).toHaveLength(1);
    expect(most).toBeLessThan(100 * MIB);
  });

  test("may be one part of a gigabyte's kind", async () => {
    expect(await last("x".repeat(100 * MIB), 1)).toEqual([`${"x".repeat(500)}…`]);
    expect(await last("\n".repeat(MIB), 1)).toEqual(["", "", "", "", ""]);
  });

  test("keeps its length behind colours and marks", async () => {
    const coloured = `##[error]${"\u001b[31mred \u001b[0m".repeat(60)}`;
    expect(await last(`${coloured}\n`, 1)).toEqual(["red ".repeat(60)]);
    expect(await last("a\tb\n", 1)).toEqual(["a  b"]);
    expect(await last("a\u202Eb\u200Bc\n", 1)).toEqual(["abc"]);
  });

  test.each(["\u0090", "\u001b]", "\u009b", "##[", "\r", "\t", "\uFEFF", "2026-11-20T12:00:10.0Z "])(
    "takes linear time, whatever it repeats: %j",
    async (part) => {
      for (const end of ["", "\n"]) {
        expect(await growth((n) => last(part.repeat(n) + end, 1), 5000)).toBeLessThanOrEqual(16);
      }
    },
  );

  test("of many more takes linear time", async () => {
    for (const lines of ["a\n", "##[group]Run x\n", "##[group]Run x\n##[endgroup]\n", "##[error]\n"]) {
      expect(await growth((n) => last(lines.repeat(n), 1), 2000)).toBeLessThanOrEqual(16);
    }
  });
});
