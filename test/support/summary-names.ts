/** Names that somebody could give to a job, a step, a branch or a run, and what of them a reader has to see. */

import fc from "fast-check";

/** Each is an attempt at Markdown, HTML, Mermaid, or at what GitHub looks for in a finished page. */
export const NASTY_NAMES = [
  "a|b",
  "a\\|b\\",
  "`code` ``` ~~~",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "</a></td></table>",
  "<b>bold</b> <!-- hidden",
  "--> &lt;b&gt; &#35; &amp &copy;",
  "[x](https://evil.test/y)",
  "![x](https://evil.test/y) <https://evil.test>",
  "](https://evil.test) [a][b] [^1]",
  "https://evil.test/ http://a.b www.evil.test me@evil.test mailto:me@evil.test",
  "@octocat @octo/team x@octocat",
  "#123 octo/target#123 GH-123 (#1)",
  ":tada: :+1: ::",
  "$a$ $$b$$ $`c`$",
  "*a* **b** _c_ __d__ ~e~ ~~f~~",
  "# heading",
  "- [ ] task",
  "1. one",
  "> quote",
  "---",
  "| a | b |",
  "a: b; c, d # e %% f",
  "%%{init: {'theme': 'forest'}}%%",
  "section one",
  "click a href b",
  "gantt",
  "title x",
  "dateFormat x",
  "todayMarker off",
  "done, crit, 0, 1",
  "a :done, 2000-01-01 00:00:00, 5s",
  "style a fill:#f9f;",
  "classDef x fill:#fff;",
  "a=b \"c\" 'd' {e} <br> \\n \\\\",
  "#quot; #35; #x23;",
  "😀 👩‍👩‍👧 ﬂ°°35¶ß ¶ß",
  "שלום العالم",
  "constructor",
  "__proto__",
];

const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\uFFF9-\uFFFB]/gu;

export const anyName = fc
  .array(
    fc.oneof(
      fc.constantFrom(...NASTY_NAMES),
      fc.constantFrom(..."\\`*_{}[]<>()#+-.!|~&:;@$%^=\"'/,? \n\t"),
      fc.constantFrom("https://", "www.", "GH-", "&#", "%%{", "}%%", "<!--", "-->", "]("),
      // What shows nothing is struck out, by a rule of its own (test/rules/text/foreign-text.test.ts).
      fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replace(INVISIBLE, "")),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

/** What a reader sees of a name of which `maxLength` characters are shown. */
export function shown(name: string, maxLength: number): string {
  const visible = name.replace(/\s+/g, " ").trim();
  if (visible === "") return "(no name)";
  const characters = [...visible];
  if (characters.length <= maxLength) return visible;
  return `${characters
    .slice(0, maxLength - 1)
    .join("")
    .trimEnd()}…`;
}
