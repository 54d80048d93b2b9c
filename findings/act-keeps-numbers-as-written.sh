#!/usr/bin/env bash
# nektos/act 0.2.89 hands a number in `with:` to the action as it is written, GitHub as what YAML reads: `version: 1.10` is "1.10"
# with act and "1.1" on GitHub, and short commit ids such as 0123456 and 12e4567 are "123456" and "Infinity" there. So a workflow
# that lacks quotes is green with act. @actions/workflow-parser 0.3.61 is GitHub's own parser.
# Without Docker, by act's own way to run on the machine itself. Ends with 1 as soon as one of them behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
GOBIN="$folder/bin" go install github.com/nektos/act@v0.2.89
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @actions/workflow-parser@0.3.61 esbuild@0.25.12
mkdir -p config/act work/.github/workflows work/show
cat >work/.github/workflows/look.yml <<'YAML'
on: push
jobs:
  look:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6 # act copies the folder
      - uses: ./show
        with: {a: 1.10, b: 0x10, c: 1e3, d: 0123456, e: 12e4567, f: True, g: 1.5}
YAML
cat >look.js <<'JS'
import { readFileSync } from "node:fs";
import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";

const content = readFileSync("work/.github/workflows/look.yml", "utf8");
const { context, value } = parseWorkflow({ name: "look.yml", content }, new NoOperationTraceWriter());
if (context.errors.getErrors().length > 0) throw new Error("the parser refuses it");
const at = (token, key) => (typeof key === "number" ? token.get(key) : token.find(key));
const given = ["jobs", "look", "steps", 1, "with"].reduce(at, value);
console.log(["a", "b", "c", "d", "e", "f", "g"].map((key) => given.find(key).toString()).join(" "));
JS
# It imports JSON without saying so, which Node refuses.
npx esbuild look.js --bundle --platform=node --format=cjs --outfile=look.cjs --log-level=error
github=$(node look.cjs)

export HOME="$folder" XDG_CONFIG_HOME="$folder/config" XDG_CACHE_HOME="$folder/cache"
touch config/act/actrc
cat >work/show/action.yml <<'YAML'
name: Show
description: Prints its inputs
inputs: {a: {}, b: {}, c: {}, d: {}, e: {}, f: {}, g: {}}
runs: {using: node20, main: index.js}
YAML
echo 'console.log("given:", ..."ABCDEFG".split("").map((name) => process.env[`INPUT_${name}`]));' >work/show/index.js
cd work
git init --quiet
git add .
git -c user.name=a -c user.email=a@example.com commit --quiet --message a
"$folder/bin/act" --version
act=$("$folder/bin/act" --platform ubuntu-latest=-self-hosted 2>&1 | sed -n 's/.*given: //p')
printf '%s\n' "act:    $act" "GitHub: $github"
[ "$act" = "1.10 0x10 1e3 0123456 12e4567 True 1.5" ] && [ "$github" = "1.1 16 1000 123456 Infinity true 1.5" ]
