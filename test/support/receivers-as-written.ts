/** Receivers as people write them. */

import {
  type AsWritten,
  BY_HAND,
  E,
  GIVEN,
  JOB,
  JOBS,
  job,
  NEWER,
  ON_EVENT,
  ON_HAND,
  on,
  PAYLOAD,
  RUN_NAME,
  row,
  STEP,
  STEPS,
  shown,
  silent,
  unread,
  WITH_STAGE,
} from "./written-receiver.ts";

export const RECEIVERS: Record<string, AsWritten> = {
  // In the run-name.
  "the id in brackets": shown(on(`run-name: Deploy [${E}]`), RUN_NAME, "Deploy [ID]"),
  "the id alone": shown(on(`run-name: ${E}`), RUN_NAME, "ID"),
  "the id after a hyphen": shown(on(`run-name: deploy-${E}`), RUN_NAME, "deploy-ID"),
  "the id after a letter": shown(on(`run-name: v${E}`), RUN_NAME, "vID"),
  "the id before a word": shown(on(`run-name: ${E}-prod`), RUN_NAME, "ID-prod"),
  "the id in a path": shown(on(`run-name: prod/${E}/eu`), RUN_NAME, "prod/ID/eu"),
  "the id after a hex digit": row(on(`run-name: a${E}`), {
    shows: ["aID"],
    says: "✗ deploy.yml has the id in its `run-name` only as part of `aID`, so its run would not be found.",
    change: `It has a \`run-name\`: change it to:\n    run-name: Deploy [${E}]`,
  }),
  "an id that was given, in brackets": shown(on(`run-name: Deploy [${E}]`), RUN_NAME, "Deploy [ID]", { given: GIVEN }),
  "an id that was given, after a hyphen": row(on(`run-name: deploy-${E}`), {
    given: GIVEN,
    shows: ["deploy-ID"],
    says: "✗ deploy.yml has the id in its `run-name` only as part of `deploy-ID`, so its run would not be found.",
    change: `It has a \`run-name\`: change it to:\n    run-name: Deploy [${E}]`,
  }),
  "an id that was given, before a dot and a digit": row(on(`run-name: Deploy ${E}.2`), {
    given: GIVEN,
    shows: ["Deploy ID.2"],
    says: "✗ deploy.yml has the id in its `run-name` only as part of `ID.2`, so its run would not be found.",
    change: "It has a `run-name`: change it to:",
  }),
  "an id that was given, before a full stop": shown(on(`run-name: Deploy ${E}.`), RUN_NAME, "Deploy ID.", {
    given: GIVEN,
  }),
  "the key in capitals": shown(
    on("run-name: Deploy ${{ github.event.client_payload.DISTINCT_ID }}"),
    RUN_NAME,
    "Deploy ID",
  ),
  "the key in brackets and quotes": shown(
    on("run-name: Deploy ${{ github['Event'].client_payload['distinct_id'] }}"),
    RUN_NAME,
    "Deploy ID",
  ),
  "no spaces in the expression": shown(on(`run-name: Deploy \${{${PAYLOAD}}}`), RUN_NAME, "Deploy ID"),
  "the function format": shown(on(`run-name: \${{ format('Deploy [{0}]', ${PAYLOAD}) }}`), RUN_NAME, "Deploy [ID]"),
  "braces that end nothing": shown(on(`run-name: "\${{ format('}}}} {0}', ${PAYLOAD}) }}"`), RUN_NAME, "}} ID"),
  "another value where there is no id": shown(
    on(`run-name: Deploy \${{ ${PAYLOAD} || github.run_id }}`),
    RUN_NAME,
    "Deploy ID",
  ),
  "the input or the payload, for both events": shown(
    on(`run-name: Deploy \${{ inputs.distinct_id || ${PAYLOAD} }}`, JOBS, `${ON_HAND}  repository_dispatch:\n`),
    RUN_NAME,
    "Deploy ID",
  ),
  "a run-name folded over two lines": shown(on(`run-name: >-\n  Deploy\n  ${E}`), RUN_NAME, "Deploy ID"),
  "the whole payload as JSON": row(on("run-name: Deploy ${{ toJSON(github.event.client_payload) }}"), {
    found: "its name",
    shows: ['Deploy {\n  "distinct_id": "ID"\n}'],
    says: "? deploy.yml may show the id in its `run-name`: the expression's value is not known before the run.",
    change: `run-name: Deploy [${E}]`,
  }),
  "the id after a text that is not known": row(on(`run-name: \${{ github.event.client_payload.stage }}${E}`), {
    given: { event_type: "deploy", client_payload: '{"stage": "fab"}' },
    shows: ["fabID"],
    says: "? deploy.yml may show the id in its `run-name`: the expression's value is not known before the run.",
    change: `run-name: Deploy [${E}]`,
  }),
  "only whether there is an id": silent(on(`run-name: Deploy \${{ ${PAYLOAD} != '' }}`), ["Deploy true"]),
  "the id as a condition": silent(on(`run-name: Deploy \${{ ${PAYLOAD} && 'by a caller' }}`), ["Deploy by a caller"]),
  "the input of the other event": silent(on("run-name: Deploy ${{ inputs.distinct_id }}"), ["Deploy"], {
    change: `It has a \`run-name\`: change it to:\n    run-name: Deploy [${E}]`,
  }),
  "a longer key": silent(on("run-name: Deploy ${{ github.event.client_payload.distinct_id_2 }}"), ["Deploy"]),
  "the key one level too deep": silent(on("run-name: Deploy ${{ github.event.client_payload.meta.distinct_id }}"), [
    "Deploy",
  ]),
  "the payload without the event": silent(on("run-name: Deploy ${{ github.client_payload.distinct_id }}"), ["Deploy"]),
  "no expression at all": silent(on(`run-name: Deploy ${PAYLOAD}`), [`Deploy ${PAYLOAD}`]),
  "braces as in other languages": silent(on(`run-name: "Deploy {{ ${PAYLOAD} }}"`), [`Deploy {{ ${PAYLOAD} }}`]),
  "no run-name": silent(on(""), ["deploy"]),
  "an empty run-name": silent(on('run-name: ""'), ["deploy"]),

  // In a job's or a step's name.
  "the id in a job's name": shown(on("", job(`name: Deploy for ${E}`)), JOB, "Deploy for ID"),
  "the id in the names of a matrix": shown(
    on("", job(`name: Test \${{ matrix.os }} ${E}\nstrategy:\n  matrix:\n    os: [linux, windows]`)),
    JOB,
    "Test windows ID",
  ),
  "the id as a value of a matrix": shown(on("", job(`strategy:\n  matrix:\n    for: ["${E}"]`)), JOB, "deploy (ID)"),
  "the id in the name of a job that calls a workflow": shown(
    on("", `jobs:\n  call:\n    name: Deploy ${E}\n    uses: ./.github/workflows/called.yml\n`),
    JOB,
    "Deploy ID / called",
  ),
  "the id in what another job gives": row(
    on("", `${job("needs: prepare\nname: Deploy ${{ needs.prepare.outputs.id }}")}  prepare:\n${STEPS}`),
    {
      shows: ["Deploy"],
      says: "? deploy.yml may show the id in a job's name: the expression's value is not known before the run.",
      change: `run-name: Deploy [${E}]`,
    },
  ),
  "the id in a workflow that is called": row(
    on("", `jobs:\n  call:\n    uses: ./.github/workflows/called.yml\n    with:\n      distinct_id: ${E}`),
    {
      shows: ["call / called"],
      says: "? deploy.yml does not show the id, unless a workflow that it calls does, in a job's or step's name.",
    },
  ),
  "the id in a step's name": shown(on("", job("", `- name: Deploy ${E}\n  run: x`)), STEP, "Deploy ID"),
  "the id in the name of a step that uses an action": shown(
    on("", job("", `- name: Check out for ${E}\n  uses: actions/checkout@v4`)),
    STEP,
    "Check out for ID",
  ),
  "the id in a step that echoes it": shown(on("", job("", `- run: echo ${E}`)), STEP, "Run echo ID", {
    change: undefined,
  }),
  "the id on the first line of a script": shown(
    on("", job("", `- run: |\n    echo "${E}"\n    ./deploy`)),
    STEP,
    'Run echo "ID"',
  ),
  "the id on the second line of a script": row(on("", job("", `- run: |\n    ./deploy\n    echo "${E}"`)), {
    shows: ["Run ./deploy"],
    says: "✗ deploy.yml has the id on a later line of a step's name, but GitHub shows only the first, so its run would not be found.",
    change: `run-name: Deploy [${E}]`,
  }),
  "the id on the second line of a step's name": row(on("", job("", `- name: |\n    Deploy\n    ${E}\n  run: x`)), {
    shows: ["Deploy"],
    says: "✗ deploy.yml has the id on a later line of a step's name, but GitHub shows only the first, so its run would not be found.",
    change: `run-name: Deploy [${E}]`,
  }),
  "the id in the script of a step that has a name": silent(on("", job("", `- name: Echo\n  run: echo ${E}`)), [
    "deploy",
    "Echo",
  ]),
  "the id only in env": silent(on(`env:\n  DISTINCT_ID: ${E}`), ["deploy", "Deploy"]),
  "the id by env in a step's name": shown(
    on(`env:\n  DISTINCT_ID: ${E}`, job("", "- name: For [${{ env.DISTINCT_ID }}]\n  run: x")),
    STEP,
    "For [ID]",
    {
      says: "✓ deploy.yml shows the id in a step's name, but late: just before the step runs. In the `run-name` it shows at once.",
    },
  ),
  "the id by the job's env in a step's name": shown(
    on("", job(`env:\n  DISTINCT_ID: ${E}`, "- name: For [${{ env.DISTINCT_ID }}]\n  run: x")),
    STEP,
    "For [ID]",
    {
      says: "✓ deploy.yml shows the id in a step's name, but late: just before the step runs. In the `run-name` it shows at once.",
    },
  ),
  "the id by env in small letters": silent(
    on(`env:\n  DISTINCT_ID: ${E}`, job("", "- name: For [${{ env.distinct_id }}]\n  run: x")),
    ["deploy", "For []"],
  ),
  "the id beside what only a runner knows": shown(
    on("", job("", `- name: ${E} on \${{ runner.os }}\n  run: x`)),
    STEP,
    "ID on Linux",
    {
      says: "✓ deploy.yml shows the id in a step's name, but late: just before the step runs. In the `run-name` it shows at once.",
    },
  ),
  "the id by what a step has set": row(
    on(
      "",
      job(
        "",
        `- name: Prepare\n  run: echo "ID=$(jq -r .client_payload.distinct_id "$GITHUB_EVENT_PATH")" >> "$GITHUB_ENV"\n- name: For \${{ env.ID }}\n  run: x`,
      ),
    ),
    {
      shows: ["For "],
      says: "? deploy.yml may show the id in a step's name: the expression's value is not known before the run.",
      change: `run-name: Deploy [${E}]`,
    },
  ),
  "the id in a job that never runs": silent(on("", job("if: false", `- name: For ${E}\n  run: x`)), ["deploy"]),

  // New syntax.
  "steps that run in parallel": shown(
    on("", job("", `- parallel:\n    - name: Build ${E}\n      run: make\n    - run: make test`)),
    STEP,
    "Build ID",
  ),
  "a step in the background, waited for": shown(
    on("", job("", `- name: Serve ${E}\n  id: serve\n  run: serve\n  background: true\n- wait: serve`)),
    STEP,
    "Serve ID",
    { parser: NEWER },
  ),
  "a step in the background, cancelled": shown(
    on("", job("", `- name: Serve ${E}\n  id: serve\n  run: serve\n  background: true\n- cancel: serve\n- wait-all:`)),
    STEP,
    "Serve ID",
    { parser: NEWER },
  ),
  "a queue without end": shown(
    on(`run-name: Deploy [${E}]\nconcurrency:\n  group: deploy\n  queue: max`),
    RUN_NAME,
    "Deploy [ID]",
  ),
  "anchors and aliases": shown(
    on(
      "",
      `jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: &steps\n      - name: For ${E}\n        run: x\n  again:\n    runs-on: ubuntu-latest\n    steps: *steps\n`,
    ),
    STEP,
    "For ID",
  ),

  // Who listens.
  "all types": shown(on(`run-name: Deploy [${E}]`, JOBS, "on:\n  repository_dispatch:\n"), RUN_NAME, "Deploy [ID]"),
  "one type without a list": shown(
    on(`run-name: Deploy [${E}]`, JOBS, "on:\n  repository_dispatch:\n    types: deploy\n"),
    RUN_NAME,
    "Deploy [ID]",
    { parser: "the language service wants a list of types; nobody has seen GitHub refuse it" },
  ),
  "another type": row(on(`run-name: Deploy [${E}]`, JOBS, ON_EVENT.replace("deploy", "release")), {
    says: "✗ No workflow on the default branch listens for repository_dispatch `deploy`. They listen for release.",
    change: "types: [deploy]",
  }),
  "the type in capitals": row(on(`run-name: Deploy [${E}]`, JOBS, ON_EVENT.replace("deploy", "Deploy")), {
    says: "✗ No workflow on the default branch listens for repository_dispatch `deploy`. They listen for Deploy.",
    change: "types: [deploy]",
  }),
  "the other event only": row(on("run-name: Deploy ${{ inputs.distinct_id }}", JOBS, ON_HAND), {
    says: "✗ No workflow on the default branch listens for repository_dispatch `deploy`.",
    change: "types: [deploy]",
  }),
  "a listener on another branch": row("", {
    files: { "ci.yml": on("", JOBS, "on:\n  push:\n") },
    says: "✗ No workflow on the default branch listens for repository_dispatch `deploy`.",
    change: "types: [deploy]",
  }),
  "a listener that is disabled": row(on(`run-name: Deploy [${E}]`), {
    repository: { disabled: ["deploy.yml"] },
    says: "✗ deploy.yml is disabled: enable it on the target's Actions page.",
  }),
  "two listeners with one type, of which one shows the id": row("", {
    files: { "audit.yml": on(""), "deploy.yml": on(`run-name: Deploy [${E}]`) },
    shows: ["deploy", "Deploy [ID]"],
    found: "its name",
    says: "✓ deploy.yml shows the id in its `run-name`.",
  }),

  // By hand.
  "the input": shown(on("run-name: Deploy ${{ inputs.distinct_id }}", JOBS, ON_HAND), RUN_NAME, "Deploy ID", {
    given: BY_HAND,
  }),
  "the input in capitals": shown(
    on("run-name: Deploy ${{ Inputs.DISTINCT_ID }}", JOBS, ON_HAND),
    RUN_NAME,
    "Deploy ID",
    {
      given: BY_HAND,
    },
  ),
  "the input by the event": shown(
    on("run-name: Deploy ${{ github.event['inputs'].distinct_id }}", JOBS, ON_HAND),
    RUN_NAME,
    "Deploy ID",
    { given: BY_HAND },
  ),
  "the input after another": shown(
    on("run-name: ${{ inputs.stage }}-${{ inputs.distinct_id }}", JOBS, WITH_STAGE),
    RUN_NAME,
    "fab-ID",
    { given: { ...BY_HAND, workflow_inputs: '{"stage": "fab"}' } },
  ),
  "an input that is declared and not shown": silent(on("", JOBS, ON_HAND), ["Deploy"], {
    given: BY_HAND,
    change: "run-name: Deploy [${{ inputs.distinct_id }}]",
  }),
  "the payload, by hand": silent(on(`run-name: Deploy ${E}`, JOBS, ON_HAND), ["Deploy"], {
    given: BY_HAND,
    change: "run-name: Deploy [${{ inputs.distinct_id }}]",
  }),

  // What GitHub cannot read.
  "env in the run-name": unread(
    on(`run-name: Deploy \${{ env.DISTINCT_ID }}\nenv:\n  DISTINCT_ID: ${E}`),
    "a valid workflow: its `run-name` uses `env`, which is available only in steps.",
    { change: `It has a \`run-name\`: change it to:\n    run-name: Deploy [${E}]` },
  ),
  "a matrix in the run-name": unread(
    on("run-name: Deploy ${{ matrix.os }}", job("strategy:\n  matrix:\n    os: [linux]")),
    "a valid workflow: its `run-name` uses `matrix`, which is available only in jobs.",
    { change: `run-name: Deploy [${E}]` },
  ),
  "env in a job's name": unread(
    on(`env:\n  DISTINCT_ID: ${E}`, job("name: Deploy ${{ env.DISTINCT_ID }}")),
    "a valid workflow: a job's name uses `env`, which is available only in steps.",
  ),
  "an expression that nothing closes": unread(
    on(`run-name: "Deploy \${{ ${PAYLOAD} }"`),
    "a valid workflow: its `run-name` has an unclosed `${{`.",
    { change: `run-name: Deploy [${E}]` },
  ),
  "a number sign in an expression, without quotes": unread(
    on(`run-name: \${{ format('Deploy #{0}', ${PAYLOAD}) }}`),
    "a valid workflow: its `run-name` has an unclosed `${{`: a text with ` #` in it needs quotes, or a comment begins there.",
    { change: `It has a \`run-name\`: change it to:\n    run-name: Deploy [${E}]` },
  ),
  "double quotes in an expression": unread(
    on(`run-name: \${{ format("Deploy {0}", ${PAYLOAD}) }}`),
    "a valid workflow: its `run-name` has a `\"` in an expression, where GitHub accepts only `'`.",
    { change: `run-name: Deploy [${E}]` },
  ),
  "double quotes in a step's name": unread(
    on("", job("", `- name: \${{ format("Deploy {0}", ${PAYLOAD}) }}\n  run: x`)),
    "a valid workflow: a step's name has a `\"` in an expression, where GitHub accepts only `'`.",
  ),
  "brackets at the beginning, without quotes": unread(
    on(`run-name: [${E}] Deploy`),
    "valid YAML (line 2): a text that begins with `[` needs quotes.",
  ),
  "a colon in a text, without quotes": unread(
    on(`description: Which input (default: x)\nrun-name: Deploy [${E}]`),
    "valid YAML (line 2): a text with `: ` in it needs quotes.",
  ),
  tabs: unread(`on:\n\trepository_dispatch:\n${JOBS}`, "valid YAML (line 2): YAML is indented with spaces, not tabs."),
  "a key that is there twice": unread(
    on(`name: Deploy it\nrun-name: Deploy [${E}]`),
    "valid YAML (line 2): a key is given twice.",
  ),
  "keys that differ only in case": unread(
    on(`run-name: Deploy [${E}]`, `${JOBS}  Deploy:\n${STEPS}`),
    "a valid workflow: `deploy` and `Deploy` are the same key for GitHub.",
  ),
  "steps beside the jobs": unread(
    on(`run-name: Deploy [${E}]`, `${JOBS}steps:\n  - run: ./deploy\n`),
    "a valid workflow: `steps` belongs in a job, below `jobs:` and the job's name.",
  ),
  "steps directly below the jobs": unread(
    on(`run-name: Deploy [${E}]`, "jobs:\n  runs-on: ubuntu-latest\n  steps:\n    - run: ./deploy\n"),
    "a valid workflow: `steps` belongs in a job, below `jobs:` and the job's name.",
  ),
  "no jobs": unread(on(`run-name: Deploy [${E}]`, ""), "a valid workflow: it has no `jobs`."),
  "a merge key": unread(
    on(
      `run-name: Deploy [${E}]`,
      `jobs:\n  test:\n    runs-on: ubuntu-latest\n    env: &env\n      A: b\n    steps:\n      - run: x\n  deploy:\n    runs-on: ubuntu-latest\n    env:\n      <<: *env\n    steps:\n      - run: x\n`,
    ),
    "a valid workflow: GitHub supports anchors and aliases, but not merge keys (`<<`).",
  ),
  "a queue without end that cancels": unread(
    on(`run-name: Deploy [${E}]\nconcurrency:\n  group: deploy\n  queue: max\n  cancel-in-progress: true`),
    "a valid workflow: `queue: max` and `cancel-in-progress: true` cannot be combined.",
    { parser: "it does not look at both; GitHub's documentation says that they are refused" },
  ),
};
