/** The jobs of a matrix, and the names that GitHub gives them (docs/platform.md#runner-names). */

import { fillTemplate, type LookUp, valuesOf } from "./expression.ts";
import { type Fields, fields, isMapping, list } from "./fields.ts";
import { isObject, type Plain, propertyOf } from "./plain.ts";
import { wholeExpressionIn } from "./template.ts";
import { anyOf, EMPTY, GAP, joined, knownValue, MAX_TEXT_LENGTH, textValue, type Value } from "./values.ts";

/** One job. Its values are templates still. */
export interface Combination {
  /** What the context `matrix` has; undefined: it is not known before the run. */
  values: Fields | undefined;
  /** What the job's name shows: all but what `include` has added. */
  shown: readonly unknown[];
}

const WITHOUT_MATRIX: Combination = { values: {}, shown: [] };

/** GitHub makes no more. */
export const MAX_COMBINATIONS = 256;

export function combinationsOf(matrix: unknown, lookUp: LookUp, most: number): Combination[] {
  if (matrix === undefined) return [WITHOUT_MATRIX];
  const root = resolved(matrix, lookUp);
  if (!isMapping(root)) return [{ values: undefined, shown: [root] }];
  const { include, exclude, ...vectors } = root;
  const excluded = listOf(exclude, lookUp).map(fields);
  const products = productsOf(vectors, lookUp, most).filter((each) => !excluded.some((pattern) => fits(pattern, each)));
  return included(products, Object.keys(vectors), listOf(include, lookUp)).slice(0, most);
}

function productsOf(vectors: Fields, lookUp: LookUp, most: number): Fields[] {
  let products: Fields[] = Object.keys(vectors).length === 0 ? [] : [{}];
  for (const [name, vector] of Object.entries(vectors)) {
    const values = listOf(vector, lookUp).slice(0, most);
    products = products.flatMap((known) => values.map((value) => ({ ...known, [name]: value })));
    products = products.slice(0, most);
  }
  return products;
}

function included(products: readonly Fields[], names: readonly string[], items: readonly unknown[]): Combination[] {
  const combinations = products.map((product) => ({ product, values: product, shown: Object.values(product) }));
  const alone: Combination[] = [];
  for (const item of items.slice(0, MAX_COMBINATIONS)) {
    if (!isMapping(item)) {
      alone.push({ values: undefined, shown: [item] });
      continue;
    }
    const pattern = Object.fromEntries(Object.entries(item).filter(([key]) => names.includes(key)));
    const fitting = combinations.filter(({ product }) => fits(pattern, product));
    for (const each of fitting) each.values = { ...each.values, ...item };
    if (fitting.length === 0) alone.push({ values: item, shown: Object.values(item) });
  }
  return [...combinations, ...alone];
}

function fits(pattern: unknown, value: unknown): boolean {
  if (!isObject(pattern as Plain)) return pattern === value;
  return (
    isObject(value as Plain) && Object.entries(fields(pattern)).every(([key, each]) => fits(each, fields(value)[key]))
  );
}

/** What is no list may become one. */
function listOf(value: unknown, lookUp: LookUp): unknown[] {
  const known = resolved(value, lookUp);
  return known === undefined || known === null ? [] : list(known).map((each) => resolved(each, lookUp));
}

/** The object that an expression certainly gives, or the value as it is. */
function resolved(value: unknown, lookUp: LookUp): unknown {
  const values = valuesIn(value, lookUp);
  const [only, ...others] = values ?? [];
  const isKnown = only && others.length === 0 && only.text !== GAP && only.holds === undefined && isObject(only.plain);
  return isKnown ? only.plain : value;
}

/** Undefined where it is more than one expression. */
function valuesIn(value: unknown, lookUp: LookUp): readonly Value[] | undefined {
  if (typeof value !== "string") return undefined;
  const expression = wholeExpressionIn(value);
  return expression === undefined ? undefined : valuesOf(expression, lookUp);
}

/** What may follow a job's name. */
export function suffixesOf({ shown }: Combination, lookUp: LookUp): string[] {
  let texts = [""];
  for (const leaf of leavesOf(shown)) {
    const endings = textsOf(leaf, lookUp);
    const without = endings.includes("") ? texts : [];
    const filled = endings.filter(Boolean).flatMap((ending) =>
      joined(
        texts.map((text) => text && `${text}, `),
        [ending],
      ),
    );
    texts = joined([...without, ...filled], [""]);
    if (texts.every(({ length }) => length >= MAX_TEXT_LENGTH)) break;
  }
  return texts.map((text) => text && ` (${text})`);
}

function textsOf(leaf: unknown, lookUp: LookUp): string[] {
  return typeof leaf === "string" ? fillTemplate(leaf, lookUp) : [knownValue(leaf as Plain).text];
}

function* leavesOf(value: unknown): Generator<unknown> {
  if (!isObject(value as Plain)) yield value;
  else for (const each of Object.values(fields(value))) yield* leavesOf(each);
}

/** What `matrix` has at a path. */
export function matrixAt(path: readonly string[], { values, shown }: Combination, lookUp: LookUp): readonly Value[] {
  const isKnown = values !== undefined && !path.includes("*");
  const found = isKnown ? path.reduce<Plain | undefined>(propertyOf, values as Plain) : ((values ?? shown) as Plain);
  if (found === undefined) return [EMPTY];
  if (isObject(found)) return anyOf([...leavesOf(found)].flatMap((leaf) => textsOf(leaf, lookUp)).map(textValue));
  return valuesOfScalar(found, lookUp);
}

/** Of a template, or of a value as it is. */
export function valuesOfScalar(value: Plain, lookUp: LookUp): readonly Value[] {
  return (
    valuesIn(value, lookUp) ??
    (typeof value === "string" ? fillTemplate(value, lookUp).map(textValue) : [knownValue(value)])
  );
}
