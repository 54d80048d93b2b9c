/** Names from another repository as Markdown: none may be read as Markdown or HTML, mention anybody, or link elsewhere. */

import { withoutInvisible } from "../text/foreign-text.ts";

const MAX_NAME_LENGTH = 100;
/** How much longer a name may be before it is cleaned: nobody waits for a text of megabytes. */
const UNCLEANED = 8;
const MAX_URL_LENGTH = 500;

/** Only the name where `url` is not a web page. */
export function link(name: string, url: string, maxLength = MAX_NAME_LENGTH): string {
  const target = linkTarget(url);
  const text = asText(name, maxLength);
  return target === undefined ? text : `[${text}](${target})`;
}

function linkTarget(url: string): string | undefined {
  if (!/^https?:\/\//i.test(url) || url.length > MAX_URL_LENGTH || !URL.canParse(url)) return undefined;
  // The standard's `href` is ASCII.
  const hex = (character: string) => character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
  return new URL(url).href
    .replace(/[^\w\-.~:/?#@!&'*+,;=%]/gu, (character) => `%${hex(character)}`)
    .replaceAll("&", "&amp;");
}

/** As HTML: Markdown parsers disagree about a pipe or a backslash between backticks in a table. */
export function code(name: string): string {
  return `<code>${asText(name)}</code>`;
}

// Escapes what Markdown reads. What GitHub finds in the finished page, escaped or not (mentions, references, emoji, formulas,
// addresses), is cut by a `span` around its sign, as GitHub's documentation advises for `$`; copied text stays the same.
export function asText(name: string, maxLength = MAX_NAME_LENGTH): string {
  return plain(name, maxLength).replace(
    /[$@]|#(?=\d)|:(?=\/\/|[\w+-]+:)|(?<=GH)-(?=\d)|(?<=www)\.|[&<>|]|[\\`*_[\]~]/gi,
    (sign) => {
      if (/[$@#:.-]/.test(sign)) return `<span>${sign}</span>`;
      // In a table a backslash before a pipe may itself be escaped.
      if (/[&<>|]/.test(sign)) return `&#${sign.charCodeAt(0)};`;
      return `\\${sign}`;
    },
  );
}

export function plain(name: string, maxLength: number): string {
  const text = withoutInvisible(name.slice(0, UNCLEANED * maxLength))
    // Halves of surrogate pairs.
    .replace(/\p{Cs}/gu, "\uFFFD")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  if (!/[^\s\p{C}\p{M}]/u.test(text)) return "(no name)";
  const characters = Array.from(text);
  if (characters.length <= maxLength && name.length <= UNCLEANED * maxLength) return text;
  const shortened = characters.slice(0, maxLength - 1).join("");
  return `${shortened.trimEnd()}…`;
}

/** The fence is longer than any in `text`, so that nothing in it ends the block. */
export function fenced(text: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 2);
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
