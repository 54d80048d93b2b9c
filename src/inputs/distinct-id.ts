/** The id by which a run is found: how it is made, what it may look like, and when a text shows it. */

/**
 * A fresh id: the caller's run, its attempt and 16 hex digits that nobody else has, as `freshHex` makes them, e.g.
 * `1658821493-1-9f3c2a7e41d06b58`; so that the receiver's page tells where the run came from.
 */
export function generateDistinctId(caller: { runId: string; runAttempt: string }, hex: string): string {
  return `${caller.runId}-${caller.runAttempt}-${hex}`;
}

/** Four hex digits are a clock that begins anew after this, some 66 s. */
const ROUND_MS = 0x10000;

/**
 * The digits of a fresh id: four for the moment it is made (`epochMs`), by which many who look for their runs at the same
 * time find their way, and twelve that are random.
 */
export function freshHex(epochMs: number, randomHex: string): string {
  return (Math.floor(epochMs) % ROUND_MS).toString(16).padStart(4, "0") + randomHex;
}

/** So many of those digits are the key of the dispatch instead, where equal dispatches are to share a run (`reuse`). */
export const KEY_LENGTH = 10;

/** A generated id: no hex digit borders it. All else may: `deploy-ID`, `vID`, `ID-prod` and `prod/ID` are as sure as `ID`. */
const GENERATED = /(?<![0-9a-f])\d+-\d+-([0-9a-f]{4})[0-9a-f]{12}(?![0-9a-f])/i;

/** The id that `text` shows, if it is one that was generated: some other dispatch's, if it is not ours. */
export function generatedIdIn(text: string): string | undefined {
  return GENERATED.exec(text)?.[0];
}

/** What a generated id tells of its dispatch: the caller's run and attempt, and the key where it has one. */
export function partsOf(generatedId: string): { callersRunId: string; callersAttempt: number; key: string } {
  const [callersRunId = "", attempt = "", hex = ""] = generatedId.toLowerCase().split("-");
  return { callersRunId, callersAttempt: Number(attempt), key: hex.slice(0, KEY_LENGTH) };
}

/**
 * How much later than `other` an id was made, in ms; negative if it is the older. Undefined unless both were generated.
 * Only the order of reading may depend on it: callers' clocks differ, and after half a round, later is earlier.
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
 * An id that was given counts as a whole token only. No letter, digit or `_` borders it, and `. : / -` border it only if no
 * letter or digit lies beyond them: `run-1` is in `run-1: deploy` and `T [run-1]`, and is not in `run-10`, `run-1-2` or
 * `id:run-1`. Anything weaker takes a neighbour's run for ours. A generated id has a form of its own and may be glued to what
 * is no hex digit.
 */
export function shows(text: string, id: string): boolean {
  return text.includes(id) && bordered(id).test(text);
}

/** The word in which `text` has `id` without showing it, e.g. `deploy-run-1` for `run-1`; undefined where there is none. */
export function gluedIn(text: string, id: string): string | undefined {
  if (!text.includes(id) || shows(text, id)) return undefined;
  return text.split(/\s+/).find((word) => word.includes(id));
}

function bordered(id: string): RegExp {
  // Of what an id may hold, only the dot has a meaning in a pattern.
  const literal = id.replaceAll(".", "\\.");
  return new RegExp(
    GENERATED.exec(id)?.[0] === id ? `(?<![0-9a-fA-F])${literal}(?![0-9a-fA-F])` : wholeToken(literal),
    "u",
  );
}

function wholeToken(literal: string): string {
  return `(?<![\\p{L}\\p{M}\\p{N}_][.:/\\-]*)${literal}(?![.:/\\-]*[\\p{L}\\p{M}\\p{N}_])`;
}
