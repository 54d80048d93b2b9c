/** Reads what YAML has made of a file, of which nobody knows the form. */

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

/** A single value as text. A list or an object may not even have a text. */
export function scalar(value: unknown): string {
  return typeof value === "object" || value === undefined ? "" : String(value);
}
