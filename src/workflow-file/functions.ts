import { isEqual, isObject, type Plain } from "./plain.ts";
import {
  anyOf,
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
  withinLimit,
} from "./values.ts";

type Values = readonly Value[];
type Call = (given: readonly Values[]) => Values;

/** By names in lower case. */
const FUNCTIONS: Record<string, Call> = {
  always: () => [flag(true)],
  success: () => [UNKNOWN],
  failure: () => [UNKNOWN],
  cancelled: () => [UNKNOWN],
  case: chosenCase,
  contains: ([all = [], one = []]) =>
    decide(all, one, (list, item) =>
      Array.isArray(list) ? list.some((each) => isEqual(each, item)) : onTexts("includes")(list, item),
    ),
  startswith: ([text = [], part = []]) => decide(text, part, onTexts("startsWith")),
  endswith: ([text = [], part = []]) => decide(text, part, onTexts("endsWith")),
  format: ([templates = [], ...given]) => format(templates, given),
  join: ([lists = [], separators = [textValue(",")]]) => lists.flatMap((list) => join(list, separators)),
  tojson: ([values = []]) => values.flatMap(toJson),
  fromjson: ([values = []]) => values.flatMap(fromJson),
};

/** `name` in lower case. */
export function call(name: string, given: readonly Values[]): Values {
  return Object.hasOwn(FUNCTIONS, name) ? withinLimit(FUNCTIONS[name]?.(given) ?? []) : anyOf(given.flat());
}

function onTexts(method: "includes" | "startsWith" | "endsWith") {
  return (text: Plain, part: Plain) => {
    if (isObject(text) || isObject(part)) return false;
    return knownValue(text).text.toLowerCase()[method](knownValue(part).text.toLowerCase());
  };
}

/** `case(when, then, when, then, otherwise)` (docs/platform.md#runner-values). */
function chosenCase(given: readonly Values[]): Values {
  if (given.length % 2 === 0) return [UNKNOWN];
  const [conditions, results] = [0, 1].map((odd) => given.filter((_, at) => at % 2 === odd));
  const otherwise = conditions?.pop() ?? [EMPTY];
  return (conditions ?? []).reduceRight(
    (others, condition, at) => withinLimit(condition.flatMap((each) => chosenBy(each, results?.[at] ?? [], others))),
    otherwise,
  );
}

/** Unlike all others, `case` takes booleans only: with another condition, GitHub cannot evaluate it. */
function chosenBy({ isTrue, plain }: Value, result: Values, others: Values): Values {
  if (plain !== undefined && typeof plain !== "boolean") return [UNKNOWN];
  return [...(isTrue === false ? [] : result), ...(isTrue === true ? [] : others)];
}

function toJson(value: Value): Values {
  const { text, holds, plain, isTrue } = value;
  if (holds !== undefined) return [textValue(`{\n${GAP}${holds}${GAP}\n}`)];
  // Each `toJSON` around another doubles the quotes.
  if (text.length > MAX_TEXT_LENGTH || (plain === undefined && text !== GAP)) return anyOf([value]);
  if (text === GAP) return [{ text: GAP, isTrue: plain === undefined ? isTrue : true }];
  return [textValue(typeof plain === "number" ? text : JSON.stringify(plain, null, 2))];
}

function fromJson(value: Value): Values {
  const { text, plain } = value;
  if (typeof plain !== "string") return anyOf([value]);
  try {
    const parsed = JSON.parse(plain) as Plain;
    return [text === GAP ? sentValue(parsed) : knownValue(parsed)];
  } catch {
    return anyOf([value]);
  }
}

function join(list: Value, separators: Values): Values {
  const { plain, text, holds } = list;
  if (plain !== undefined && !isObject(plain)) return [list];
  const isKnown = text !== GAP && holds === undefined && Array.isArray(plain) && plain.length <= MAX_TEXT_LENGTH;
  if (!isKnown) return anyOf([list, ...separators]);
  const items = plain.map((each) => knownValue(each).text);
  return separators.map(({ text: separator }) => textValue(items.join(separator.slice(0, MAX_TEXT_LENGTH))));
}

/** `{0}`, `{1}` and so on; a doubled brace stands for one. */
function format(templates: Values, given: readonly Values[]): Value[] {
  const filled = templates.flatMap(({ text: template }) => {
    let texts = [""];
    for (const [part, index] of template.matchAll(/\{\{|\}\}|\{(\d+)\}|[^{}]+|./gs)) {
      const endings =
        index === undefined ? [part.replace(/^(\{\{|\}\})$/, ([brace = ""]) => brace)] : textsOf(given[Number(index)]);
      texts = joined(texts, endings);
    }
    return texts;
  });
  return filled.map(textValue);
}

function textsOf(values: Values = [EMPTY]): string[] {
  return values.map(({ text }) => text);
}
