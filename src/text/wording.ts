/** e.g. "`a`, `b`" */
export function inCode(names: readonly string[], separator = ", "): string {
  return names.map((name) => `\`${name}\``).join(separator);
}

/** Beyond `most`, it only counts how many more there are: nobody reads a longer list. */
export function enumerated(names: readonly string[], most = 10, and = " and"): string {
  const more = names.length - most;
  return names.slice(0, most).join(", ") + (more > 0 ? `${and} ${more} more` : "");
}

/** As lines: beyond `most`, only how many more there are, of `what`. */
export function firstLines(lines: readonly string[], most: number, what: string): string[] {
  const more = lines.length - most;
  return more > 0 ? [...lines.slice(0, most), `… and ${more} more ${what}`] : [...lines];
}

/** e.g. "timed out" for GitHub's `timed_out` */
export function spoken(word: string): string {
  return word.replaceAll("_", " ");
}

/** e.g. `40 s`, `12 min 5 s`, `3 h 2 min` */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts =
    h > 0 ? [`${h} h`, min > 0 && `${min} min`] : [min > 0 && `${min} min`, (s > 0 || min === 0) && `${s} s`];
  return parts.filter(Boolean).join(" ");
}

/** e.g. `12:30:00 UTC` */
export function timeOfDay(epochMs: number): string {
  return dateAndTime(epochMs).replace(/^\S+ (?=\S+ UTC$)/, "");
}

/** e.g. `2026-11-22 12:30:00 UTC` */
export function dateAndTime(epochMs: number): string {
  // The limit of `Date`; only a broken server's time exceeds it.
  if (Math.abs(epochMs) > 8.64e15) return "an unknown time";
  return new Date(epochMs).toISOString().replace(/^(.+)T(.{8}).*$/, "$1 $2 UTC");
}
