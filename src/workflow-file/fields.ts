/** Reads what the YAML parser has made of a file. Its form is unknown: what is not of the kind asked for counts as empty. */

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

/** A single value as text. `String` of an object made by YAML may throw, so a list or an object is empty. */
export function scalar(value: unknown): string {
  return typeof value === "object" || value === undefined ? "" : String(value);
}
