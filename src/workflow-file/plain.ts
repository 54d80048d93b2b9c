/** Values as GitHub's expressions compare and print them (docs/platform.md#runner-values). */

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };
type Mapping = Extract<Plain, object>;

export function isObject(plain: Plain | undefined): plain is Mapping {
  return typeof plain === "object" && plain !== null;
}

/** With 15 digits. */
export function numberText(value: number): string {
  const [digits = "", power = ""] = value.toExponential(14).split("e");
  const exponent = Number(power);
  if (!Number.isFinite(value) || (exponent < 15 && exponent > -5)) return String(Number(value.toPrecision(15)));
  return `${Number(digits)}E${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** Case does not count; values of different kinds are compared as numbers. */
export function isEqual(one: Plain, other: Plain): boolean {
  if (isObject(one) || isObject(other)) return one === other;
  if (typeof one === "string" && typeof other === "string") return one.toLowerCase() === other.toLowerCase();
  return typeof one === typeof other ? one === other : numberOf(one) === numberOf(other);
}

export function isLess(one: Plain, other: Plain): boolean {
  if (isObject(one) || isObject(other) || (one === null && other === null)) return false;
  if (typeof one === "string" && typeof other === "string") return one.toUpperCase() < other.toUpperCase();
  return numberOf(one) < numberOf(other);
}

function numberOf(plain: string | number | boolean | null): number {
  // Number() knows these forms, GitHub does not.
  return typeof plain === "string" && /^\s*0[bBOX]/.test(plain) ? Number.NaN : Number(plain);
}

/** Names of properties ignore case. Undefined: the value has no such property. */
export function propertyOf(plain: Plain | undefined, name: string): Plain | undefined {
  if (!isObject(plain)) return undefined;
  const wanted = name.toLowerCase();
  return Object.entries(plain).findLast(([each]) => each.toLowerCase() === wanted)?.[1];
}
