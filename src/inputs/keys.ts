/** GitHub's contexts ignore case: of names that differ only in case, a receiver reads one and never the other. */

import type { Json, JsonObject } from "./mapping.ts";

/** The first two names that differ only in case. */
export function findCaseDuplicate(names: readonly string[]): readonly [string, string] | undefined {
  const byLowerCase = new Map<string, string>();
  for (const name of names) {
    const other = byLowerCase.get(name.toLowerCase());
    if (other !== undefined) return [other, name];
    byLowerCase.set(name.toLowerCase(), name);
  }
  return undefined;
}

/** As `findCaseDuplicate`, of one object at any depth. */
function alikeWithin(values: Json): readonly [string, string] | undefined {
  if (typeof values !== "object" || values === null) return undefined;
  const alike = Array.isArray(values) ? undefined : findCaseDuplicate(Object.keys(values));
  if (alike) return alike;
  for (const value of Object.values(values)) {
    const deeper = alikeWithin(value);
    if (deeper) return deeper;
  }
  return undefined;
}

export function problemsOfNames(input: string, sent: JsonObject, added: readonly string[]): string[] {
  const alike = alikeWithin(sent);
  if (!alike) return [];
  const [one, other] = alike.map((name) => `\`${name}\`${added.includes(name) ? " (which this action adds)" : ""}`);
  return [
    `\`${input}\` has ${one} and ${other}: the receiver treats names that differ only in case as one, and would read only one value. Remove or rename one.`,
  ];
}
