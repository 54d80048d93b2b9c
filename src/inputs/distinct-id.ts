/** e.g. `1658821493-1-9f3c2a7e41d06b58`: the caller's run and attempt, to show where the run came from, and `hex` (`generateIdHex`). */
export function generateDistinctId(caller: { runId: string; runAttempt: string }, hex: string): string {
  return `${caller.runId}-${caller.runAttempt}-${hex}`;
}

/** Four hex digits count this many milliseconds (about 66 s), then wrap around. */
const ROUND_MS = 0x10000;
const HEX_LENGTH = 16;

/** Four digits of the time, by which many simultaneous searches choose what to read first, then twelve random ones. */
export function generateIdHex(epochMs: number, randomHex: string): string {
  return (Math.floor(epochMs) % ROUND_MS).toString(16).padStart(4, "0") + randomHex;
}

/** Of an id that was made `ms` before the dispatch was ready: the order of dispatches is read from their ids. */
export function madeLater(id: string, ms: number): string {
  const made = GENERATED.exec(id)?.[1];
  if (made === undefined) return id;
  const random = id.slice(made.length - HEX_LENGTH);
  return id.slice(0, -HEX_LENGTH) + generateIdHex(Number.parseInt(made, 16) + ms, random);
}

/** With `reuse`, this many leading digits are the key that equal dispatches share (reuse-key.ts). */
export const KEY_LENGTH = 10;

export function withKey(id: string, key: string): string {
  return id.slice(0, -HEX_LENGTH) + key + id.slice(key.length - HEX_LENGTH);
}

/** Only a hex digit may not border a generated id: `deploy-ID`, `vID` and `prod/ID` are as certain as `ID`. */
const GENERATED = /(?<![0-9a-f])\d+-\d+-([0-9a-f]{4})[0-9a-f]{12}(?![0-9a-f])/i;

/** The generated id in `text`, ours or another dispatch's. */
export function generatedIdIn(text: string): string | undefined {
  return GENERATED.exec(text)?.[0];
}

export function parseGeneratedId(generatedId: string): { callersRunId: string; callersAttempt: number; key: string } {
  const [callersRunId = "", attempt = "", hex = ""] = generatedId.toLowerCase().split("-");
  return { callersRunId, callersAttempt: Number(attempt), key: hex.slice(0, KEY_LENGTH) };
}

/** In ms; undefined unless both were generated. For the order of reading only: callers' clocks differ, and the time wraps. */
export function madeLaterMs(id: string, other: string): number | undefined {
  const [madeMs, otherMs] = [id, other].map((each) => Number.parseInt(GENERATED.exec(each)?.[1] ?? "", 16));
  if (madeMs === undefined || otherMs === undefined || Number.isNaN(madeMs + otherMs)) return undefined;
  const half = ROUND_MS / 2;
  return ((madeMs - otherMs + 3 * half) % ROUND_MS) - half;
}

export function isDistinctId(id: string): boolean {
  return /^[A-Za-z0-9._:/-]{1,100}$/.test(id);
}

/**
 * The one rule that search, dry run and messages share (docs/design.md#whole-token). A given id counts only as a whole token,
 * or another's run would pass for ours: no letter, digit or `_` may border it, and `. : / -` only if no letter or digit lies
 * beyond. `run-1: deploy` and `T [run-1]` show `run-1`; `run-10`, `run-1-2` and `id:run-1` do not.
 */
export function showsDistinctId(text: string, id: string): boolean {
  if (id === "") return false;
  const isGenerated = generatedIdIn(id) === id;
  for (const place of placesOf(id, text)) if (isBordered(text, place, isGenerated)) return true;
  return false;
}

/** The word that contains `id` without showing it, e.g. `deploy-run-1` for `run-1`. */
export function wordContainingId(text: string, id: string): string | undefined {
  if (!text.includes(id) || showsDistinctId(text, id)) return undefined;
  return text.split(/\s+/).find((word) => word.includes(id));
}

/** Where `id` stands in `text`, from the left. */
function* placesOf(id: string, text: string): Generator<{ start: number; end: number }> {
  for (let start = text.indexOf(id); start >= 0; start = text.indexOf(id, start + 1))
    yield { start, end: start + id.length };
}

const ENDS_WITH_HEX = /[0-9a-f]$/i;
const BEGINS_WITH_HEX = /^[0-9a-f]/i;
const ENDS_WITH_WORD = /[\p{L}\p{M}\p{N}_]$/u;
const BEGINS_WITH_WORD = /^[\p{L}\p{M}\p{N}_]/u;
const JOINS = new Set(".:/-");

// One expression for all of this would look behind at each character, which takes quadratic time.
function isBordered(text: string, { start, end }: { start: number; end: number }, isGenerated: boolean): boolean {
  if (isGenerated) return !ENDS_WITH_HEX.test(text.charAt(start - 1)) && !BEGINS_WITH_HEX.test(text.charAt(end));
  let [before, after] = [start, end];
  while (JOINS.has(text.charAt(before - 1))) before--;
  while (JOINS.has(text.charAt(after))) after++;
  // A letter may have two units.
  const [left, right] = [text.slice(Math.max(before - 2, 0), before), text.slice(after, after + 2)];
  return !ENDS_WITH_WORD.test(left) && !BEGINS_WITH_WORD.test(right);
}
