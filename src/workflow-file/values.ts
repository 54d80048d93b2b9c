import { isObject, numberText, type Plain } from "./plain.ts";

/** Stands in a text for a part that is not known before the run. */
export const GAP = "\uFFFC";

export interface Value {
  text: string;
  isTrue: boolean | undefined;
  /** The id, where the value is an object that holds it: `toJSON` would show it. */
  holds?: string;
  /** What it certainly is. A value that was sent has a gap as its text: findings quote texts. */
  plain?: Plain;
}

/** The rest counts as unknown. Without a limit, the number of values could double with every part. */
const MAX_VALUES = 16;
/** In characters. No name is longer. */
export const MAX_TEXT_LENGTH = 1000;

export const EMPTY: Value = { text: "", isTrue: false, plain: null };
export const UNKNOWN: Value = { text: GAP, isTrue: undefined };

export function textValue(text: string): Value {
  if (!text.includes(GAP)) return { text, isTrue: text !== "", plain: text };
  return { text, isTrue: text.replaceAll(GAP, "") === "" ? undefined : true };
}

export function knownValue(plain: Plain): Value {
  return { text: textOf(plain), isTrue: Boolean(plain), plain };
}

/** A value that was sent. Comparing long ones again and again would take too long. */
export function sentValue(plain: Plain): Value {
  const isShort = (isObject(plain) ? JSON.stringify(plain) : textOf(plain)).length <= MAX_TEXT_LENGTH;
  return { text: textOf(plain) && GAP, isTrue: Boolean(plain), ...(isShort && { plain }) };
}

function textOf(plain: Plain): string {
  if (isObject(plain)) return Array.isArray(plain) ? "Array" : "Object";
  return plain === null ? "" : typeof plain === "number" ? numberText(plain) : String(plain);
}

export function joined(beginnings: readonly string[], endings: readonly string[]): string[] {
  const texts = beginnings.flatMap((text) => endings.map((ending) => (text + ending).slice(0, MAX_TEXT_LENGTH)));
  const different = [...new Set(texts)];
  return different.length > MAX_VALUES ? [...different.slice(0, MAX_VALUES - 1), GAP] : different;
}

export function flag(isTrue: boolean | undefined): Value {
  return isTrue === undefined ? UNKNOWN : knownValue(isTrue);
}

/** For `a || b` (`isTrue`) and `a && b`: a where its truth is `isTrue`, else b. */
export function choose(left: readonly Value[], right: readonly Value[], isTrue: boolean): Value[] {
  return withinLimit(
    left.flatMap((each) => (each.isTrue === isTrue ? [each] : each.isTrue === undefined ? [each, ...right] : right)),
  );
}

/** By what the values certainly are. */
export function decide(
  left: readonly Value[],
  right: readonly Value[],
  rule: (one: Plain, other: Plain) => boolean,
): Value[] {
  return withinLimit(
    left.flatMap(({ plain: one }) =>
      right.map(({ plain: other }) => flag(one === undefined || other === undefined ? undefined : rule(one, other))),
    ),
  );
}

/** An unknown function may show any of its arguments. */
export function anyOf(values: readonly Value[]): Value[] {
  return withinLimit([
    UNKNOWN,
    ...values.flatMap(({ text, holds }) => [text, holds ?? ""].filter(Boolean).map(textValue)),
  ]);
}

export function withinLimit(values: readonly Value[]): Value[] {
  const different = [...new Map(values.map((each) => [identityOf(each), each])).values()];
  return different.length > MAX_VALUES ? [...different.slice(0, MAX_VALUES - 1), UNKNOWN] : different;
}

function identityOf({ text, isTrue, holds, plain }: Value): unknown {
  return isObject(plain) && holds === undefined
    ? plain
    : `${isTrue} ${text} ${holds} ${typeof plain} ${typeof plain === "object" ? "" : plain}`;
}
