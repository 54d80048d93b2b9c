#!/usr/bin/env bash
# nektos/act 0.2.89 takes from an action every variable of the workflow's and the job's `env:` whose name contains `INPUT_`, not
# only those that begin so: an action does not see DEPLOY_INPUT_DIR, a `run:` step of the same job does. It clears away inputs of
# other steps so (pkg/runner/step.go, mergeEnv). GitHub's runner hands on the whole `env:` (actions/runner, ActionRunner.cs).
# Without Docker, by act's own way to run on the machine itself. Ends with 1 as soon as act behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
GOBIN="$folder/bin" go install github.com/nektos/act@v0.2.89
export HOME="$folder" XDG_CONFIG_HOME="$folder/config" XDG_CACHE_HOME="$folder/cache"
mkdir -p config/act work/.github/workflows work/show
touch config/act/actrc
cat >work/.github/workflows/look.yml <<'YAML'
on: push
env:
  DEPLOY_INPUT_DIR: here
  DEPLOY_DIR: here
jobs:
  look:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6 # act copies the folder
      - uses: ./show
      - run: echo "a run step sees $DEPLOY_INPUT_DIR, $DEPLOY_DIR"
YAML
cat >work/show/action.yml <<'YAML'
name: Show
description: Prints two variables
runs: {using: node20, main: index.js}
YAML
echo 'console.log(`an action sees ${process.env.DEPLOY_INPUT_DIR}, ${process.env.DEPLOY_DIR}`);' >work/show/index.js
cd work
git init --quiet
git add .
git -c user.name=a -c user.email=a@example.com commit --quiet --message a
"$folder/bin/act" --version
seen=$("$folder/bin/act" --platform ubuntu-latest=-self-hosted 2>&1 | sed -n 's/.*| \(an\? .* sees\)/\1/p')
echo "$seen"
[ "$seen" = "an action sees undefined, here
a run step sees here, here" ]
