/**
 * GitHub's words for values, where `@actions/expressions` has others: as actions/runner 2.336.0 has them, in .NET, from
 * which the server's own evaluator is taken to differ in nothing. values.test.ts has a source for each difference.
 */

import { data } from "@actions/expressions";

export type Value = data.ExpressionData;
type Pair = { key: string; value: Value };

/** Prints as `G15`: 15 digits, without zeros at the end, and with an exponent from 10^15 on and below 10^-4. */
export class RunnerNumber extends data.NumberData {
  override coerceString(): string {
    return printNumber(this.value);
  }
}

/** Is the number that the runner reads in it. */
export class RunnerString extends data.StringData {
  override number(): number {
    return readNumber(this.value);
  }
}

/** Of keys that differ in case only, the first gives the name and the last the value. */
export class RunnerDictionary extends data.Dictionary {
  readonly #entries = new Map<string, Pair>();
  readonly #isCaseSensitive: boolean;

  constructor(isCaseSensitive = false) {
    super();
    this.#isCaseSensitive = isCaseSensitive;
  }

  override add(key: string, value: Value): void {
    const place = this.#isCaseSensitive ? key : upper(key);
    this.#entries.set(place, { key: this.#entries.get(place)?.key ?? key, value });
  }

  override get(key: string): Value | undefined {
    return this.#entries.get(this.#isCaseSensitive ? key : upper(key))?.value;
  }

  override values(): Value[] {
    return [...this.#entries.values()].map(({ value }) => value);
  }

  override pairs(): Pair[] {
    return [...this.#entries.values()];
  }
}

/** Plain JSON as the runner holds it. `env` alone minds case, on Linux and macOS. */
export function toValue(plain: unknown, isCaseSensitive = false): Value {
  if (plain === null || plain === undefined) return new data.Null();
  if (typeof plain === "string") return new RunnerString(plain);
  if (typeof plain === "number") return new RunnerNumber(plain);
  if (typeof plain === "boolean") return new data.BooleanData(plain);
  if (Array.isArray(plain)) return new data.Array(...plain.map((each) => toValue(each)));
  const dictionary = new RunnerDictionary(isCaseSensitive);
  for (const [key, value] of Object.entries(plain)) dictionary.add(key, toValue(value));
  return dictionary;
}

export function printNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  // .NET keeps the sign of a negative zero since Core 3.0.
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", power = ""] = value.toExponential(14).split("e");
  const exponent = Number(power);
  const short = digits.replace(/\.?0+$/, "");
  if (exponent < 15 && exponent > -5) return fixed(short, exponent);
  return `${short}E${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** `-1.25` times ten to that power, without an exponent. */
function fixed(short: string, exponent: number): string {
  const sign = short.startsWith("-") ? "-" : "";
  const digits = short.replace(/[-.]/g, "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const rest = digits.slice(exponent + 1);
  return `${sign}${whole}${rest && `.${rest}`}`;
}

/** What a text is where a number is wanted. */
export function readNumber(text: string): number {
  const trimmed = text.trim();
  if (trimmed === "") return 0;
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) return Number(trimmed);
  const [, base, digits = ""] = /^0(?=x[0-9a-fA-F]+$|o[0-7]+$)([xo])(.+)$/.exec(trimmed) ?? [];
  if (base !== undefined) {
    // Into 32 bits with a sign, as Int32.TryParse and Convert.ToInt32 do: 0xFFFFFFFF is -1, and more is no number.
    const whole = Number.parseInt(digits, base === "x" ? 16 : 8);
    return whole > 0xffffffff ? Number.NaN : whole | 0;
  }
  if (trimmed === "Infinity") return Infinity;
  return trimmed === "-Infinity" ? -Infinity : Number.NaN;
}

export function isEqual(left: Value, right: Value): boolean {
  const [one, other] = coerced(left, right);
  if (typeof one !== typeof other) return false;
  if (typeof one === "string" && typeof other === "string") return upper(one) === upper(other);
  return one === other;
}

/** Whether left comes before right: -1, 0 or 1; undefined where the two cannot be compared. */
export function compare(left: Value, right: Value): number | undefined {
  const [one, other] = coerced(left, right).map((each) => (typeof each === "string" ? upper(each) : each));
  const isOrdered = ["string", "number", "boolean"].includes(typeof one) && typeof one === typeof other;
  if (!isOrdered || Number.isNaN(one) || Number.isNaN(other)) return undefined;
  return (one as string) < (other as string) ? -1 : (one as string) > (other as string) ? 1 : 0;
}

type Plain = string | number | boolean | null | Value;

/** As JavaScript's `==` has it, except that lists and objects are never turned into anything. */
function coerced(left: Value, right: Value): [Plain, Plain] {
  const [one, other] = [plainOf(left), plainOf(right)];
  if (left.kind === right.kind) return [one, other];
  const isNumberLike = ({ kind }: Value) =>
    kind === data.Kind.Null || kind === data.Kind.Boolean || kind === data.Kind.Number;
  if (!isNumberLike(left) && !isNumberLike(right)) return [one, other];
  return [left.primitive ? numberOf(left) : one, right.primitive ? numberOf(right) : other];
}

function plainOf(value: Value): Plain {
  if (value instanceof data.Null) return null;
  return value.primitive ? (value as data.StringData | data.NumberData | data.BooleanData).value : value;
}

function numberOf(value: Value): number {
  return value instanceof data.StringData ? readNumber(value.value) : value.number();
}

/** As .NET's OrdinalIgnoreCase: one character becomes one, or stays (ß is not SS, and ı not I). */
export function upper(text: string): string {
  return text.replace(/[^\x20-\x60{-~]/gu, (character) => {
    const raised = character.toUpperCase();
    return raised.length === character.length && !"İıſ".includes(character) ? raised : character;
  });
}

/** As `toJSON` writes it: numbers as they are printed, and the line ends of Unicode escaped, as Newtonsoft's does. */
export function printJson(value: Value, indent = ""): string {
  const inner = `${indent}  `;
  if (value instanceof data.Null) return "null";
  if (value instanceof data.StringData) return quote(value.value);
  if (value instanceof data.Array) {
    const items = value.values().map((each) => inner + printJson(each, inner));
    return items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n${indent}]`;
  }
  if (value instanceof data.Dictionary) {
    const pairs = value.pairs().map(({ key, value: each }) => `${inner}${quote(key)}: ${printJson(each, inner)}`);
    return pairs.length === 0 ? "{}" : `{\n${pairs.join(",\n")}\n${indent}}`;
  }
  return value.coerceString();
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u0085\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
