/** How the body of a response is read. */

import { expect, test } from "vitest";
import { parseBody } from "../../../src/github/http.ts";

test.each<[string, string, unknown]>([
  ["a number", '{"id": 12}', { id: 12 }],
  ["the largest number that is exact", '{"id": 9007199254740991}', { id: 9007199254740991 }],
  ["a larger whole number, as bigint", '{"id": 9007199254740993}', { id: 9007199254740993n }],
  ["a negative one", "[-9007199254740993]", [-9007199254740993n]],
  ["many of them", "[9007199254740993,9007199254740994]", [9007199254740993n, 9007199254740994n]],
  ["a fraction", '{"score": 0.1250000000000000}', { score: 0.125 }],
  ["a fraction with many digits before the point", "[1234567890123456000.5]", [1234567890123456000]],
  ["a number with an exponent", "[1000000000000000000e3, 1e0000000000000012]", [1e21, 1e12]],
  ["digits in a text", '{"name": "9007199254740993"}', { name: "9007199254740993" }],
  ["digits behind an escaped quote", '["\\"9007199254740993", 1]', ['"9007199254740993', 1]],
  ["digits as a key", '{"9007199254740993": 1}', { "9007199254740993": 1 }],
  ["a text that is no JSON", "<html>9007199254740993</html>", "<html>9007199254740993</html>"],
  ["JSON that breaks off", '{"id": 9007199254740993', '{"id": 9007199254740993'],
  ["an empty text", "", ""],
])("%s is read exactly", (_, text, data) => {
  expect(parseBody(text)).toEqual(data);
});
