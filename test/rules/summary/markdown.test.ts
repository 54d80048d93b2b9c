import { describe, expect, test } from "vitest";
import { exampleJob, lines, summary } from "../../support/summary-examples.ts";

const JOB_URL = "https://github.com/octo/target/actions/runs/1/job/11";

describe("a name", () => {
  test.each([
    ["plain", "build (ubuntu-24.04, 20)!", "build (ubuntu-24.04, 20)!", "build (ubuntu-24.04, 20)!"],
    ["a pipe", "a|b\\|c", "a&#124;b\\\\&#124;c", "a|b\\|c"],
    ["backticks", "`a` ```", "\\`a\\` \\`\\`\\`", "`a` ```"],
    ["HTML", "<script>x</script>", "&#60;script&#62;x&#60;/script&#62;", "#60;script#62;x#60;/script#62;"],
    ["a comment", "<!-- a", "&#60;!-- a", "#60;!-- a"],
    ["an entity", "&lt; &#35;", "&#38;lt; &#38;<span>#</span>35;", "#38;lt#59; #38;#35;35#59;"],
    ["a link", "[x](y) ![z](w)", "\\[x\\](y) !\\[z\\](w)", "[x](y) ![z](w)"],
    ["a reference", "[x]: /y", "\\[x\\]: /y", "[x]#58; /y"],
    ["emphasis", "*a* _b_ ~~c~~", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~", "*a* _b_ ~~c~~"],
    ["a mention", "@octo/team a@b.c", "<span>@</span>octo/team a<span>@</span>b.c", "@octo/team a@b.c"],
    ["an issue", "#123 o/r#4 GH-5 # 6", "<span>#</span>123 o/r<span>#</span>4 GH<span>-</span>5 # 6", undefined],
    ["an emoji by name", ":tada: a: b", "<span>:</span>tada: a: b", "#58;tada#58; a#58; b"],
    ["a formula", "$a$ $$b$$", undefined, "$a$ $$b$$"],
    ["an address", "https://a.b www.a.b", "https<span>:</span>//a.b www<span>.</span>a.b", undefined],
    ["Mermaid's signs", "a:b;c#d,e%%f{g}", "a:b;c#d,e%%f{g}", "a#58;b#59;c#35;d,e#37;#37;f{g}"],
    ["a word of Mermaid's", "section click", "section click", "section click"],
    ["emoji", "👩‍👩‍👧 🚀", "👩‍👩‍👧 🚀", "👩‍👩‍👧 🚀"],
    ["lines", " a\r\nb\u2028c\td ", "a b c d", "a b c d"],
    ["marks of direction", "a\u202Eb\u2066c\u200F", "abc", "abc"],
    ["what nobody sees", "\u200B\uFEFF a\u2060", "a", "a"],
    ["half a character", "a\uD83D", "a\uFFFD", "a\uFFFD"],
    ["nothing", "", "(no name)", "(no name)"],
    ["nothing visible", " \u200B\u00AD\t", "(no name)", "(no name)"],
    ["too much", "é".repeat(10_000), `${"é".repeat(99)}…`, `${"é".repeat(39)}…`],
    ["half a pair at the cut", "🚀".repeat(101), `${"🚀".repeat(99)}…`, `${"🚀".repeat(39)}…`],
  ])("of %s shows as text", (_, name, markdown, task) => {
    const shown = summary({ jobs: [exampleJob(name, 5, 60), exampleJob("other", 5, 60, { conclusion: "failure" })] });
    if (markdown !== undefined) {
      expect(shown).toMatch(`| [${markdown}](${JOB_URL}) | ✅ success |`);
    }
    if (task !== undefined) expect(lines(shown, "  ✓")).toEqual([`  ✓ ${task} :done, 2000-01-01 00:00:05, 55s`]);
  });
});
