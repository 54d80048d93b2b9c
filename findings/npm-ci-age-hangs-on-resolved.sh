#!/usr/bin/env bash
# npm 11.19.1 with `min-release-age`: whether `npm ci` asks for the age of a locked version depends on the lock file's `resolved`.
# With it, a version of any age is installed without a word (npm/cli#9281: "has no effect"). Without it, as
# `omit-lockfile-registry-resolved=true` writes lock files, `npm ci` ends with ETARGET: "No matching version found … with a date
# before …". `integrity` is the same in both. There `min-release-age-exclude` does not help either: `npm install` obeys it, and
# `npm ci` of the lock file that it has just written fails. So a fix in a hurry needs a smaller `min-release-age`.
# A window of 7,000 days stands for a version of today, so that it shows at any time.
# Ends with 1 as soon as npm behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir tool project
(cd tool && npm init -y >/dev/null && npm install --silent --no-audit --no-fund npm@11.19.1)
npm=(node "$folder/tool/node_modules/npm/bin/npm-cli.js")
cd project
echo "npm $("${npm[@]}" --version 2>/dev/null)"
"${npm[@]}" init -y >/dev/null 2>&1
"${npm[@]}" install --silent --no-audit --no-fund --omit-lockfile-registry-resolved=false ms@2.1.3
cp package-lock.json with.json
jq 'del(.packages[].resolved)' with.json >without.json
look() {
  rm -rf node_modules
  "${npm[@]}" "$@" --no-audit --no-fund --omit-lockfile-registry-resolved=true 2>&1 | grep -oE 'ETARGET|added 1 package' || true
}
locked() {
  cp "$1.json" package-lock.json
  look ci "${@:2}"
}
window=--min-release-age=7000
with=$(locked with "$window")
without=$(locked without "$window")
any=$(locked without)
refused=$(rm package-lock.json && look install ms@2.1.3 "$window")
installed=$(rm -f package-lock.json && look install ms@2.1.3 "$window" --min-release-age-exclude=ms)
excluded=$(look ci "$window" --min-release-age-exclude=ms)
printf '%s\n' "ci, with resolved: $with" "ci, without: $without" "ci, without, no window: $any" \
  "install: $refused" "install, excluded: $installed" "ci of that, excluded: $excluded"
[[ "$with, $without, $any" == 'added 1 package, ETARGET, added 1 package' ]]
[[ "$refused, $installed, $excluded" == 'ETARGET, added 1 package, ETARGET' ]]
