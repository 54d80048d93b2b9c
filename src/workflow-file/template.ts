import { tokensOf } from "./tokens.ts";

type Part = string | { expression: string };

/** Linear time, even with many expressions that are never closed. */
export function partsOf(template: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (;;) {
    const start = template.indexOf("${{", end);
    const close = start === -1 ? -1 : closeOf(template, start + 3);
    if (close === -1) return [...parts, template.slice(end)];
    parts.push(template.slice(end, start), { expression: template.slice(start + 3, close) });
    end = close + 2;
  }
}

/** -1 where it is never closed; a `}}` in quotes does not close it. */
function closeOf(template: string, start: number): number {
  const marks = /'|\}\}/g;
  marks.lastIndex = start;
  let isQuoted = false;
  for (let mark = marks.exec(template); mark; mark = marks.exec(template)) {
    if (mark[0] === "'") isQuoted = !isQuoted;
    else if (isQuoted) marks.lastIndex = mark.index + 1;
    else return mark.index;
  }
  return -1;
}

/** Why GitHub cannot read a template, as far as that is certain. */
export function syntaxErrorIn(template: string): string | undefined {
  const parts = partsOf(template);
  const open = parts.find((part) => typeof part === "string" && part.includes("${{"));
  if (typeof open === "string") return `an unclosed \`\${{\`${hasOpenQuote(open) ? COMMENT : ""}`;
  const hasDoubleQuotes = expressionsIn(template).some((each) => each.replace(/'[^']*'/g, "").includes('"'));
  return hasDoubleQuotes ? "a `\"` in an expression, where GitHub accepts only `'`" : undefined;
}

/** YAML has cut `format('PR #{0}', …)` short, where nothing quotes all of it. */
const COMMENT = ": a text with ` #` in it needs quotes, or a comment begins there";

function hasOpenQuote(text: string): boolean {
  return text.slice(text.indexOf("${{")).split("'").length % 2 === 0;
}

/** Without `${{` and `}}`. */
export function expressionsIn(template: string): string[] {
  return partsOf(template).flatMap((part) => (typeof part === "string" ? [] : [part.expression]));
}

/** The expression that is all of a template; undefined where there is none, or more. */
export function wholeExpressionIn(template: string): string | undefined {
  const [expression] = expressionsIn(template);
  return template.trim() === `\${{${expression}}}` ? expression : undefined;
}

/** A condition is an expression even without `${{ }}`. */
export function conditionAsTemplate(condition: string): string {
  return condition.includes("${{") ? condition : `\${{${condition}}}`;
}

/** The texts before, between and behind the expressions. */
export function textsAround(template: string): string[] {
  return partsOf(template).flatMap((part) => (typeof part === "string" ? [part] : []));
}

/** The contexts and functions that a template uses, in lower case. None of an expression that cannot be read. */
export function namesIn(template: string): { contexts: Set<string>; functions: Set<string> } {
  const contexts = new Set<string>();
  const functions = new Set<string>();
  for (const tokens of expressionsIn(template).map(readableTokensOf))
    for (const [at, token] of tokens.entries()) {
      if (!/^[A-Za-z_]/.test(token) || tokens[at - 1] === ".") continue;
      (tokens[at + 1] === "(" ? functions : contexts).add(token.toLowerCase());
    }
  return { contexts, functions };
}

function readableTokensOf(expression: string): string[] {
  try {
    return tokensOf(expression);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
