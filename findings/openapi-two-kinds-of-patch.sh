#!/usr/bin/env bash
# GitHub's published description (@octokit/openapi 23.0.2) speaks of one version of the API, 2022-11-28. What 2026-03-10
# changes stands beside, under `x-github-breaking-changes`, as patches in two languages under one key: a list is JSON Patch
# (RFC 6902), an object is Merge Patch (RFC 7386), where null takes a field away. A dispatch has the first, the rate limit
# the second: with both applied, a dispatch answers 200 only and the rate limit has no `rate`. No description of a GitHub
# Enterprise Server up to 3.19 has any.
# Ends with 1 as soon as that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @octokit/openapi@23.0.2
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";

const read = (file) => JSON.parse(readFileSync(`node_modules/@octokit/openapi/${file}`, "utf8"));
const KEY = "x-github-breaking-changes";
console.log(`@octokit/openapi ${read("package.json").version}`);
const counts = ["api.github.com", "ghec", "ghes-3.17", "ghes-3.18", "ghes-3.19"].map((server) => {
  const kinds = { list: 0, object: 0 };
  const versions = new Set();
  (function walk(at) {
    if (typeof at !== "object" || at === null) return;
    for (const { patch, version } of at[KEY] ?? []) {
      kinds[Array.isArray(patch) ? "list" : "object"]++;
      versions.add(version);
    }
    Object.values(at).forEach(walk);
  })(read(`generated/${server}.json`));
  console.log(`${server}: ${JSON.stringify(kinds)} ${[...versions]}`);
  return kinds;
});
const { paths, components } = read("generated/api.github.com.json");
const dispatch = paths["/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches"].post[KEY][0].patch;
const limit = components.schemas["rate-limit-overview"][KEY][0].patch;
console.log(`a dispatch: ${JSON.stringify(dispatch.slice(0, 2))} …`);
console.log(`the rate limit: ${JSON.stringify(limit)}`);
const [github, ghec, ...ghes] = counts;
const isMixed = [github, ghec].every(({ list, object }) => list > 0 && object > 0);
const isNone = ghes.every(({ list, object }) => list + object === 0);
process.exit(isMixed && isNone && dispatch[0].op === "remove" && limit.properties.rate === null ? 0 : 1);
JS
node look.mjs
