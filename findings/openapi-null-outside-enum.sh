#!/usr/bin/env bash
# GitHub's published description of its API (@octokit/openapi 23.0.2, OpenAPI 3.0.3) says `nullable: true` beside an `enum`
# without null in 71 places of api.github.com, and beside one with null in 79. By OpenAPI's clarification of `nullable`
# (proposal of 2019-10-31) the former are never null, and ajv, which knows the word, refuses it: so a job that goes on,
# whose conclusion is null, does not fit GitHub's description of a job.
# Ends with 1 as soon as the counts or the verdict change.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @octokit/openapi@23.0.2 ajv@8.20.0
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";

const read = (file) => JSON.parse(readFileSync(`node_modules/@octokit/openapi/${file}`, "utf8"));
const description = read("generated/api.github.com.json");
let [withNull, without] = [0, 0];
(function walk(at) {
  if (typeof at !== "object" || at === null) return;
  if (at.nullable === true && Array.isArray(at.enum)) at.enum.includes(null) ? withNull++ : without++;
  Object.values(at).forEach(walk);
})(description);
const conclusion = description.components.schemas.job.properties.conclusion;
const { type, nullable, enum: words } = conclusion;
const validate = new Ajv().compile({ type, nullable, enum: words });
console.log(`@octokit/openapi ${read("package.json").version}, OpenAPI ${description.openapi}`);
console.log(`nullable enums with null: ${withNull}, without: ${without}`);
console.log(`a job's conclusion: ${JSON.stringify({ type, nullable, enum: words })}`);
console.log(`ajv on "success": ${validate("success")}, on null: ${validate(null)}`);
process.exit(withNull === 79 && without === 71 && validate("success") && !validate(null) ? 0 : 1);
JS
node look.mjs
