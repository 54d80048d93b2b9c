/** The same action for `using: node24`, from a folder of its own. */

const ABOUT = `# Written by \`npm run readme\` from ../action.yml: the same bundle, declared for Node 24. Change that file, not this one.
`;

/** @throws Error where action.yml has not each of the lines that differ, once */
export function forNode24(actionYml: string): string {
  const lines = [
    ["using: node20", "using: node24"],
    ["main: dist/index.js", "main: ../dist/index.js"],
    ["post: dist/post.js", "post: ../dist/post.js"],
  ] as const;
  return lines.reduce((text, [from, to]) => {
    const parts = text.split(`  ${from}\n`);
    if (parts.length !== 2) throw new Error(`action.yml has not one line "${from}", but ${parts.length - 1}`);
    return parts.join(`  ${to}\n`);
  }, ABOUT + actionYml);
}
