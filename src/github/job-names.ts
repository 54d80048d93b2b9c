/** Job names as GitHub shows them (docs/platform.md#runner-names). */

const MAX_LENGTH = 100;
const END = "...";
/** Between the name of a job that calls a workflow and that of the called job. */
const CALLS = " / ";

/** All forms in which GitHub may show a name: each part of `caller / called` may be cut by itself. */
export function shownForms(name: string): string[] {
  return [cut(name), name.split(CALLS).map(cut).join(CALLS)];
}

function cut(name: string): string {
  return name.length > MAX_LENGTH ? name.slice(0, MAX_LENGTH - END.length) + END : name;
}

export function isCut(name: string): boolean {
  const called = name.slice(name.lastIndexOf(CALLS) + CALLS.length);
  return name.endsWith(END) && [name, called].some(({ length }) => length === MAX_LENGTH);
}

/** What GitHub has cut off may have been anything. */
export function withoutEnd(cutName: string): string {
  return cutName.slice(0, -END.length);
}

/**
 * The parts around the expressions of a name whose matrix was never made; undefined for any other name. A cut may have left
 * the last expression open.
 */
export function sourceParts(name: string): readonly string[] | undefined {
  const [first = "", ...rest] = (isCut(name) ? withoutEnd(name) : name).split("${{");
  if (rest.length === 0) return undefined;
  return [first, ...rest.map((part) => (part.includes("}}") ? part.slice(part.indexOf("}}") + 2) : ""))];
}
