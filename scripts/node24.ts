/** The same actions for `using: node24`, from folders of their own. */

import { dirname, relative } from "node:path";

/** Each action.yml by the one that is made of it. */
export const TWINS = { "node24/action.yml": "action.yml", "node24/report/action.yml": "report/action.yml" } as const;

type Twin = keyof typeof TWINS;

const LINES: Record<Twin, readonly (readonly [from: string, to: string])[]> = {
  "node24/action.yml": [
    ["using: node20", "using: node24"],
    ["main: dist/index.js", "main: ../dist/index.js"],
    ["post: dist/post.js", "post: ../dist/post.js"],
  ],
  "node24/report/action.yml": [
    ["using: node20", "using: node24"],
    ["main: ../dist/report.js", "main: ../../dist/report.js"],
  ],
};

/** @throws Error where `actionYml` has not each of the lines that differ, once */
export function forNode24(actionYml: string, twin: Twin = "node24/action.yml"): string {
  const about = `# Written by \`npm run readme\` from ${relative(dirname(twin), TWINS[twin])}: the same bundle, declared for Node 24. Change that file, not this one.
`;
  return LINES[twin].reduce((text, [from, to]) => {
    const parts = text.split(`  ${from}\n`);
    if (parts.length !== 2) throw new Error(`${TWINS[twin]} has not one line "${from}", but ${parts.length - 1}`);
    return parts.join(`  ${to}\n`);
  }, about + actionYml);
}
