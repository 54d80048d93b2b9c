/** Words and names as messages write them. */

/** Names in code marks, e.g. "`a`, `b`". */
export function inCode(names: readonly string[], separator = ", "): string {
  return names.map((name) => `\`${name}\``).join(separator);
}

/** Names separated by commas; beyond `most`, only how many more there are: nobody reads a longer list. */
export function enumerated(names: readonly string[], most = 10, and = " and"): string {
  const more = names.length - most;
  return names.slice(0, most).join(", ") + (more > 0 ? `${and} ${more} more` : "");
}

/** A status or a conclusion as a person writes it, e.g. "timed out" for GitHub's `timed_out`. */
export function spoken(word: string): string {
  return word.replaceAll("_", " ");
}
