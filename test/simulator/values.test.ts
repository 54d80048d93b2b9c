/**
 * GitHub's words for values: each row says what the runner makes of an expression, what `@actions/expressions` 0.3.61
 * makes of it where it differs, and where that is read. All files are of actions/runner, below src/Sdk.
 */

import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { describe, expect, test } from "vitest";
import { evaluate, fillTemplate } from "./expression.ts";

const contexts = {
  github: {
    event: { client_payload: { big: 1764250000123456, Stage: "first", stage: "last", sums: [0.1 + 0.2] } },
  },
  inputs: { Distinct_ID: "x-1" },
  env: { Stage: "A", stage: "b" },
};

function asTheRunner(source: string): string {
  try {
    return evaluate(source, contexts).coerceString();
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
}

function asTheLibrary(source: string): string {
  const dictionary = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  const parsed = new Parser(new Lexer(source).lex().tokens, Object.keys(contexts), []).parse();
  return new Evaluator(parsed, dictionary).evaluate().coerceString();
}

const G15 = "DTExpressions2/Expressions2/EvaluationResult.cs ConvertToString, ExpressionConstants.NumberFormat = G15";
const NUMBER = "DTExpressions2/Expressions2/Sdk/ExpressionUtility.cs ParseNumber";
const KEYS = "DTPipelines/Pipelines/ContextData/DictionaryContextData.cs, the setter of this[String key]";
const JSON_TEXT = "DTExpressions2/Expressions2/Sdk/Functions/ToJson.cs WriteValue; JsonUtility is Newtonsoft's";
const LEXER = "DTExpressions2/Expressions2/Tokens/LexicalAnalyzer.cs ReadStringToken";
const EQUAL = "DTExpressions2/Expressions2/EvaluationResult.cs AbstractEqual: OrdinalIgnoreCase, one character for one";
const FORMAT = "DTExpressions2/Expressions2/Sdk/Functions/Format.cs, FormatResultBuilder.Append";
const ENV = "Runner.Worker (beside Sdk), ActionRunner.cs: CaseSensitiveDictionaryContextData except on Windows";

describe("other than @actions/expressions, the runner says of", () => {
  test.each<[source: string, runner: string | RegExp, library: string, where: string]>([
    ["github.event.client_payload.big", "1.76425000012346E+15", "1764250000123456", G15],
    ["1764250000123456", "1.76425000012346E+15", "1764250000123456", G15],
    ["123456789012345678", "1.23456789012346E+17", "123456789012345680", G15],
    ["1e15", "1E+15", "1000000000000000", G15],
    ["1e21", "1E+21", "1e+21", G15],
    ["-2.5e100", "-2.5E+100", "-2.5e+100", G15],
    ["0.00001", "1E-05", "0.00001", G15],
    ["0.000012345", "1.2345E-05", "0.000012345", G15],
    ["1e-7", "1E-07", "1e-7", G15],
    ["123.4567890123456", "123.456789012346", "123.4567890123456", G15],
    // In .NET a negative zero keeps its sign since Core 3.0.
    ["-0", "-0", "0", G15],
    ["format('{0}', 1e21)", "1E+21", "1e+21", G15],
    ["join(fromJSON('[1e21, 2]'))", "1E+21,2", "1e+21,2", G15],
    ["toJSON(1e21)", "1E+21", "1e+21", JSON_TEXT],
    ["toJSON(NaN)", "NaN", "null", JSON_TEXT],
    ["toJSON('a\u2028b')", '"a\\u2028b"', '"a\u2028b"', JSON_TEXT],
    ["github.event.client_payload.stage", "last", "first", KEYS],
    ['fromJSON(\'{"a": 1, "A": 2}\').a', "2", "1", KEYS],
    ["toJSON(fromJSON('{\"constructor\": 1}'))", '{\n  "constructor": 1\n}', "{}", KEYS],
    ["env.stage", "b", "A", ENV],
    ["'a''b''c'", "a'b'c", "a'b''c", LEXER],
    ["'0b1' == 1", "false", "true", NUMBER],
    ["'0X10' == 16", "false", "true", NUMBER],
    ["'0xFFFFFFFF' == -1", "true", "false", NUMBER],
    ["'0x1FFFFFFFF' == 8589934591", "false", "true", NUMBER],
    ["0xFFFFFFFF", "-1", "4294967295", NUMBER],
    ["'0o37777777777' == -1", "true", "false", NUMBER],
    ["0b1", /^refused: Unexpected symbol: '0b1'/, "1", NUMBER],
    ["'ß' == 'ss'", "false", "true", EQUAL],
    ["format('{0:x}', 1)", /^refused: .*invalid/, "1", FORMAT],
  ])("%s", (source, runner, library, where) => {
    expect(where).not.toBe("");
    expect(asTheRunner(source)).toEqual(typeof runner === "string" ? runner : expect.stringMatching(runner));
    // Where the library learns it, the row goes, and with it what we do about it.
    expect(asTheLibrary(source)).toBe(library);
  });
});

describe("as @actions/expressions does, the runner says of", () => {
  test.each<[source: string, value: string]>([
    ["Inputs.DISTINCT_id", "x-1"],
    // On Linux, where `Stage` and `stage` are two.
    ["env.Stage", "A"],
    ["github['event']['CLIENT_PAYLOAD'].Stage == 'LAST'", "true"],
    ["0.30000000000000004", "0.3"],
    ["0.1", "0.1"],
    ["0.0001", "0.0001"],
    ["999999999999999", "999999999999999"],
    ["-1234.5", "-1234.5"],
    ["Infinity", "Infinity"],
    ["NaN == NaN", "false"],
    ["'' == 0", "true"],
    ["' 12 ' == 12", "true"],
    ["'0x10' == 16", "true"],
    ["'Infinity' > 1", "true"],
    ["null == 0", "true"],
    ["true == '1'", "true"],
    ["'true' == true", "false"],
    ["'a' < 'B'", "true"],
    ["2 <= '2'", "true"],
    ["fromJSON('[]') == fromJSON('[]')", "false"],
    ["fromJSON('[0]') == 0", "false"],
    ["'ı' == 'I'", "false"],
    ["contains('abc', 'B')", "true"],
    ["contains(fromJSON('[\"A\"]'), 'a')", "true"],
    ["startsWith('Abc', 'aB')", "true"],
    ["endsWith('abC', 'Bc')", "true"],
    ["fromJSON('{\"a\": {}}')", "Object"],
    ["fromJSON('[1]')", "Array"],
    ['toJSON(fromJSON(\'{"a": [1, {}], "b": []}\'))', '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'],
    ["format('{{{0}}} {1}', 'a', true)", "{a} true"],
    ["github.event.client_payload.none", ""],
    ["'' || 'b' && 'c'", "c"],
    ["!'' && 1", "1"],
  ])("%s", (source, value) => {
    expect(asTheRunner(source)).toBe(value);
    // Case in a key is one of the differences, and stands above.
    if (!source.includes("LAST")) expect(asTheLibrary(source)).toBe(value);
  });
});

test("a name shows a number of a payload as the runner prints it", () => {
  expect(fillTemplate("Deploy [${{ github.event.client_payload.big }}]", contexts)).toBe(
    "Deploy [1.76425000012346E+15]",
  );
});
