/** Our reader of expressions, held against GitHub's own evaluator. */

import { describe, expect, test } from "vitest";
import { contextsOf, type SentId } from "../../../src/workflow-file/contexts.ts";
import { fillTemplate } from "../../../src/workflow-file/expression.ts";
import { readReceiver } from "../../../src/workflow-file/receiver.ts";
import { GAP } from "../../../src/workflow-file/values.ts";
import { fillTemplate as fillAsGitHub } from "../../simulator/expression.ts";

const ID = "1658821493-1-9f3c2a7e41d06b58";
const INPUTS = { distinct_id: ID, stage: "live", dry: "false", size: "10" };
const PAYLOAD = { distinct_id: ID, stage: "live", dry: false, size: 10, tags: ["a", "b"], at: { zone: "eu" } };
const rest = { actor: "octocat", run_id: "4", ref: "refs/heads/main", head_ref: "", base_ref: "" };

const EVENTS = {
  workflow_dispatch: {
    sent: {
      event: "workflow_dispatch",
      eventType: "",
      key: "distinct_id",
      id: ID,
      inputs: omitId(INPUTS),
      payload: {},
    },
    contexts: {
      github: { ...rest, event_name: "workflow_dispatch", event: { inputs: INPUTS, ref: "refs/heads/main" } },
      inputs: { ...INPUTS, dry: false, size: 10 },
      vars: { STAGE: "test", DISTINCT: "distinct", KEY: "distinct_id" },
    },
  },
  repository_dispatch: {
    sent: {
      event: "repository_dispatch",
      eventType: "deploy",
      key: "distinct_id",
      id: ID,
      inputs: {},
      payload: omitId(PAYLOAD),
    },
    contexts: {
      github: { ...rest, event_name: "repository_dispatch", event: { action: "deploy", client_payload: PAYLOAD } },
      inputs: {},
      vars: { STAGE: "test", DISTINCT: "distinct", KEY: "distinct_id" },
    },
  },
} satisfies Record<string, { sent: SentId; contexts: Record<string, unknown> }>;

function omitId<Values extends { distinct_id: unknown }>({ distinct_id: _, ...others }: Values) {
  return others;
}

const RECEIVER = readReceiver("x.yml", {
  on: {
    workflow_dispatch: {
      inputs: { distinct_id: null, stage: null, dry: { type: "boolean" }, size: { type: "number" } },
    },
    repository_dispatch: null,
  },
  jobs: { a: {} },
});

const P = "github.event.client_payload";

/** What GitHub makes of each is sure before the run. */
const SURE = [
  "${{ github.event_name }}",
  "${{ github['EVENT_NAME'] }}",
  "${{ github.event_name == 'workflow_dispatch' && format('X {0}', inputs.distinct_id) || 'CI' }}",
  `\${{ github.event_name == 'repository_dispatch' && ${P}.distinct_id || 'CI' }}`,
  `\${{ github.event_name != 'Workflow_Dispatch' && ${P}.distinct_id || inputs.distinct_id }}`,
  "${{ (github.event_name == 'push' || github.event_name == 'schedule') && 'CI' || inputs.distinct_id }}",
  `\${{ github.event.action == 'deploy' && ${P}.distinct_id || 'CI' }}`,
  `\${{ github.event.action == 'DEPLOY' }} \${{ github.event.action != '' }} \${{ !github.event.action }}`,
  "${{ github.event.action || github.event_name }}",
  "${{ case(github.event_name == 'workflow_dispatch', inputs.distinct_id, 'CI') }}",
  `\${{ CASE(github.event_name == 'push', 'a', github.event.action == 'deploy', ${P}.distinct_id, 'CI') }}`,
  "${{ case(false, 'a', inputs.distinct_id) }}",
  "${{ case(github.event.schedule == null, 'a', fromJSON('').b) }} ${{ case(false, fromJSON('').b, 'c') }}",
  "${{ contains(github.event_name, 'DISPATCH') && inputs.distinct_id || 'CI' }}",
  "${{ contains(fromJSON('[\"push\", \"workflow_dispatch\"]'), github.event_name) && inputs.distinct_id || 'CI' }}",
  "${{ startsWith(github.event_name, 'workflow_') && inputs.distinct_id || 'CI' }}",
  "${{ endsWith(github.event_name, '_dispatch') }} ${{ startsWith('abc', 'c') }} ${{ endsWith('abc', '') }}",
  '${{ fromJSON(\'{"workflow_dispatch": "by hand", "b": [1, null, true]}\')[github.event_name] }}',
  "${{ fromJSON('{\"a\": {\"B\": \"c\"}}').A.b }} ${{ fromJSON('[1, [2, 3]]')[1][0] }} ${{ fromJSON('[1]')[2] }}",
  "${{ join(fromJSON('[\"a\", 1, true]'), '+') }} ${{ join(fromJSON('[\"a\", \"b\"]')) }}",
  "${{ toJSON('a\"b') }} ${{ toJSON(true) }} ${{ toJSON(1.50) }} ${{ toJSON(null) }}",
  "${{ github.event.pull_request.title || inputs.distinct_id || github.event_name }}",
  "${{ github.event.head_commit.message }}${{ github.head_ref }}${{ github.base_ref }}${{ github.event.schedule }}",
  "${{ github.event.issue.number && 'issue' || inputs.distinct_id }}",
  `\${{ ${P}.stage == 'live' && ${P}.distinct_id || 'CI' }}`,
  `\${{ ${P}.dry == false }} \${{ ${P}.size == '10' }} \${{ ${P}.size > 9 }} \${{ ${P}.none == null }}`,
  `\${{ ${P} != null }} \${{ ${P} == '' }} \${{ ${P}.at && 'x' }} \${{ ${P}.at.zone == 'eu' }} \${{ ${P}.tags[1] == 'b' }}`,
  `\${{ contains(${P}.tags, 'a') && ${P}.distinct_id || 'CI' }}`,
  "${{ inputs.stage == 'live' && inputs.distinct_id || 'CI' }}",
  "${{ inputs.dry && 'dry' || inputs.distinct_id }} ${{ inputs.dry == false }} ${{ inputs.dry == 'false' }}",
  "${{ github.event.inputs.dry && 'text' }} ${{ github.event.inputs.dry == 'false' }} ${{ github.event.inputs.dry == false }}",
  "${{ inputs.size == 10 }} ${{ github.event.inputs.size >= 10 }} ${{ inputs.size < 9 }}",
  "${{ 1764250000123456 }} ${{ 0.1 }} ${{ 1e3 }} ${{ 0xF }} ${{ -1.50 }} ${{ 1e-7 }} ${{ 3.0 }}",
  "${{ 1 == '1' }} ${{ '' == 0 }} ${{ null == false }} ${{ 'a' == 1 }} ${{ 'a' < 'B' }} ${{ NaN == NaN }} ${{ Infinity }}",
  "${{ true && 1 }} ${{ !'' }} ${{ !'false' }} ${{ null }}x ${{ 0 || 'zero' }} ${{ '0' && 'text' }}",
  "${{ format('{0}-{1}-{0} {{}}', 'a', 2) }} ${{ format('{0}', null) }} ${{ format('{0}', true) }}",
  "${{ github.event['action'] == 'deploy' && 'a' || 'b' }}",
  "${{ github.run_id && inputs.distinct_id || 'CI' }}",
];

/** Only what may come of it is known. */
const UNSURE = [
  "${{ vars.STAGE == 'test' && inputs.distinct_id || 'CI' }}",
  "${{ github.actor == 'octocat' && 'a' || 'b' }}",
  `\${{ ${P}.stage }}-\${{ ${P}.distinct_id }}`,
  "${{ case(vars.STAGE == 'test', inputs.distinct_id, 'CI') }}",
  "${{ contains(vars.STAGE, 'e') }}",
  '${{ fromJSON(\'{"test": "a"}\')[vars.STAGE] }}',
  "${{ toJSON(github.event.client_payload) }}",
  "${{ inputs.stage }} ${{ github.ref }} ${{ join(github.event.client_payload.tags) }}",
  "${{ inputs.size }}",
  "${{ inputs[format('{0}_id', vars.DISTINCT)] }} ${{ github.event.client_payload[vars.KEY] }}",
];

describe.each(Object.entries(EVENTS))("an expression in a run of %s", (_, { sent, contexts }) => {
  const ours = (template: string) => fillTemplate(template, contextsOf(RECEIVER, sent));

  test.each(SURE)("is what GitHub makes of it: %s", (template) => {
    expect(ours(template)).toEqual([fillAsGitHub(template, contexts)]);
  });

  test.each([...SURE, ...UNSURE])("may be what GitHub makes of it: %s", (template) => {
    const patterns = ours(template).map((text) => new RegExp(`^${text.split(GAP).map(escaped).join("[^]*")}$`));
    const text = fillAsGitHub(template, contexts);
    expect(
      patterns.some((pattern) => pattern.test(text)),
      `${text} in ${patterns}`,
    ).toBe(true);
  });

  test("never quotes a value that was sent", () => {
    for (const template of [...SURE, ...UNSURE]) expect(ours(template).join()).not.toMatch(/\blive\b|\beu\b/);
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
