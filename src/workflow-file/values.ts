/** Stands in a text for a part that is not known before the run. */
export const GAP = "\uFFFC";

export interface Value {
  text: string;
  isTrue: boolean | undefined;
  /** The id, where the value is an object that holds it: `toJSON` would show it. */
  holds?: string;
}

/** The rest counts as unknown. Without a limit, the number of values could double with every part. */
const MAX_VALUES = 16;
/** In characters. No name is longer. */
export const MAX_TEXT_LENGTH = 1000;

export const EMPTY: Value = { text: "", isTrue: false };
export const UNKNOWN: Value = { text: GAP, isTrue: undefined };

export function textValue(text: string): Value {
  return { text, isTrue: text !== "" && text.replaceAll(GAP, "") === "" ? undefined : text !== "" };
}

export function joined(beginnings: readonly string[], endings: readonly string[]): string[] {
  const texts = beginnings.flatMap((text) => endings.map((ending) => (text + ending).slice(0, MAX_TEXT_LENGTH)));
  const different = [...new Set(texts)];
  return different.length > MAX_VALUES ? [...different.slice(0, MAX_VALUES - 1), GAP] : different;
}

export function flag(isTrue: boolean | undefined): Value {
  return isTrue === undefined ? UNKNOWN : { text: String(isTrue), isTrue };
}

/** For `a || b` (`isTrue`) and `a && b`: a where its truth is `isTrue`, else b. */
export function choose(left: readonly Value[], right: readonly Value[], isTrue: boolean): Value[] {
  return withinLimit(
    left.flatMap((each) => (each.isTrue === isTrue ? [each] : each.isTrue === undefined ? [each, ...right] : right)),
  );
}

export function compare(left: readonly Value[], right: readonly Value[], sign: string): Value[] {
  const [one, other] = [left[0], right[0]];
  const isKnown = left.length === 1 && right.length === 1 && ![one, other].some((each) => each?.text.includes(GAP));
  if (!isKnown || !sign.endsWith("=") || /[<>]/.test(sign)) return [UNKNOWN];
  // GitHub ignores case when it compares texts.
  return [flag((one?.text.toLowerCase() === other?.text.toLowerCase()) === (sign === "=="))];
}

const BOOLEAN_FUNCTIONS = ["contains", "startswith", "endswith", "success", "failure", "cancelled"];

/** `name` in lower case. */
export function call(name: string, given: readonly (readonly Value[])[]): readonly Value[] {
  if (name === "always") return [flag(true)];
  if (BOOLEAN_FUNCTIONS.includes(name)) return [flag(undefined)];
  const [first = [], ...others] = given;
  if (name === "tojson" && first.every(({ holds }) => holds === undefined))
    return first.map(({ text }) => textValue(text === GAP ? GAP : JSON.stringify(text)));
  if (name === "join" && first.every(({ holds, text }) => holds === undefined && text !== GAP)) return first;
  if (name === "format") return format(first, others);
  return anyOf(given.flat());
}

/** An unknown function may show any of its arguments. */
export function anyOf(values: readonly Value[]): Value[] {
  return withinLimit([
    UNKNOWN,
    ...values.flatMap(({ text, holds }) => [text, holds ?? ""].filter(Boolean).map(textValue)),
  ]);
}

/** `{0}`, `{1}` and so on; a doubled brace stands for one. */
function format(templates: readonly Value[], given: readonly (readonly Value[])[]): Value[] {
  const filled = templates.flatMap(({ text: template }) => {
    let texts = [""];
    for (const [part, index] of template.matchAll(/\{\{|\}\}|\{(\d+)\}|[^{}]+|./gs)) {
      const endings =
        index === undefined ? [part.replace(/^(\{\{|\}\})$/, ([brace = ""]) => brace)] : textsOf(given[Number(index)]);
      texts = joined(texts, endings);
    }
    return texts;
  });
  return withinLimit(filled.map(textValue));
}

function textsOf(values: readonly Value[] = [EMPTY]): string[] {
  return values.map(({ text }) => text);
}

function withinLimit(values: readonly Value[]): Value[] {
  const different = [...new Map(values.map((each) => [`${each.isTrue} ${each.text} ${each.holds}`, each])).values()];
  return different.length > MAX_VALUES ? [...different.slice(0, MAX_VALUES - 1), UNKNOWN] : different;
}
