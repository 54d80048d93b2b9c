/** Names that a receiver cannot tell apart: GitHub's contexts ignore case, so that it reads one of them and never the other. */

import type { Json, Values } from "./mapping.ts";

/** The first two names within one object, at any depth, that differ only in case. */
export function namesAlike(values: Json): readonly [string, string] | undefined {
  if (typeof values !== "object" || values === null) return undefined;
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    const other = Array.isArray(values) ? undefined : seen.get(name.toLowerCase());
    if (other !== undefined) return [other, name];
    seen.set(name.toLowerCase(), name);
    const within = namesAlike(value);
    if (within) return within;
  }
  return undefined;
}

/** What is wrong with the names in `sent`; `added` are those that were not given in the input `input`. */
export function problemsOfNames(input: string, sent: Values, added: readonly string[]): string[] {
  const alike = namesAlike(sent);
  if (!alike) return [];
  const [one, other] = alike.map((name) => `\`${name}\`${added.includes(name) ? " (which this action adds)" : ""}`);
  return [
    `\`${input}\` has ${one} and ${other}: names that differ only in case are one for the receiver, which would read one of the two values. Leave one out, or rename it.`,
  ];
}
