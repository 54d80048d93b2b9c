/** The demonstration's part about many targets: twelve repositories in one step, one of them red, one of them found late. */

import type { Behaviour, GitHub } from "../simulator/index.ts";
import { idExpression } from "./receivers.ts";

const FILE = "test.yml";
const EVENT_TYPE = "library-published";

const NAMES = [
  ...[
    "accounts",
    "billing",
    "catalog",
    "checkout",
    "cli",
    "docs",
    "forms",
    "mobile",
    "pricing",
    "search",
    "shop",
    "web",
  ],
].map((name) => `octo/${name}`);

const ENTRIES: Readonly<Record<string, string>> = {
  "octo/docs": "needs: [octo/cli]",
  "octo/mobile": `event_type: ${EVENT_TYPE}`,
  "octo/shop": "needs: [octo/checkout]",
};

const ORDINARY: Behaviour = { visibleAfterMs: 300, freshRun404Ms: 0, queuedMs: 500, setupMs: 300, stepMs: 900 };

const OTHERS: Readonly<Record<string, Behaviour>> = {
  "octo/checkout": { ...ORDINARY, jobs: { test: { failedStep: "Run the tests" } } },
  "octo/mobile": { ...ORDINARY, visibleAfterMs: 4000 },
};

/** What the reader sees of a receiver. */
export const FLEET_RECEIVER = [
  "name: Test",
  `run-name: Test [${idExpression("workflow_dispatch").replace(/ \}\}$/, " || github.event.client_payload.distinct_id }}")}]`,
  "on:",
  "  workflow_dispatch:",
  "    inputs:",
  "      version:",
  "        required: true",
  "      distinct_id:",
  "        required: false",
  "  repository_dispatch:",
  `    types: [${EVENT_TYPE}]`,
  "jobs:",
  "  test:",
  "    runs-on: ubuntu-latest",
  "    steps:",
  "      - name: Install",
  "        run: ./install",
  "      - name: Run the tests",
  "        run: ./test",
].join("\n");

export const FLEET_RECEIVER_PLACE = `.github/workflows/${FILE} of each of ${NAMES.length} repositories`;

export function addFleet(github: GitHub): void {
  for (const name of NAMES) {
    github.addRepository(name, { workflows: { [FILE]: FLEET_RECEIVER } });
    github.behaviour(name, FILE, OTHERS[name] ?? ORDINARY);
  }
}

/** The step's `with:`, but for the token. */
export const FLEET_INPUTS = {
  targets: NAMES.map((name) => (ENTRIES[name] ? `- {repo: ${name}, ${ENTRIES[name]}}` : `- ${name}`)).join("\n"),
  workflow: FILE,
  ref: "main",
  workflow_inputs: '{"version": "1.10"}',
  client_payload: '{"version": "1.10"}',
  wait_for: "completed",
  max_parallel: "6",
  poll_interval_seconds: "1",
};
