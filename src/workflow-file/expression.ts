/** Evaluates, before a run, the expressions that names use: unknown parts are gaps, and all possible values are kept. */

import { call } from "./functions.ts";
import { isEqual, isLess, isObject, type Plain, propertyOf } from "./plain.ts";
import { partsOf } from "./template.ts";
import { tokensOf } from "./tokens.ts";
import {
  anyOf,
  choose,
  decide,
  EMPTY,
  flag,
  GAP,
  joined,
  knownValue,
  MAX_TEXT_LENGTH,
  sentValue,
  textValue,
  UNKNOWN,
  type Value,
} from "./values.ts";

/** The values that a context may have at a path, e.g. `["github", "event", "action"]`; `*` is any name. */
export type LookUp = (path: readonly string[]) => readonly Value[];

/** Brackets nested deeper are not read: nobody writes them, and each level takes several stack frames. */
const MAX_DEPTH = 50;

/** Every text that a template may become, cut at `MAX_TEXT_LENGTH` characters. */
export function fillTemplate(template: string, lookUp: LookUp): string[] {
  let texts = [""];
  for (const part of partsOf(template)) {
    texts = joined(
      texts,
      typeof part === "string" ? [part] : valuesOf(part.expression, lookUp).map(({ text }) => text),
    );
    if (texts.every(({ length }) => length === MAX_TEXT_LENGTH)) break;
  }
  return texts;
}

/** All possible values. An expression that cannot be read is unknown. */
export function valuesOf(expression: string, lookUp: LookUp): readonly Value[] {
  try {
    return new Reader(expression, lookUp).all();
  } catch (error) {
    if (error instanceof SyntaxError) return [UNKNOWN];
    throw error;
  }
}

type Rule = (one: Plain, other: Plain) => boolean;

const COMPARISONS: Record<string, Rule> = {
  "==": isEqual,
  "!=": (one, other) => !isEqual(one, other),
  "<": isLess,
  ">": (one, other) => isLess(other, one),
  "<=": (one, other) => isLess(one, other) || isEqual(one, other),
  ">=": (one, other) => isLess(other, one) || isEqual(one, other),
};

/** Case counts here. */
const LITERALS: Record<string, Plain> = { null: null, true: true, false: false, NaN: Number.NaN, Infinity };

class Reader {
  readonly #tokens: string[];
  readonly #lookUp: LookUp;
  #at = 0;
  #depth = 0;

  constructor(expression: string, lookUp: LookUp) {
    this.#tokens = tokensOf(expression);
    this.#lookUp = lookUp;
  }

  all(): readonly Value[] {
    const values = this.#either();
    if (this.#at < this.#tokens.length) throw new SyntaxError();
    return values;
  }

  #takes(...tokens: string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !tokens.includes(token)) return undefined;
    this.#at++;
    return token;
  }

  #needs(token: string): void {
    if (!this.#takes(token)) throw new SyntaxError();
  }

  #either(): readonly Value[] {
    if (++this.#depth > MAX_DEPTH) throw new SyntaxError();
    let values = this.#both();
    while (this.#takes("||")) values = choose(values, this.#both(), true);
    this.#depth--;
    return values;
  }

  #both(): readonly Value[] {
    let values = this.#compared();
    while (this.#takes("&&")) values = choose(values, this.#compared(), false);
    return values;
  }

  #compared(): readonly Value[] {
    let values = this.#not();
    for (;;) {
      const sign = this.#takes(...Object.keys(COMPARISONS));
      const rule = sign && COMPARISONS[sign];
      if (!rule) return values;
      values = decide(values, this.#not(), rule);
    }
  }

  #not(): readonly Value[] {
    let signs = 0;
    while (this.#takes("!")) signs++;
    const values = this.#single();
    if (signs === 0) return values;
    return values.map(({ isTrue }) => flag(isTrue === undefined ? undefined : isTrue === (signs % 2 === 0)));
  }

  #single(): readonly Value[] {
    if (this.#takes("(")) {
      const values = this.#either();
      this.#needs(")");
      return this.#within(values);
    }
    const token = this.#tokens[this.#at++] ?? "";
    if (token.startsWith("'")) return this.#within([textValue(token.slice(1, -1).replaceAll("''", "'"))]);
    if (/^[-+.\d]/.test(token)) return [numberIn(token)];
    if (!/^\w/.test(token)) throw new SyntaxError();
    if (this.#takes("(")) return this.#called(token.toLowerCase());
    const literal = Object.hasOwn(LITERALS, token) ? LITERALS[token] : undefined;
    if (literal !== undefined) return this.#within([knownValue(literal)]);
    return this.#lookUp([token, ...this.#path()]);
  }

  #path(): string[] {
    const names: string[] = [];
    for (let sign = this.#takes(".", "["); sign; sign = this.#takes(".", "[")) {
      if (sign === ".") names.push(this.#tokens[this.#at++] ?? "*");
      else {
        const values = this.#either();
        this.#needs("]");
        names.push(nameFrom(values));
      }
    }
    return names;
  }

  #within(values: readonly Value[]): readonly Value[] {
    const path = this.#path();
    return path.length > 0 ? values.flatMap((value) => valuesAt(value, path)) : values;
  }

  #called(name: string): readonly Value[] {
    const given: (readonly Value[])[] = [];
    if (!this.#takes(")")) {
      do given.push(this.#either());
      while (this.#takes(","));
      this.#needs(")");
    }
    return this.#within(call(name, given));
  }
}

function numberIn(token: string): Value {
  const value = Number(token);
  if (Number.isNaN(value)) throw new SyntaxError();
  return knownValue(value);
}

/** `*` where the name is not known. */
function nameFrom([first, ...others]: readonly Value[]): string {
  if (!first || others.length > 0) return "*";
  const { plain, text } = first;
  return plain === undefined || isObject(plain) ? text.replaceAll(GAP, "*") || "*" : knownValue(plain).text;
}

/** Of an unknown value's property, only that it may show the value is known. */
function valuesAt(value: Value, path: readonly string[]): Value[] {
  const { plain, text, holds } = value;
  if (plain === undefined || holds !== undefined || path.includes("*")) return anyOf([value]);
  const found = path.reduce<Plain | undefined>(propertyOf, plain);
  return [found === undefined ? EMPTY : text === GAP ? sentValue(found) : knownValue(found)];
}
