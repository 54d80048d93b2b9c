/** The values that an expression may have: a list, since more than one may be possible. */

/** Stands in a text for what nobody can know before the run. */
export const GAP = "\uFFFC";

/** One value that an expression may have, as text. */
export interface Value {
  text: string;
  /** Undefined: nobody can know. */
  isTrue: boolean | undefined;
  /** The id, where the value is an object that holds it: `toJSON` would show it. */
  holds?: string;
}

/** How many values are kept; of more, the rest counts as unknown. Without a bound, their number could double with every part. */
const MOST = 16;
/** No name is longer, in characters. */
export const LONGEST = 1000;

export const EMPTY: Value = { text: "", isTrue: false };
export const UNKNOWN: Value = { text: GAP, isTrue: undefined };

/** A text, which may have gaps. */
export function textValue(text: string): Value {
  return { text, isTrue: text !== "" && text.replaceAll(GAP, "") === "" ? undefined : text !== "" };
}

/** Every beginning with every ending. */
export function joined(beginnings: readonly string[], endings: readonly string[]): string[] {
  const texts = beginnings.flatMap((text) => endings.map((ending) => (text + ending).slice(0, LONGEST)));
  const different = [...new Set(texts)];
  return different.length > MOST ? [...different.slice(0, MOST - 1), GAP] : different;
}

export function flag(isTrue: boolean | undefined): Value {
  return isTrue === undefined ? UNKNOWN : { text: String(isTrue), isTrue };
}

/** `a || b`, or `a && b`: a where its truth is `isTrue`, else b. */
export function choose(left: readonly Value[], right: readonly Value[], isTrue: boolean): Value[] {
  return some(
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

const FLAGS = ["contains", "startswith", "endswith", "success", "failure", "cancelled"];

/** The values of a function of the language; `name` in lower case. */
export function call(name: string, given: readonly (readonly Value[])[]): readonly Value[] {
  if (name === "always") return [flag(true)];
  if (FLAGS.includes(name)) return [flag(undefined)];
  const [first = [], ...others] = given;
  if (name === "tojson" && first.every(({ holds }) => holds === undefined))
    return first.map(({ text }) => textValue(text === GAP ? GAP : JSON.stringify(text)));
  if (name === "join" && first.every(({ holds, text }) => holds === undefined && text !== GAP)) return first;
  if (name === "format") return format(first, others);
  return unclear(given.flat());
}

/** What an unknown function makes of the values: it may show any of them. */
export function unclear(values: readonly Value[]): Value[] {
  return some([UNKNOWN, ...values.flatMap(({ text, holds }) => [text, holds ?? ""].filter(Boolean).map(textValue))]);
}

/** Fills in `{0}`, `{1}` and so on; a doubled brace stands for one. */
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
  return some(filled.map(textValue));
}

function textsOf(values: readonly Value[] = [EMPTY]): string[] {
  return values.map(({ text }) => text);
}

function some(values: readonly Value[]): Value[] {
  const different = [...new Map(values.map((each) => [`${each.isTrue} ${each.text} ${each.holds}`, each])).values()];
  return different.length > MOST ? [...different.slice(0, MOST - 1), UNKNOWN] : different;
}
