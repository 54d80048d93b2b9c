#!/usr/bin/env bash
# @actions/expressions 0.3.61 evaluates all arguments of `case()` before it chooses one, so that an expression fails by a value
# that nobody asked for. GitHub's runner evaluates the conditions in turn, then the one value (actions/runner, Case.cs), as
# both do for `&&` and `||`. So a name like `case(inputs.payload == '', 'by hand', fromJSON(inputs.payload).name)`, which GitHub
# shows, cannot be evaluated by the library.
# Ends with 1 as soon as the package behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @actions/expressions@0.3.61
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

const { version } = JSON.parse(readFileSync("node_modules/@actions/expressions/package.json", "utf8"));
const inputs = new data.Dictionary({ key: "payload", value: new data.StringData("") });
const context = new data.Dictionary({ key: "inputs", value: inputs });
const say = (source) => {
  try {
    const tree = new Parser(new Lexer(source).lex().tokens, ["inputs"], []).parse();
    return new Evaluator(tree, context).evaluate().coerceString();
  } catch (error) {
    return `error: ${error.message}`;
  }
};
const name = "fromJSON(inputs.payload).name";
const seen = {
  [`inputs.payload == '' && 'by hand' || ${name}`]: "by hand",
  [`case(inputs.payload == '', 'by hand', 'by a caller')`]: "by hand",
  [`case(inputs.payload == '', 'by hand', ${name})`]: "error: empty input",
};
console.log(`@actions/expressions ${version}, with an empty payload:`);
for (const source of Object.keys(seen)) console.log(`  ${source} → ${say(source)}`);
process.exit(Object.entries(seen).every(([source, expected]) => say(source) === expected) ? 0 : 1);
JS
node look.mjs
