#!/usr/bin/env bash
# @actions/expressions 0.3.61, GitHub's own evaluator in JavaScript, loses an object's key `constructor`: its dictionary
# looks keys up in a plain `{}`, where that name is there already. The key is neither read nor printed, and nothing says so.
# GitHub's runner has no such name: there it is a key as any other (actions/runner, DictionaryContextData.cs).
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
const contexts = JSON.parse('{"inputs": {"constructor": "ours", "other": "kept"}}', data.reviver);
const say = (source) => {
  const parsed = new Parser(new Lexer(source).lex().tokens, ["inputs"], []).parse();
  return new Evaluator(parsed, contexts).evaluate().coerceString();
};
const seen = ["inputs.other", "inputs.constructor", "toJSON(inputs)"].map((source) => [source, say(source)]);
console.log(`@actions/expressions ${version}, of {"constructor": "ours", "other": "kept"}:`);
for (const [source, value] of seen) console.log(`  ${source} → ${JSON.stringify(value)}`);
const expected = ["kept", "", '{\n  "other": "kept"\n}'];
process.exit(seen.every(([, value], index) => value === expected[index]) ? 0 : 1);
JS
node look.mjs
