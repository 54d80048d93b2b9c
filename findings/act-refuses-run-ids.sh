#!/usr/bin/env bash
# nektos/act 0.2.89 refuses a workflow with a whole number of more than 32 bits in an expression, such as the id of any run of
# today (30000000011): "value out of range", and then each key of the job is an unknown property. It reads them by actionlint's
# parser, with ParseInt(…, 32). GitHub's numbers are doubles: @actions/expressions 0.3.61, which is GitHub's own, takes it, and
# so does act when it comes from fromJSON.
# Without Docker, by act's own way to run on the machine itself. Ends with 1 as soon as one of them behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
GOBIN="$folder/bin" go install github.com/nektos/act@v0.2.89
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @actions/expressions@0.3.61
node --input-type=module -e '
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
const { tokens } = new Lexer("30000000011 == 30000000011").lex();
console.log("@actions/expressions 0.3.61:", new Evaluator(new Parser(tokens, [], []).parse(), new data.Dictionary()).evaluate().coerceString());
' | tee github.txt
export HOME="$folder" XDG_CONFIG_HOME="$folder/config" XDG_CACHE_HOME="$folder/cache"
mkdir -p config/act work/.github/workflows
touch config/act/actrc
cd work
git init --quiet
git -c user.name=a -c user.email=a@example.com commit --quiet --allow-empty --message a
"$folder/bin/act" --version
look() {
  printf 'on: push\njobs:\n  look:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ %s }}\n' "$1" >.github/workflows/look.yml
  "$folder/bin/act" --platform ubuntu-latest=-self-hosted 2>&1 | grep -E 'value out of range|Job succeeded|Unknown Property runs-on' || true
}
small=$(look '2147483647 == 2147483647')
large=$(look '30000000011 == 30000000011')
json=$(look "fromJSON('30000000011') == fromJSON('30000000011')")
printf '%s\n' "2147483647: $small" "30000000011: $large" "by fromJSON: $json"
grep -q ': true' "$folder/github.txt"
[[ $small == *succeeded* && $large == *'value out of range'* && $large == *'Unknown Property runs-on'* && $json == *succeeded* ]]
