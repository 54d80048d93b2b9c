/** Reads parsed YAML of unknown shape: a value of another type counts as empty. */

export type Fields = Record<string, unknown>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

export function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === "object" || value === undefined ? [] : [value];
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A list or an object is empty: `String` of an object made by YAML may throw. */
export function scalar(value: unknown): string {
  return typeof value === "object" || value === undefined ? "" : String(value);
}

export function isMapping(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value and all in it. Each list and mapping once: the aliases of an anchor are the same object. */
export function* allWithin(value: unknown): Generator<unknown> {
  const visited = new Set<unknown>();
  const pending = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (visited.has(next)) continue;
    yield next;
    if (typeof next !== "object" || next === null) continue;
    visited.add(next);
    for (const each of Object.values(next)) pending.push(each);
  }
}
