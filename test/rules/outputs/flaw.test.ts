import { expect, test } from "vitest";
import { namesInWords } from "../../../src/outputs/flaw.ts";

const manyNames = Array.from({ length: 40 }, (_, index) => `value-${index + 1}`);

test.each([
  ["no value", [], /^none$/],
  ["a few", ["url", "version"], /^`url`, `version`$/],
  ["more than a line should have", manyNames, /^`value-1`, .*, `value-30` and 10 more$/],
])("the log names %s", (_, names, words) => {
  expect(namesInWords(names)).toMatch(words);
});
