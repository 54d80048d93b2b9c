/** GitHub's schema types the field names. Values are checked: a response may be a proxy's, or cut short. */

import type { components } from "@octokit/openapi-types";
import { oneLine } from "../text/foreign-text.ts";

/** For a first page: reaches back far enough in nearly every repository, at a third of the bytes. */
export const SHORT_PAGE = 30;

/** GitHub's maximum. */
export const PAGE_LENGTH = 100;

type Schemas = components["schemas"];
/** Without a schema. */
type Plain = "list" | "id-token";

/** Beyond 2^32; http.ts reads those beyond 2^53 as bigint. */
export type Id = number | bigint;

export class InvalidResponse extends Error {
  override readonly name = "InvalidResponse";
  /** An object: from another kind of server, not a proxy's page, which may be gone the next time. */
  readonly isForeign: boolean;

  constructor(schema: keyof Schemas | Plain, field?: string) {
    super(
      field === undefined
        ? `it is no ${schema}`
        : `it has no such field \`${field}\` as ${/^[aeiou]/.test(schema) ? "an" : "a"} ${schema} has`,
    );
    this.isForeign = field !== undefined;
  }
}

export interface Page<Item> {
  items: readonly Item[];
  /** Of all pages; unreliable for runs (docs/platform.md#stale-filtered-lists). */
  totalCount: number | undefined;
  /** Why each skipped item could not be read, e.g. ``7: it has no such field `created_at` as a workflow-run has``. */
  unreadable: readonly string[];
}

/** The schema's field names, with values still to be checked. */
export type Unchecked<Name extends keyof Schemas> = { [Field in keyof Schemas[Name]]?: unknown };

export function fields<Name extends keyof Schemas>(data: unknown, schema: Name): Unchecked<Name>;
export function fields(data: unknown, schema: Plain): Record<string, unknown>;
export function fields(data: unknown, schema: keyof Schemas | Plain): object {
  if (typeof data !== "object" || data === null) throw new InvalidResponse(schema);
  return data;
}

/** Skips unreadable items. @throws InvalidResponse if no item can be read */
export function page<Item>(data: unknown, key: string, read: (data: unknown) => Item): Page<Item> {
  const { [key]: listed, total_count } = fields(data, "list");
  if (!Array.isArray(listed)) throw new InvalidResponse("list", key);
  const unreadable: string[] = [];
  const items = listed.flatMap((each: unknown) => {
    try {
      return [read(each)];
    } catch (error) {
      if (!(error instanceof InvalidResponse)) throw error;
      const { id } = (each ?? {}) as { id?: unknown };
      unreadable.push(`${isId(id) ? id : "without an id"}: ${error.message}`);
      if (unreadable.length === listed.length) throw error;
      return [];
    }
  });
  return { items, totalCount: numberOf(total_count), unreadable };
}

/** @throws InvalidResponse if one item cannot be read */
export function list<Item>(data: unknown, read: (data: unknown) => Item): Item[] {
  if (!Array.isArray(data)) throw new InvalidResponse("list");
  return data.map(read);
}

export function isId(value: unknown): value is Id {
  return (typeof value === "number" && Number.isSafeInteger(value) && value > 0) || typeof value === "bigint";
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** On one line and no longer than any of GitHub's, so that it may be shown; empty for anything but a string. */
export function nameOf(value: unknown): string {
  return oneLine(text(value));
}

export function nameOrNull(value: unknown): string | null {
  return typeof value === "string" ? nameOf(value) : null;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function timeMs(value: unknown): number | undefined {
  const ms = Date.parse(text(value));
  return Number.isFinite(ms) ? ms : undefined;
}
