/** The id by which a run is found: how it is made, what it may look like, and when a text shows it. */

/**
 * A fresh id, e.g. `1658821493-1-9f3c2a7e41d06b58`: the caller's run and its attempt, so that the receiver's page tells where
 * the run came from, and 16 hex digits that no other dispatch has (`freshHex`).
 */
export function generateDistinctId(caller: { runId: string; runAttempt: string }, hex: string): string {
  return `${caller.runId}-${caller.runAttempt}-${hex}`;
}

/** Four hex digits are a clock in milliseconds that starts again after this time, some 66 s. */
const ROUND_MS = 0x10000;

/**
 * The digits of a fresh id: four for the moment when it is made (`epochMs`), which tell many dispatchers that look at the same
 * time where to look first, and twelve that are random.
 */
export function freshHex(epochMs: number, randomHex: string): string {
  return (Math.floor(epochMs) % ROUND_MS).toString(16).padStart(4, "0") + randomHex;
}

/** With `reuse`, so many of those digits, the first ones, are the key that equal dispatches have in common (reuse-key.ts). */
export const KEY_LENGTH = 10;

/** A generated id. No hex digit may border it, but anything else: `deploy-ID`, `vID` and `prod/ID` are as certain as `ID`. */
const GENERATED = /(?<![0-9a-f])\d+-\d+-([0-9a-f]{4})[0-9a-f]{12}(?![0-9a-f])/i;

/** The generated id that `text` shows, if any: ours, or another dispatch's. */
export function generatedIdIn(text: string): string | undefined {
  return GENERATED.exec(text)?.[0];
}

/** What a generated id tells of its dispatch: the caller's run and attempt and, with `reuse`, the key. */
export function partsOf(generatedId: string): { callersRunId: string; callersAttempt: number; key: string } {
  const [callersRunId = "", attempt = "", hex = ""] = generatedId.toLowerCase().split("-");
  return { callersRunId, callersAttempt: Number(attempt), key: hex.slice(0, KEY_LENGTH) };
}

/**
 * How much later than `other` an id was made, in ms; negative if it was made earlier. Undefined unless both were generated.
 * Nothing but the order of reading may depend on it: callers' clocks differ, and after half a round, later seems earlier.
 */
export function madeLaterMs(id: string, other: string): number | undefined {
  const [madeMs, otherMs] = [id, other].map((each) => Number.parseInt(GENERATED.exec(each)?.[1] ?? "", 16));
  if (madeMs === undefined || otherMs === undefined || Number.isNaN(madeMs + otherMs)) return undefined;
  const half = ROUND_MS / 2;
  return ((madeMs - otherMs + 3 * half) % ROUND_MS) - half;
}

/** Says whether `id` may be a distinct id: 1 to 100 letters, digits and `. _ : / -`. */
export function isDistinctId(id: string): boolean {
  return /^[A-Za-z0-9._:/-]{1,100}$/.test(id);
}

/**
 * Says whether `text` shows `id`: the one rule that search, dry run and messages share (docs/design.md#whole-token).
 *
 * An id that was given counts only as a whole token. No letter, digit or `_` may border it, and `. : / -` may border it only
 * if no letter or digit lies beyond them: `run-1: deploy` and `T [run-1]` show `run-1`; `run-10`, `run-1-2` and `id:run-1` do
 * not. Any weaker rule would take another's run for ours. A generated id has a form of its own, and may be glued to anything
 * but a hex digit.
 */
export function shows(text: string, id: string): boolean {
  return text.includes(id) && bordered(id).test(text);
}

/** The word of `text` that contains `id` without showing it, e.g. `deploy-run-1` for `run-1`; undefined where there is none. */
export function gluedIn(text: string, id: string): string | undefined {
  if (!text.includes(id) || shows(text, id)) return undefined;
  return text.split(/\s+/).find((word) => word.includes(id));
}

function bordered(id: string): RegExp {
  // Of the characters that an id may have, only the dot means something in a pattern.
  const literal = id.replaceAll(".", "\\.");
  return new RegExp(
    GENERATED.exec(id)?.[0] === id ? `(?<![0-9a-fA-F])${literal}(?![0-9a-fA-F])` : wholeToken(literal),
    "u",
  );
}

function wholeToken(literal: string): string {
  return `(?<![\\p{L}\\p{M}\\p{N}_][.:/\\-]*)${literal}(?![.:/\\-]*[\\p{L}\\p{M}\\p{N}_])`;
}
