/** Reads single inputs, and collects what is wrong with them. */

import { inCode } from "../text/wording.ts";
import type { InputName } from "./names.ts";

export type Reader = ReturnType<typeof readerOf>;

/** `read` gives an input's text; an empty one stands for the default. After a problem, the value that comes back means nothing. */
export function readerOf(read: (name: string) => string) {
  const problems: string[] = [];
  const text = (name: InputName) => read(name).trim();

  /** A name, which has no line break: a text with one is probably more than was meant. */
  function line(name: InputName): string {
    const given = text(name);
    if (/[\p{Cc}\u2028\u2029]/u.test(given))
      problems.push(`\`${name}\` has a line break or another control character: give one name, on one line.`);
    return given;
  }

  function number(name: InputName, byDefault: number, [min, max]: readonly [min: number, max: number]): number {
    const given = text(name) || String(byDefault);
    const value = Number(given);
    if (!/^\d+$/.test(given) || value < min || value > max)
      problems.push(`\`${name}\` is \`${given}\`: give a whole number from ${min} to ${max}.`);
    return value;
  }

  function word<Word extends string>(
    name: InputName,
    byDefault: Word,
    words: readonly Word[],
    given = text(name),
  ): Word {
    const found = words.find((each) => each === (given || byDefault));
    if (found === undefined) problems.push(`\`${name}\` is \`${given}\`: give one of ${inCode(words)}.`);
    return found ?? (words[0] as Word);
  }

  /** A list, separated by commas, spaces or lines. */
  function words(name: InputName, byDefault: string, allowed: readonly string[]): ReadonlySet<string> {
    const given = (text(name) || byDefault).split(/[\s,]+/).filter((word) => word !== "");
    const unknown = given.filter((word) => !allowed.includes(word));
    if (given.length === 0 && byDefault !== "") problems.push(`\`${name}\` names none: it takes ${inCode(allowed)}.`);
    if (unknown.length > 0) problems.push(`\`${name}\` has ${inCode(unknown)}: it takes ${inCode(allowed)}.`);
    return new Set(given);
  }

  function isTrue(name: InputName, byDefault: boolean): boolean {
    return word(name, `${byDefault}`, ["true", "false"], text(name).toLowerCase()) === "true";
  }

  return { problems, text, line, number, word, words, isTrue };
}
