/** How the fields of an answer are read. GitHub's published schema holds their names; every value is doubted. */

import type { components } from "@octokit/openapi-types";

type Schemas = components["schemas"];

/** Ids go beyond 2^32; octokit reads those beyond 2^53 as bigint. */
export type Id = number | bigint;

/** An answer that is not what the schema says. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

export type Doubted<Name extends keyof Schemas> = { [Field in keyof Schemas[Name]]?: unknown };

export function fields<Name extends keyof Schemas>(data: unknown, schema: Name): Doubted<Name> {
  if (typeof data !== "object" || data === null) throw new Unreadable(schema);
  return data as Doubted<Name>;
}

export function list<Item>(data: unknown, read: (data: unknown) => Item): Item[] {
  if (!Array.isArray(data)) throw new Unreadable("list");
  return data.map(read);
}

export function isId(value: unknown): value is Id {
  return (typeof value === "number" && Number.isSafeInteger(value) && value > 0) || typeof value === "bigint";
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function nameOf(value: unknown): string {
  return oneLine(text(value));
}

/** On one line: in a log, a line break could begin a command to the runner. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

export function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function timeMs(value: unknown): number | undefined {
  const ms = Date.parse(text(value));
  return Number.isFinite(ms) ? ms : undefined;
}
