import { expect, test } from "vitest";
import { parseOutputs } from "../../../src/outputs/artifact-content.ts";

test.each<[string, string[]]>([
  ["{}", []],
  [' {"b":1,\n"a":{"c":2}}\n', ["b", "a"]],
  ['{"__proto__":1,"constructor":2}', ["__proto__", "constructor"]],
  ['{"a":12345678901234567890}', ["a"]],
])("%j is an object, kept as it is", (text, names) => {
  expect(parseOutputs(Buffer.from(text))).toEqual({ text, names });
});

test("a byte order mark is no part of it", () => {
  expect(parseOutputs(Buffer.from('\uFEFF{"a":1}'))).toEqual({ text: '{"a":1}', names: ["a"] });
});

test.each<[string | Buffer, string]>([
  ["", "it is empty"],
  [" \n", "it is empty"],
  ["a=5eed", "it is not JSON"],
  ['{"a":"5eed"', "it is not JSON"],
  ['{"a":1}{"b":2}', "it is not JSON"],
  ['["5eed"]', "it is a list"],
  ["null", "it is null"],
  ["7", "it is a number"],
  ['"5eed"', "it is a string"],
  ["true", "it is a boolean"],
  [Buffer.from('{"a":1}', "utf16le").subarray(0, -1), "it is not JSON"],
  [Buffer.from([0xff, 0xfe, 0x7b, 0]), "it is not UTF-8 text"],
])("%j is none, and nothing of it is told", (file, what) => {
  expect(parseOutputs(Buffer.from(file))).toEqual({ is: "shapeless", what });
});
