/** The id by which a run is known: how it is made, what it may look like, and when a text shows it. */

/**
 * A fresh id: the caller's run, its attempt and 64 random bits, e.g. `1658821493-1-9f3c2a7e41d06b58`, so that the
 * receiver's page tells where the run came from.
 */
export function generateDistinctId(caller: { runId: string; runAttempt: string }, randomHex: string): string {
  return `${caller.runId}-${caller.runAttempt}-${randomHex}`;
}

/** Says whether `text` shows an id such as `generateDistinctId` makes: some other dispatch's, if it is not ours. */
export function showsGeneratedId(text: string): boolean {
  return /(?<![\p{L}\p{N}_])\d+-\d+-[0-9a-f]{16}(?![\p{L}\p{N}_])/u.test(text);
}

/** Says whether `id` may be a distinct id: 1 to 100 letters, digits and `. _ : / -`. */
export function isDistinctId(id: string): boolean {
  return /^[A-Za-z0-9._:/-]{1,100}$/.test(id);
}

/**
 * Says whether `text` shows `id` as a whole token. No letter, digit or `_` borders it, and `. : / -` border it only
 * if no letter or digit lies beyond them: `run-1` is in `run-1: deploy` and `T [run-1]`, and is not in `run-10`,
 * `run-1-2` or `id:run-1`. Anything weaker takes a neighbour's run for ours.
 */
export function shows(text: string, id: string): boolean {
  return text.includes(id) && wholeToken(id).test(text);
}

function wholeToken(id: string): RegExp {
  // Of what an id may hold, only the dot has a meaning in a pattern.
  const literal = id.replaceAll(".", "\\.");
  return new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_][.:/\\-]*)${literal}(?![.:/\\-]*[\\p{L}\\p{M}\\p{N}_])`, "u");
}
