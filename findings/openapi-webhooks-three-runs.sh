#!/usr/bin/env bash
# The run in a `workflow_run` event has another shape for each activity in GitHub's published schema of its webhooks
# (@octokit/openapi-webhooks 12.1.0): `display_title`, which shows the `run-name`, is required for `requested`, optional for
# `completed`, and not described for `in_progress`; the status `waiting` and the conclusion `startup_failure` are known to
# the first two only. The published types of the API (@octokit/openapi-types 29.0.1) have one run, with `display_title` in
# it always. So whoever takes a run's type from one of these must expect it without a title.
# Ends with 1 as soon as the schemas change.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @octokit/openapi-webhooks@12.1.0 @octokit/openapi-types@29.0.1
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";

const read = (file) => readFileSync(`node_modules/@octokit/${file}`, "utf8");
const { webhooks, components } = JSON.parse(read("openapi-webhooks/generated/api.github.com.json"));
const runOf = (activity) => {
  const { $ref } = webhooks[`workflow-run-${activity}`].post.requestBody.content["application/json"].schema;
  return components.schemas[$ref.split("/").at(-1)].properties.workflow_run;
};
const seen = Object.fromEntries(
  ["requested", "in_progress", "completed"].map((activity) => {
    const { properties, required } = runOf(activity.replace("_", "-"));
    const title = required.includes("display_title") ? "required" : properties.display_title ? "optional" : "not described";
    const waiting = properties.status.enum.includes("waiting");
    const startup = properties.conclusion.enum.includes("startup_failure");
    return [activity, `display_title ${title}, waiting ${waiting}, startup_failure ${startup}`];
  }),
);
const types = read("openapi-types/types.d.ts");
const run = types.slice(types.indexOf('"workflow-run": {'));
const ofApi = /\n\s+display_title(\??): string;/.exec(run.slice(0, run.indexOf("\n        };")))?.[1];
console.log(seen);
console.log(`workflow-run of @octokit/openapi-types: display_title ${ofApi === "" ? "required" : "not required"}`);
const expected = {
  requested: "display_title required, waiting true, startup_failure true",
  in_progress: "display_title not described, waiting false, startup_failure false",
  completed: "display_title optional, waiting true, startup_failure true",
};
process.exit(JSON.stringify(seen) === JSON.stringify(expected) && ofApi === "" ? 0 : 1);
JS
node look.mjs
