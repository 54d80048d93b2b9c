#!/usr/bin/env bash
# @actions/expressions 0.3.61 undoubles only the first doubled quote of a text: 'it''s Ann''s' is "it's Ann''s" there. Its
# lexer calls `replace("''", "'")`, which replaces once in JavaScript. GitHub's runner undoubles each (actions/runner,
# LexicalAnalyzer.cs ReadStringToken).
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
const say = (source) =>
  new Evaluator(new Parser(new Lexer(source).lex().tokens, [], []).parse(), new data.Dictionary())
    .evaluate()
    .coerceString();
const one = say("'it''s'");
const two = say("'it''s Ann''s'");
console.log(`@actions/expressions ${version}: 'it''s' → ${one}; 'it''s Ann''s' → ${two}`);
process.exit(one === "it's" && two === "it's Ann''s" ? 0 : 1);
JS
node look.mjs
