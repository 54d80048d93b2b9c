#!/usr/bin/env bash
# Of 84 events about commits in @octokit/webhooks-examples 7.6.1, 38 do not fit @octokit/openapi-webhooks 12.1.0, GitHub's
# published schema of the same events. 27 of them are from before `has_discussions`, which the schema requires. Both examples of a
# merge_group have everything and fail all the same: their repository has `homepage: ""`, and the schema takes null or a URI
# there. So whoever checks events against the schema, formats included, refuses these.
# Ends with 1 as soon as the counts or the reason change.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @octokit/webhooks-examples@7.6.1 @octokit/openapi-webhooks@12.1.0 ajv@8.20.0 ajv-formats@3.0.1
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";

const read = (file) => JSON.parse(readFileSync(`node_modules/@octokit/${file}`, "utf8"));
const examples = read("webhooks-examples/api.github.com/index.json");
const { webhooks, components } = read("openapi-webhooks/generated/api.github.com.json");
const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
addFormats.default(ajv);
ajv.addSchema({ $id: "github", components });
const about = /^(workflow_run|check_|pull_request|issue_comment|merge_group|deployment)/;
let [all, unfit, old] = [0, 0, 0];
const ofMergeGroup = [];
for (const { name, examples: payloads } of examples) {
  for (const payload of about.test(name) ? payloads : []) {
    const key = `${name}-${payload.action}`.replaceAll("_", "-");
    const { $ref } = webhooks[key].post.requestBody.content["application/json"].schema;
    const validate = ajv.getSchema(`github${$ref}`);
    all++;
    if (validate(payload)) continue;
    unfit++;
    if (validate.errors.some(({ params }) => params.missingProperty === "has_discussions")) old++;
    if (name !== "merge_group") continue;
    const reasons = validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
    ofMergeGroup.push(`homepage ${JSON.stringify(payload.repository.homepage)}: ${reasons.join(", ")}`);
  }
}
console.log(`${all} examples, ${unfit} do not fit, ${old} of them lack has_discussions`);
console.log(ofMergeGroup.join("\n"));
const reason = 'homepage "": /repository/homepage must match format "uri"';
const isAsSeen = all === 84 && unfit === 38 && old === 27 && ofMergeGroup.length === 2;
process.exit(isAsSeen && ofMergeGroup.every((each) => each === reason) ? 0 : 1);
JS
node look.mjs
