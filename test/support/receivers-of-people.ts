/** Receivers in the shapes that public repositories have, written anew. */

import {
  type AsWritten,
  BY_HAND,
  E,
  JOB,
  JOBS,
  job,
  ON_HAND,
  on,
  PAYLOAD,
  RUN_NAME,
  row,
  STEP,
  shown,
  silent,
  unread,
} from "./written-receiver.ts";

const BOTH = `${ON_HAND}  repository_dispatch:\n    types: [deploy, release]\n`;
const MANY = `${BOTH}  push:\n    branches: [main]\n  pull_request:\n  schedule:\n    - cron: "0 4 * * *"\n`;
const TYPED = `${ON_HAND}      environment:\n        description: Where to\n        type: choice\n        options: [staging, production]\n        default: staging\n      dry-run:\n        type: boolean\n        default: false\n      replicas:\n        type: number\n        default: 2\n`;
const HAND = "${{ inputs.distinct_id }}";
const MARKED = `jobs:\n  mark:\n    name: Return Dispatch\n    runs-on: ubuntu-latest\n    steps:\n      - name: echo distinct ID \${{ github.event.inputs.distinct_id }}\n        run: echo "$ID"\n        env:\n          ID: \${{ github.event.inputs.distinct_id }}\n  work:\n    needs: mark\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: ./work\n`;

export const OF_PEOPLE: Record<string, AsWritten> = {
  "a run-name for one event, by hand": shown(
    on(
      "run-name: ${{ github.event_name == 'workflow_dispatch' && format('Deploy {0}', inputs.distinct_id) || 'CI' }}",
      JOBS,
      MANY,
    ),
    RUN_NAME,
    "Deploy ID",
    { given: BY_HAND },
  ),
  "a run-name for the other event": silent(
    on(
      "run-name: ${{ github.event_name == 'workflow_dispatch' && format('Deploy {0}', inputs.distinct_id) || 'CI' }}",
      JOBS,
      MANY,
    ),
    ["CI"],
  ),
  "a run-name for each event": shown(
    on(
      `run-name: >-\n  \${{ github.event_name == 'push' && github.event.head_commit.message\n  || github.event_name == 'repository_dispatch' && format('{0} for {1}', github.event.action, ${PAYLOAD})\n  || 'CI' }}`,
      JOBS,
      MANY,
    ),
    RUN_NAME,
    "deploy for ID",
  ),
  "a pull request's title, or the id": shown(
    on(`run-name: \${{ github.event.pull_request.title || ${PAYLOAD} || github.ref_name }}`, JOBS, MANY),
    RUN_NAME,
    "ID",
  ),
  "a commit's message only": silent(
    on(
      "run-name: ${{ github.event.head_commit.message || format('{0} by {1}', github.event.action, github.actor) }}",
      JOBS,
      MANY,
    ),
    ["deploy by octocat"],
  ),
  "case() by the event": shown(
    on(
      `run-name: \${{ case(github.event_name == 'push', github.sha, github.event.action == 'deploy', format('Deploy {0}', ${PAYLOAD}), 'CI') }}`,
      JOBS,
      MANY,
    ),
    RUN_NAME,
    "Deploy ID",
  ),
  "the id for another type": silent(
    on(`run-name: \${{ github.event.action == 'release' && ${PAYLOAD} || 'Deploy' }}`, JOBS, BOTH),
    ["Deploy"],
  ),
  "an environment and who started it": silent(
    on("run-name: Deploy to ${{ inputs.environment }} by @${{ github.actor }}", JOBS, TYPED),
    ["Deploy to staging by @octocat"],
    { given: BY_HAND, change: `It has a \`run-name\`: change it to:\n    run-name: Deploy [${HAND}]` },
  ),
  "an environment and the id": shown(
    on(`run-name: "Deploy \${{ inputs.environment }} (\${{ inputs.replicas }}) [${HAND}]"`, JOBS, TYPED),
    RUN_NAME,
    "Deploy staging (2) [ID]",
    { given: BY_HAND },
  ),
  "a mark for a dry run": shown(
    on(`run-name: Deploy \${{ inputs.dry-run && '(dry) ' || '' }}${HAND}`, JOBS, TYPED),
    RUN_NAME,
    "Deploy ID",
    { given: BY_HAND },
  ),
  "the id unless it is a dry run": silent(
    on(`run-name: Deploy \${{ !inputs.dry-run && 'live' || inputs.distinct_id }}`, JOBS, TYPED),
    ["Deploy live"],
    { given: BY_HAND, change: undefined },
  ),
  "a job that returns the dispatch": shown(on("", MARKED, BOTH), STEP, "echo distinct ID ID", { given: BY_HAND }),
  "a job that returns the dispatch of the other event": silent(on("", MARKED, BOTH), ["deploy", "Return Dispatch"]),
  "a job for the event": shown(
    on("", job("if: github.event_name == 'repository_dispatch'", `- name: For ${E}\n  run: x`), MANY),
    STEP,
    "For ID",
  ),
  "a job for another event": silent(
    on("", job("if: github.event_name == 'push'", `- name: For ${E}\n  run: x`), MANY),
    ["deploy"],
  ),
  "a job for another type": silent(
    on("", job("if: ${{ github.event.action == 'release' }}", `- name: For ${E}\n  run: x`), BOTH),
    ["deploy"],
  ),
  "a job behind one for another event": silent(
    on(
      "",
      `${job("if: github.event_name == 'push'")}  mark:\n    needs: [deploy]\n    runs-on: x\n    steps:\n      - name: For ${E}\n        run: x\n`,
      MANY,
    ),
    ["deploy", "mark"],
  ),
  "a job for a value that was sent": shown(
    on("", job("if: github.event.client_payload.stage == 'live'", `- name: For ${E}\n  run: x`)),
    STEP,
    "For ID",
    { given: { event_type: "deploy", client_payload: '{"stage": "live"}' } },
  ),
  "a job for a value that was not sent": silent(
    on(
      "",
      job(
        'if: contains(fromJSON(\'["test", "stage"]\'), github.event.client_payload.stage)',
        `- name: For ${E}\n  run: x`,
      ),
    ),
    ["deploy"],
    { given: { event_type: "deploy", client_payload: '{"stage": "live"}' } },
  ),
  "a concurrency group by the event": shown(
    on(
      `run-name: ${E}\nconcurrency:\n  group: \${{ github.workflow }}-\${{ github.event.client_payload.stage || github.ref }}\n  cancel-in-progress: false`,
      JOBS,
      BOTH,
    ),
    RUN_NAME,
    "ID",
  ),
  "permissions, defaults and a time limit": shown(
    on(
      `permissions:\n  contents: read`,
      job(
        "timeout-minutes: 10\ndefaults:\n  run:\n    shell: bash",
        `- name: "\${{ github.workflow }}: ${E}"\n  run: x`,
      ),
    ),
    STEP,
    "Deploy: ID",
  ),
  "the id in the environment of the workflow, in a job's name": unread(
    on(`env:\n  ID: ${E}`, job("name: Deploy ${{ env.ID }}")),
    "a valid workflow: a job's name uses `env`, which is available only in steps.",
  ),
  "a concurrency group by env": unread(
    on(`run-name: ${E}\nenv:\n  STAGE: live`, job("concurrency: deploy-${{ env.STAGE }}")),
    "a valid workflow: a job's `concurrency` uses `env`, which is not available there.",
  ),
  "a job's condition by env": unread(
    on(`run-name: ${E}\nenv:\n  STAGE: live`, job("if: env.STAGE == 'live'")),
    "a valid workflow: a job's `if` uses `env`, which is not available there.",
  ),
  "a job's condition by a secret": unread(
    on(`run-name: ${E}`, job("if: ${{ secrets.TOKEN != '' }}")),
    "a valid workflow: a job's `if` uses `secrets`, which is not available there.",
  ),
  "a status in the run-name": unread(
    on(`run-name: \${{ always() && ${PAYLOAD} }}`),
    "a valid workflow: its `run-name` uses `always()`, which is available only in `if`.",
    { change: `It has a \`run-name\`: change it to:\n    run-name: Deploy [${E}]` },
  ),
  "a hash in the run-name": unread(
    on(`run-name: ${E} \${{ hashFiles('package-lock.json') }}`),
    "a valid workflow: its `run-name` uses `hashFiles()`, which is available only in steps.",
  ),
  "a job id that begins with a digit": unread(
    on(`run-name: ${E}`, JOBS.replace("deploy:", "1-deploy:")),
    "a valid workflow: `1-deploy` is no id of a job: letters, digits, `_` and `-`, not starting with a digit or `-`.",
  ),
  "a job id with a blank": unread(
    on(`run-name: ${E}`, JOBS.replace("deploy:", '"deploy it":')),
    "a valid workflow: `deploy it` is no id of a job: letters, digits, `_` and `-`, not starting with a digit or `-`.",
  ),
  "a need that does not exist": unread(
    on(`run-name: ${E}`, job("needs: build")),
    "a valid workflow: the job `deploy` needs `build`, which does not exist.",
  ),
  "outputs between jobs": shown(
    on(
      "",
      `${job('outputs:\n  tag: "${{ steps.tag.outputs.tag }}"', '- id: tag\n  run: echo "tag=1" >> "$GITHUB_OUTPUT"')}  mark:\n    needs: deploy\n    name: "Mark ${E} \${{ needs.deploy.outputs.tag }}"\n    runs-on: x\n    steps:\n      - run: x\n`,
    ),
    JOB,
    "Mark ID ",
  ),
  "a call with the id as an input and in its name": shown(
    on(
      "",
      `jobs:\n  call:\n    name: call ${E}\n    uses: ./.github/workflows/called.yml\n    secrets: inherit\n    with:\n      id: ${E}\n`,
    ),
    JOB,
    "call ID / called",
  ),
  "a matrix of systems and the id in its name": shown(
    on(
      "",
      job(
        `name: "\${{ matrix.os }} / ${E}"\nruns-on: \${{ matrix.os }}\nstrategy:\n  fail-fast: false\n  matrix:\n    os: [ubuntu-latest, windows-latest]`,
      ).replace("    runs-on: ubuntu-latest\n", ""),
    ),
    JOB,
    "windows-latest / ID",
  ),
  "the whole event in a script": silent(on("", job("", '- run: |\n    cat "$GITHUB_EVENT_PATH"\n    ./deploy')), [
    'Run cat "$GITHUB_EVENT_PATH"',
  ]),
  "the payload as JSON in env": silent(
    on("", job("env:\n  PAYLOAD: ${{ toJSON(github.event.client_payload) }}", '- run: echo "$PAYLOAD"')),
    ['Run echo "$PAYLOAD"'],
  ),
  "an id of its own kind": silent(
    on("run-name: Deploy ${{ github.event.client_payload.correlation_id || github.run_id }}"),
    ["deploy"],
  ),
  "an id of its own kind that is sent": shown(
    on("run-name: Deploy ${{ github.event.client_payload.correlation_id || github.run_id }}"),
    RUN_NAME,
    "Deploy ID",
    { given: { event_type: "deploy", distinct_id_key: "correlation_id" } },
  ),
  "an emoji and a pipe": shown(
    on(`run-name: "🚀 Deploy | \${{ github.actor }} → ${E}"`),
    RUN_NAME,
    "🚀 Deploy | octocat → ID",
  ),
  "a variable of the repository before the id": row(
    on(`run-name: "\${{ vars.PREFIX && format('{0}-{1}', vars.PREFIX, ${PAYLOAD}) || ${PAYLOAD} }}"`),
    {
      found: "its name",
      shows: ["ID"],
      says: "? deploy.yml may show the id in its `run-name`: the expression's value is not known before the run.",
    },
  ),
  "a comment where the id was": silent(on(`run-name: Deploy # ${E}`), ["Deploy"]),
};
