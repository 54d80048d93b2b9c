#!/usr/bin/env bash
# @actions/workflow-parser 0.3.61, GitHub's own parser for editors, refuses `on: repository_dispatch` and
# `on: [repository_dispatch]`, alone among GitHub's events, and takes `on: {repository_dispatch: }`. Its schema has the event as a
# mapping only. GitHub starts such workflows: many an action has them in its README. `types: x` without a list is taken of
# every other event, and of this one refused.
# Ends with 1 as soon as the package behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @actions/workflow-parser@0.3.61 esbuild@0.25.12
cat >look.js <<'JS'
import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";

const events =
  "branch_protection_rule check_run check_suite create delete deployment deployment_status discussion discussion_comment fork " +
  "gollum issue_comment issues label merge_group milestone page_build public pull_request pull_request_review " +
  "pull_request_review_comment pull_request_target push registry_package release repository_dispatch schedule status watch " +
  "workflow_call workflow_dispatch workflow_run";
const typed = {
  ...{ check_run: "created", check_suite: "completed", discussion: "created", issue_comment: "created", issues: "opened" },
  ...{ label: "created", milestone: "opened", pull_request: "opened", release: "published", repository_dispatch: "x" },
  ...{ watch: "started", workflow_run: "completed" },
};
const jobs = "\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo\n";
const refuses = (on) => {
  const { context } = parseWorkflow({ name: "look.yml", content: `on: ${on}${jobs}` }, new NoOperationTraceWriter());
  return context.errors.getErrors().length > 0;
};
const among = (all, form) => all.filter((event) => refuses(form(event)));
const seen = {
  "on: E": among(events.split(" "), (event) => event),
  "on: [E]": among(events.split(" "), (event) => `[${event}]`),
  "on: {E: }": among(["repository_dispatch"], (event) => `{${event}: }`),
  "types: x": among(Object.keys(typed), (event) => `{${event}: {types: ${typed[event]}}}`),
  "types: [x]": among(Object.keys(typed), (event) => `{${event}: {types: [${typed[event]}]}}`),
};
console.log("@actions/workflow-parser 0.3.61 refuses");
for (const [form, refused] of Object.entries(seen)) console.log(`  ${form}: ${refused.join(", ") || "none"}`);
const expected = ["repository_dispatch", "repository_dispatch", "", "repository_dispatch", ""];
process.exit(Object.values(seen).every((refused, index) => refused.join() === expected[index]) ? 0 : 1);
JS
# It imports JSON without saying so, which Node refuses.
npx esbuild look.js --bundle --platform=node --format=cjs --outfile=look.cjs --log-level=error
node look.cjs
