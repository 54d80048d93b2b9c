#!/usr/bin/env bash
# nektos/act 0.2.89 kills a step when it is itself told to stop (SIGINT, Ctrl-C): no SIGINT reaches the step, in a terminal
# neither, since each step is a session of its own. So what an action does on a signal never runs; its `post` step does, with
# its state. GitHub's runner sends SIGINT first, SIGTERM after 7.5 s, and kills 2.5 s later
# (actions/runner, ProcessInvoker.cs).
# Without Docker, by act's own way to run on the machine itself. Ends with 1 as soon as act behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
GOBIN="$folder/bin" go install github.com/nektos/act@v0.2.89
export HOME="$folder" XDG_CONFIG_HOME="$folder/config" XDG_CACHE_HOME="$folder/cache"
mkdir -p config/act work/.github/workflows work/wait
touch config/act/actrc
cat >work/.github/workflows/look.yml <<'YAML'
on: push
jobs:
  look:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6 # act copies the folder
      - uses: ./wait
YAML
cat >work/wait/action.yml <<'YAML'
name: Wait
description: Waits until a signal comes
runs:
  using: node20
  main: index.js
  post: index.js
YAML
cat >work/wait/index.js <<'JS'
const { appendFileSync, writeFileSync } = require("node:fs");
if (process.env.STATE_began) {
  console.log("the post step runs, and knows: began", process.env.STATE_began);
} else {
  appendFileSync(process.env.GITHUB_STATE, "began=yes\n");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => console.log("a signal came:", signal) ?? process.exit(1));
  writeFileSync(`${process.env.HOME}/began`, "");
  setTimeout(() => {}, 60_000);
}
JS
cd work
git init --quiet
git add .
git -c user.name=a -c user.email=a@example.com commit --quiet --message a
"$folder/bin/act" --version
"$folder/bin/act" --platform ubuntu-latest=-self-hosted >"$folder/log" 2>&1 &
act=$!
for _ in $(seq 300); do [ -e "$folder/began" ] || sleep 0.1; done
kill -INT "$act"
wait "$act" || true
grep -E 'signal|post step runs' "$folder/log"
grep -q 'this step has been cancelled: signal: killed' "$folder/log"
grep -q 'the post step runs, and knows: began yes' "$folder/log"
! grep -q 'a signal came' "$folder/log"
