import { describe, expect, test } from "vitest";
import { lastLines } from "../../../src/wait/job-log.ts";

const START = Date.UTC(2026, 10, 20, 12, 0, 10);
/** Ran from 12:00:10 to 12:00:20. */
const step = { startedAtMs: START, completedAtMs: START + 10_000 };

/** A line at so many seconds after 12:00:00. */
function at(seconds: number, text: string): string {
  return `${new Date(START - 10_000 + seconds * 1000).toISOString().replace("Z", "5678Z")} ${text}`;
}

const HEADER = ["##[group]Run make", "make", "shell: /usr/bin/bash -e {0}", "##[endgroup]"];
const EXIT = "##[error]Process completed with exit code 2.";

async function* inParts(text: string, length: number): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += length) yield text.slice(from, from + length);
}

/** The last lines of a log of these lines, however it is cut into parts. */
async function last(lines: string[], count = 50): Promise<string[]> {
  const text = `\uFEFF${lines.join("\r\n")}\r\n`;
  const whole = await lastLines(inParts(text, text.length), step, count);
  for (const length of [1, 7, 64]) expect(await lastLines(inParts(text, length), step, count)).toEqual(whole);
  return whole;
}

describe("of a job's log", () => {
  test("the lines of the failed step are taken, without the runner's header", async () => {
    const log = [
      ...["Current runner version", ...HEADER, "done"].map((line) => at(5, line)),
      ...[...HEADER, "cc app.c", "app.c:1: no such thing", EXIT].map((line) => at(15, line)),
      ...["##[group]Run tidy", "shell: bash", "##[endgroup]", "tidy"].map((line) => at(25, line)),
    ];
    expect(await last(log)).toEqual(["cc app.c", "app.c:1: no such thing", "Process completed with exit code 2."]);
  });

  test("steps that began or ended in the same second are told apart", async () => {
    const log = [
      at(10.1, "of the step before"),
      at(10.2, "##[error]forgiven by continue-on-error"),
      ...[...HEADER, "ours", EXIT].map((line) => at(10.5, line)),
      ...["##[group]Run tidy", "shell: bash", "##[endgroup]", "of the step behind"].map((line) => at(20.7, line)),
    ];
    expect(await last(log)).toEqual(["ours", "Process completed with exit code 2."]);
  });

  test("no more than asked for are taken, the last ones", async () => {
    const many = Array.from({ length: 300 }, (_, index) => at(12, `line ${index + 1}`));
    expect(await last([at(10, HEADER[0] ?? ""), at(10, "shell: x"), at(10, "##[endgroup]"), ...many], 3)).toEqual([
      "line 298",
      "line 299",
      "line 300",
    ]);
    expect(await last([...many, at(19, EXIT)], 2)).toEqual(["line 300", "Process completed with exit code 2."]);
  });

  test("a group of the script's own is output, even if it is called like a step", async () => {
    const log = [...HEADER, "##[group]Run tests", "1 failed", "##[endgroup]", EXIT].map((line) => at(12, line));
    expect(await last(log)).toEqual(["Run tests", "1 failed", "Process completed with exit code 2."]);
    const unclosed = [...HEADER, "##[group]Run tests", "1 failed", EXIT].map((line) => at(12, line));
    expect(await last(unclosed)).toEqual(["Run tests", "1 failed", "Process completed with exit code 2."]);
    const long = Array.from({ length: 500 }, (_, index) => `test ${index + 1}`);
    const endless = [...HEADER, "##[group]Run tests", ...long, "##[endgroup]"].map((line) => at(12, line));
    expect(await last(endless, 2)).toEqual(["test 499", "test 500"]);
  });

  test.each([
    ["links", "see \u001b]8;;https://evil.test\u0007here\u001b]8;;\u0007!", "see here!"],
    ["codes of more parts", "\u001b[38:2:255:0:0mred\u001b[?25l\u001b(B.", "red."],
    ["colours", "\u001b[36;1mgreen\u001b[0m as grass", "green as grass"],
    ["marks", "##[warning]careful", "careful"],
    ["tabs", "\tindented", "  indented"],
    ["control characters", "a\u0007b\u0000c", "abc"],
    ["what is beyond 500 characters", "x".repeat(501), `${"x".repeat(500)}…`],
    ["nothing else", "  50 % of ##[this] is `kept` 😀", "  50 % of ##[this] is `kept` 😀"],
  ])("%s are taken out of a line", async (_, line, shown) => {
    expect(await last([at(12, line)])).toEqual([shown]);
  });

  test("a line without a time belongs to the one before it", async () => {
    expect(await last([at(5, "before"), "still before", at(12, "ours"), "still ours", at(30, "after"), "x"])).toEqual([
      "ours",
      "still ours",
    ]);
  });

  test("all of it is taken where the step's times are not known, and nothing where there is nothing", async () => {
    const log = `${at(1, "a")}\n${at(99, "b")}`;
    const unknown = { startedAtMs: undefined, completedAtMs: undefined };
    expect(await lastLines(inParts(log, 9), unknown, 50)).toEqual(["a", "b"]);
    expect(await last([])).toEqual([]);
  });

  test("no more is read than is needed", async () => {
    let parts = 0;
    async function* endless(): AsyncGenerator<string> {
      yield `${at(12, "ours")}\n`;
      for (;;) {
        parts++;
        yield `${at(40, "after")}\n`;
      }
    }
    expect(await lastLines(endless(), step, 50)).toEqual(["ours"]);
    expect(parts).toBe(1);
  });
});
