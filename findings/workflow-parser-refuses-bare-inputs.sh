#!/usr/bin/env bash
# @actions/workflow-parser 0.3.61, GitHub's own parser for editors, refuses an input of `workflow_dispatch` that has a name only
# (`distinct_id:`), and takes `distinct_id: {}`. GitHub starts such workflows: the action return-dispatch tells its users to
# declare the id so, and has one in its own repository (Codex-/return-dispatch, .github/workflows/dispatch.yml). The same
# parser takes a secret of `workflow_call` that has a name only.
# Ends with 1 as soon as the package behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @actions/workflow-parser@0.3.61 esbuild@0.25.12
cat >look.js <<'JS'
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";

const jobs = "jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo\n";
const say = async (on) => {
  const { context, value } = parseWorkflow({ name: "look.yml", content: `on:\n${on}\n${jobs}` }, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ rawMessage, message }) => rawMessage ?? message)[0] ?? "taken";
};
const expected = [
  ["  workflow_dispatch: { inputs: { distinct_id: } }", "Unexpected value ''"],
  ["  workflow_dispatch: { inputs: { distinct_id: {} } }", "taken"],
  ["  workflow_call: { secrets: { token: } }", "taken"],
];
(async () => {
  let isSame = true;
  console.log("@actions/workflow-parser 0.3.61:");
  for (const [on, wanted] of expected) {
    const said = await say(on);
    isSame &&= said === wanted;
    console.log(`  ${on.trim()} → ${said}`);
  }
  process.exit(isSame ? 0 : 1);
})();
JS
# It imports JSON without saying so, which Node refuses.
npx esbuild look.js --bundle --platform=node --format=cjs --outfile=look.cjs --log-level=error
node look.cjs
