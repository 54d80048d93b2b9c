import { expect, test } from "vitest";
import { readArtifactName } from "../../../src/inputs/inputs.ts";
import { readerOf } from "../../../src/inputs/reader.ts";

function read(text: string, waitFor = "completed") {
  const reader = readerOf(() => text);
  return { name: readArtifactName(reader, waitFor), problems: reader.problems };
}

test.each(["values", "outputs.json", "values (linux, 20)", "it's & $HOME"])("an artifact may be called %s", (name) => {
  expect(read(` ${name} `)).toEqual({ name, problems: [] });
});

test("none is read where none is named, whatever is waited for", () => {
  expect(read("", "found")).toEqual({ name: undefined, problems: [] });
});

test.each([...'"*/:<>?\\|'])("none has a %s in its name", (sign) => {
  expect(read(`a${sign}b`).problems).toEqual([
    '`outputs_from` is not an artifact name: use it without a path, and without any of `" * : < > ? | \\ /`.',
  ]);
});

test("a name is one line", () => {
  expect(read("a\nb").problems).toEqual([expect.stringContaining("`outputs_from` has a line break")]);
});

test.each(["found", "nothing"])("values go with `wait_for: completed` only, not with %s", (waitFor) => {
  expect(read("values", waitFor).problems).toEqual([
    "`outputs_from` reads the artifact of an ended run: it requires `wait_for: completed`.",
  ]);
});
