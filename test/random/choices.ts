/** How random schedules choose. */

import fc from "fast-check";

/** A counter-example shrinks to the first choice, which is the plainest. */
export const TO_FIRST = { withCrossShrink: true };

/** Mostly the ordinary value, and in shrinking at last always. */
export function mostly<Value>(weight: number, ordinary: Value, ...others: Value[]): fc.Arbitrary<Value> {
  return fc.oneof(
    TO_FIRST,
    { weight, arbitrary: fc.constant(ordinary) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

/** How often a fault strikes in a row. */
export const times = fc.oneof(
  TO_FIRST,
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: 2, max: 5 }) },
  { weight: 1, arbitrary: fc.constant(1000) },
);
