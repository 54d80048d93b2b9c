import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

/** What `${{ }}` may speak of: context name → plain JSON. */
export type Contexts = Record<string, unknown>;

// A string literal may hold "}}", and a quote in it is doubled.
const expression = /\$\{\{((?:'(?:[^']|'')*'|[^'])*?)\}\}/g;

function parse(source: string, names: readonly string[]) {
  return new Parser(new Lexer(source).lex().tokens, [...names], []).parse();
}

/** Throws where a text speaks of a context or function that GitHub does not offer there. */
export function checkTemplate(text: string, names: readonly string[], where: string): void {
  for (const [, source = ""] of text.matchAll(expression)) {
    try {
      parse(source, names);
    } catch (error) {
      throw new Error(`${where}: \${{${source}}}: ${(error as Error).message}`);
    }
  }
}

/** Replaces each `${{ }}` by its value, with GitHub's own evaluator. */
export function fillTemplate(text: string, contexts: Contexts): string {
  const names = Object.keys(contexts);
  return text.replace(expression, (_, source: string) => {
    const dictionary = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
    const value = new Evaluator(parse(source, names), dictionary).evaluate();
    return value.coerceString();
  });
}
