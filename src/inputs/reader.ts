import { inCode } from "../text/wording.ts";
import { DEFAULTS, type InputName } from "./names.ts";

export type Reader = ReturnType<typeof readerOf>;

/** `read` gives an input's text; empty stands for the default. After a problem, the returned value is meaningless. */
export function readerOf(read: (name: string) => string) {
  const problems: string[] = [];
  const text = (name: InputName) => read(name).trim();

  /** A text with a line break is probably more than was meant. */
  function line(name: InputName): string {
    const given = text(name);
    if (/[\p{Cc}\u2028\u2029]/u.test(given))
      problems.push(`\`${name}\` has a line break or another control character: use one name on one line.`);
    return given;
  }

  function number(name: InputName, [min, max]: readonly [min: number, max: number]): number {
    const given = text(name) || DEFAULTS[name];
    const value = Number(given);
    if (!/^\d+$/.test(given) || value < min || value > max)
      problems.push(`\`${name}\` is \`${given}\`: use a whole number from ${min} to ${max}.`);
    return value;
  }

  function word<Word extends string>(name: InputName, words: readonly Word[], given = text(name)): Word {
    const found = words.find((each) => each === (given || DEFAULTS[name]));
    if (found === undefined) problems.push(`\`${name}\` is \`${given}\`: use one of ${inCode(words)}.`);
    return found ?? (words[0] as Word);
  }

  function words(name: InputName, allowed: readonly string[]): ReadonlySet<string> {
    const given = (text(name) || DEFAULTS[name]).split(/[\s,]+/).filter((word) => word !== "");
    const unknown = given.filter((word) => !allowed.includes(word));
    if (given.length === 0 && DEFAULTS[name] !== "")
      problems.push(`\`${name}\` names none: it takes ${inCode(allowed)}.`);
    if (unknown.length > 0) problems.push(`\`${name}\` has ${inCode(unknown)}: it takes ${inCode(allowed)}.`);
    return new Set(given);
  }

  function isTrue(name: InputName): boolean {
    return word(name, ["true", "false"], text(name).toLowerCase()) === "true";
  }

  return { problems, text, line, number, word, words, isTrue };
}
