#!/usr/bin/env bash
# nektos/act 0.2.89 reads a line that a step prints as a command up to its LAST `::`: "::error::Cannot find std::vector" is no error
# there, but the unknown command `error::Cannot` with the value "vector" (❓), as is a warning with `a::b` in it. Its pattern is
# ^::([^ ]+)( (.+))?::([^\r\n]*), whose parts take as much as they can. GitHub's runner ends the command at the first `::`
# (actions/runner, ActionCommand.cs TryParseV2).
# Without Docker, by act's own way to run on the machine itself. Ends with 1 as soon as act behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
GOBIN="$folder/bin" go install github.com/nektos/act@v0.2.89
export HOME="$folder" XDG_CONFIG_HOME="$folder/config" XDG_CACHE_HOME="$folder/cache"
mkdir -p config/act work/.github/workflows
touch config/act/actrc
cat >work/.github/workflows/look.yml <<'YAML'
on: push
jobs:
  look:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "::error::Cannot find the vector"
          echo "::error::Cannot find std::vector"
          echo "::warning::Unused: a::b"
YAML
cd work
git init --quiet
git -c user.name=a -c user.email=a@example.com commit --quiet --allow-empty --message a
"$folder/bin/act" --version
seen=$("$folder/bin/act" --platform ubuntu-latest=-self-hosted 2>&1 | grep -E '^\[[^]]+\] +(❗|🚧|❓|⚙)' | sed 's/^\[[^]]*\] *//')
echo "$seen"
[ "$seen" = "❗  ::error::Cannot find the vector
❓  ::error::Cannot find std::vector
❓  ::warning::Unused: a::b" ]
