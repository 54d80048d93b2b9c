/** Splits an expression as GitHub does. */

const TOKEN = /\s*('(?:[^']|'')*'|[-+]?\.?\d(?:[eE][-+]|[\w.])*|[A-Za-z_][\w-]*|\|\||&&|[=!<>]=|[!<>()[\],.*])/y;

/** @throws SyntaxError */
export function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = expression.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const token = TOKEN.exec(expression)?.[1];
    if (token === undefined) throw new SyntaxError();
    tokens.push(token);
  }
  return tokens;
}
