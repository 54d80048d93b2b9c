import { describe, expect, test } from "vitest";
import { readJobNames } from "../../../src/inputs/inputs.ts";
import { readerOf } from "../../../src/inputs/reader.ts";

function read(text: string, waitFor = "completed") {
  const reader = readerOf(() => text);
  return { names: readJobNames(reader, waitFor), problems: reader.problems };
}

describe("jobs", () => {
  test.each<[string, string, string[]]>([
    ["nothing", "", []],
    ["a name", "build", ["build"]],
    ["a name with commas", "test (linux, 20)", ["test (linux, 20)"]],
    ["a name a line", "build\n  call / deploy  \n\ntest *\n", ["build", "call / deploy", "test *"]],
    ["a JSON list", '["build", "a\\nb", "test (linux, 20)"]', ["build", "a\nb", "test (linux, 20)"]],
    ["a JSON list of several lines", '[\n  "build",\n  "test"\n]', ["build", "test"]],
    ["a name that begins with a bracket", "[linux] build", ["[linux] build"]],
    ["a name twice", "build\nbuild", ["build"]],
    ["a name with dashes", "a - b\n- c", ["a - b", "- c"]],
  ])("may be %s", (_, text, names) => {
    expect(read(text)).toEqual({ names, problems: [] });
  });

  test.each(["[]", "[1]", '["a", {}]', "[build]", '[""]', '["a", "b"', '[ "a"] b', "- a\n- b", "- a"])(
    "are not %j",
    (text) => {
      expect(read(text).problems).toEqual([
        expect.stringContaining("`jobs` is neither names, one per line, nor a JSON list"),
      ]);
    },
  );

  test.each(["found", "nothing"])("go with `wait_for: completed` only, not with %s", (waitFor) => {
    expect(read("build", waitFor).problems).toEqual([
      "`jobs` decide when the step ends: they require `wait_for: completed`.",
    ]);
    expect(read("", waitFor).problems).toEqual([]);
  });
});
