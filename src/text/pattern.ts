/** Whether a text fits a pattern with gaps, each of which stands for any text. Pure. */

/**
 * Says whether `text` is the `parts` in their order, with any text between them. Each part is taken at its first occurrence:
 * a regular expression with many gaps would try every way to split a long text.
 */
export function fitsParts(text: string, [first = "", ...rest]: readonly string[]): boolean {
  const last = rest.pop();
  if (last === undefined) return text === first;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.startsWith(first) && text.endsWith(last) && text.length - last.length >= at;
}
