import { describe, expect, test } from "vitest";
import { readMapping, readScalars } from "../../../src/inputs/mapping.ts";

const notAnObject = 'not an object (`key: value` lines or `{"key": "value"}`)';
const template = "it has a key that is not text: probably an unfilled `{{ … }}`";
const endless = "it has aliases that expand without end";

/** Where a text stops to be readable, and in plain words why. */
function unparsed(what: string, line: number, column: number, sign?: string): string {
  return `neither JSON nor YAML; ${what} (line ${line}, column ${column})${sign === undefined ? "" : `, at ${sign}`}`;
}

function badNumber(line: number): string {
  return `it has a number that would not arrive as it is written (line ${line}, column 4): put it in quotes`;
}

function noAlias(line: number): string {
  return `it has an undefined alias (line ${line}, column 4): put it in quotes`;
}

describe("an object of any values", () => {
  test.each([
    ["an empty text", "", {}],
    ["spaces only", "  \n ", {}],
    ["a comment only", "# nothing", {}],
    ["an empty object", "{}", {}],
    ["JSON", '{"a": 1, "b": [true, null], "c": {"d": "e"}}', { a: 1, b: [true, null], c: { d: "e" } }],
    ["JSON without spaces", '{"a":1,"b":"c"}', { a: 1, b: "c" }],
    ["JSON with a space before the colon", '{"a" : 1, "b"\n: 2}', { a: 1, b: 2 }],
    ["JSON indented by tabs", '{\n\t"a": {\n\t\t"b": 1\n\t}\n}', { a: { b: 1 } }],
    ["JSON that is not indented", '{\n"a":\n1\n}', { a: 1 }],
    ["JSON escapes", '{"a": "\\ud83d\\ude80 \\/ \\n \\""}', { a: '🚀 / \n "' }],
    ["JSON with a very long key", `{"${"k".repeat(2000)}": 1}`, { ["k".repeat(2000)]: 1 }],
    ["YAML", "a: 1\nb:\n  - true\n  - ~\nc: {d: e}\n", { a: 1, b: [true, null], c: { d: "e" } }],
    ["a YAML block of text", "a: |\n  one\n  two\n", { a: "one\ntwo\n" }],
    ["words that only YAML 1.1 took for booleans", "a: yes\nb: off", { a: "yes", b: "off" }],
    ["a date as its text", "a: 2026-11-20", { a: "2026-11-20" }],
    ["an alias", "a: &x {b: 1}\nc: *x", { a: { b: 1 }, c: { b: 1 } }],
    ["numbers as JSON has them", '{"a": -1.5, "b": 1000, "c": 0}', { a: -1.5, b: 1000, c: 0 }],
    ["the largest exact number", "a: 9007199254740991", { a: 9007199254740991 }],
  ])("is read from %s", (_, text, value) => {
    expect(readMapping(text)).toEqual({ value });
  });

  test.each([
    "0123",
    "0x1F",
    "1.10",
    "1.0",
    "12345e1",
    "1e3",
    "-0",
    "12e4567",
    "+5",
    ".nan",
    ".inf",
    "9007199254740993",
  ])("is refused with the number %s, which would arrive as another one", (number) => {
    expect(readMapping(`a: ok\nb: ${number}`)).toEqual({ problems: [badNumber(2)] });
    expect(readMapping(`b: "${number}"`)).toEqual({ value: { b: number } });
  });

  test("is refused with each number that would arrive as another one, by its place", () => {
    expect(readMapping("a: 0123\nb: 1\nc: 0123")).toEqual({ problems: [badNumber(1), badNumber(3)] });
  });
});

describe("an object of scalars", () => {
  test.each([
    ["1.10", "1.10"],
    ["1.0", "1.0"],
    ["1e3", "1e3"],
    ["0x1F", "0x1F"],
    ["0123", "0123"],
    ["12e4567", "12e4567"],
    ["12345678901234567890", "12345678901234567890"],
    ["+5", "+5"],
    ["True", "True"],
    ["false", "false"],
    ["yes", "yes"],
    ["null", ""],
    ["~", ""],
    ["", ""],
    ['""', ""],
    ['"null"', "null"],
    ['"1.10"', "1.10"],
    ["'it''s'", "it's"],
    ["two words", "two words"],
    ["2026-11-20", "2026-11-20"],
    ["|\n  one\n  two", "one\ntwo\n"],
  ])("keeps %j exactly as it is written", (written, value) => {
    expect(readScalars(`a: ${written}`)).toEqual({ value: { a: value } });
  });

  test.each([
    ["an empty text", "", {}],
    ["an empty object", "{}", {}],
    ["JSON", '{"a": 1.10, "b": true, "c": null, "d": "x"}', { a: "1.10", b: "true", c: "", d: "x" }],
    ["an alias", "a: &x 1.0\nb: *x", { a: "1.0", b: "1.0" }],
    ["a key that is a number", "1: a", { 1: "a" }],
  ])("is read from %s", (_, text, value) => {
    expect(readScalars(text)).toEqual({ value });
  });

  test("keeps a key that an object of JavaScript has by itself", () => {
    const read = readScalars("__proto__: x\nconstructor: 1.10\nb: 2");
    expect("value" in read && Object.entries(read.value)).toEqual([
      ["__proto__", "x"],
      ["constructor", "1.10"],
      ["b", "2"],
    ]);
  });

  test("is refused with lists and objects, each by its key", () => {
    expect(readScalars("a: [s3cret]\nb: 1\nc: {d: s3cret}")).toEqual({
      problems: ["a", "c"].map(
        (key) => `'${key}' is a list or an object; an input takes a single value (pass it as a JSON string)`,
      ),
    });
  });
});

describe.each([
  ["an object of any values", readMapping],
  ["an object of scalars", readScalars],
])("the reader of %s", (_, read) => {
  const missing = "a quote, a bracket, a brace, a comma or a `:` is missing";
  const misplaced = "something is in the wrong place";
  const reserved = "a value begins with a reserved character: put it in quotes";

  test.each([
    ['{"a": 1', unparsed(missing, 1, 8, "its end")],
    ['{"a": "s3cret}', unparsed(missing, 1, 15, "its end")],
    ['{"a": "x"\n"b": "s3cret"}', unparsed(missing, 2, 1, '`"`')],
    ['{"a": "x" s3cret"}', unparsed(misplaced, 1, 11)],
    ['{"a": 1} s3cret', unparsed(misplaced, 1, 10)],
    ['{"a": 1\n"b": "s3cret"}', unparsed("a comma or a `:` is missing", 2, 1, '`"`')],
    ["a: 1\n\tb: 2", unparsed("a tab is used for indentation", 2, 1)],
    ["a:\n   b: 1\n  s3cret: 2", unparsed("the indentation is off, or a bracket is not closed", 3, 1)],
    ["a: s3cret: 1", unparsed("there is a second `: ` in the value: put it in quotes, or fix the indentation", 1, 4)],
    ["a: @s3cret", unparsed(reserved, 1, 4, "`@`")],
    ["a: `s3cret`", unparsed(reserved, 1, 4, "U+0060")],
    ['a: "\\s3cret"', unparsed("a `\\` in double quotes begins no known escape", 1, 5, "`\\`")],
    ["a: 1\na: s3cret", unparsed("a key is given twice", 2, 1)],
    ['{"a": 1, "a": "s3cret"}', unparsed("a key is given twice", 1, 10, '`"`')],
    ["a: 1\n---\nb: s3cret", unparsed("it is more than one document", 2, 1, "`-`")],
    ["a: !s3cret 1", unparsed("a `!tag` is unknown: put the value in quotes", 1, 4, "`!`")],
    ["&s &s3cret a: 1", unparsed("it cannot be read further", 1, 4, "`&`")],
    ["a: *s3cret", noAlias(1)],
    ["a: *s3cret\nb: &s3cret 1", noAlias(1)],
    ["[s3cret]", notAnObject],
    ["s3cret", notAnObject],
    ['"s3cret"', notAnObject],
    ["12345", notAnObject],
    ["null", notAnObject],
    ["true", notAnObject],
    ["a: {{ s3cret }}", template],
    ["a: {{ s3cret }}\nb: {{ s3cret }}\nc: {{ s3cret }}", template],
    ["? [s3cret]\n: 1", template],
  ])("refuses %j with one problem that does not quote it", (text, problem) => {
    expect(read(text)).toEqual({ problems: [problem] });
    expect(problem).not.toContain("s3cret");
  });

  test("refuses aliases that expand without end", () => {
    const rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let row = 1; row < 8; row++)
      rows.push(
        `a${row}: &a${row} [${Array(10)
          .fill(`*a${row - 1}`)
          .join(", ")}]`,
      );
    expect(read(rows.join("\n"))).toEqual({ problems: [endless] });
  });

  test.each([
    "a: &x [*x, *x]",
    "a: &x {b: *x}",
    "a: &x\n  b: [1, *x]",
    "a: &x [&y [*x], *y]",
    "&x {a: *x}",
    "&x\na: 1\nb: *x",
  ])("refuses the circle in %j with one problem", (text) => {
    expect(read(text)).toEqual({ problems: [endless] });
  });

  test("refuses each alias that nothing defines, by its place", () => {
    expect(read("a: *x\nb: 1\nc: *x")).toEqual({ problems: [noAlias(1), noAlias(3)] });
  });
});

describe("a value that would not arrive as it is written", () => {
  const cut = (place: string) => `it has a \`#\` that cuts a value short (${place}): put the whole value in quotes`;
  const folded = (place: string) =>
    `it has a value of several lines that would arrive as one (${place}): put it in double quotes, with \`\\n\` for each line break, as \`toJSON\` does`;

  test.each([
    ["a text with a comment behind it", "message: Fix bug #12", cut("line 1, column 10")],
    ["a number with one", "n: 1 # one", cut("line 1, column 4")],
    ["nothing but a comment", "a: b\nissue: #12", cut("line 2, column 8")],
    ["an item of a list", "a:\n  - b #c", cut("line 2, column 5")],
    ["JSON's text with a line break in it", '{"a": "one\n  two"}', folded("line 1, column 7")],
    ["a text in single quotes that goes on", "a: 'one\r\n  two'", folded("line 1, column 4")],
    ["a text without quotes that goes on", "a: one\n  two", folded("line 1, column 4")],
  ])("is refused as %s", (what, text, problem) => {
    expect(readMapping(text)).toEqual({ problems: [problem] });
    if (!what.includes("list")) expect(readScalars(text)).toEqual({ problems: [problem] });
  });

  test.each([
    ["in quotes", 'a: "Fix bug #12"', "Fix bug #12"],
    ["before a comment, in quotes", "a: 'b' # c", "b"],
    ["without a space before the #", "a: b#c", "b#c"],
    ["between comments on lines of their own", "# one\na: b\n# two\n", "b"],
    ["in a block", "a: |-\n  Fix bug #12\n  two", "Fix bug #12\ntwo"],
    ["in a block that is meant to be one line", "a: >-\n  one\n  two", "one two"],
    ["with the line breaks of JSON", '{"a": "one\\ntwo"}', "one\ntwo"],
  ])("arrives %s", (_, text, value) => {
    expect(readMapping(text)).toEqual({ value: { a: value } });
    expect(readScalars(text)).toEqual({ value: { a: value } });
  });
});
