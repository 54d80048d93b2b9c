/** Receiving workflows as users write them, one for each event and each place where the id can show. */

import type { ToReceiver } from "../../src/workflow-file/examine.ts";

export type EventName = "repository_dispatch" | "workflow_dispatch";
export type SignName = "run-name" | "job" | "step";

/** What a receiver for `event` starts with. */
function on(event: EventName, key: string): string {
  return event === "workflow_dispatch"
    ? `on:\n  workflow_dispatch:\n    inputs:\n      ${key}:\n        required: false\n      fail:\n        required: false`
    : "on:\n  repository_dispatch:\n    types: [deploy]";
}

/** The expression that is the id at the receiver. */
export function idExpression(event: EventName, key = "distinct_id"): string {
  return event === "workflow_dispatch" ? `\${{ inputs.${key} }}` : `\${{ github.event.client_payload.${key} }}`;
}

/** A receiver that shows the id in its run-name, in a job's name, or in a step's name. */
export function receiver(event: EventName, sign: SignName | undefined, key = "distinct_id"): string {
  const id = idExpression(event, key);
  return [
    "name: Deploy",
    ...(sign === "run-name" ? [`run-name: Deploy [${id}]`] : []),
    on(event, key),
    "jobs:",
    "  identify:",
    ...(sign === "job" ? [`    name: Deploy for ${id}`] : []),
    "    runs-on: ubuntu-latest",
    "    steps:",
    ...(sign === "step" ? [`      - name: ${id}`, "        run: 'true'"] : []),
    "      - name: Deploy",
    "        run: ./deploy",
  ].join("\n");
}

/** A receiver that takes the dispatch and shows no id anywhere; it does not even declare it. */
export const SILENT = `
name: Silent
on:
  workflow_dispatch:
  repository_dispatch:
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      - name: Work
        run: ./work
`;

/** A neighbour that is always busy. */
export const BUSY = `
name: Busy
on:
  push:
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - name: Build
        run: make
`;

/** An event that is looked for by its id. */
export const SENT: ToReceiver = {
  event: "repository_dispatch",
  eventType: "deploy",
  key: "distinct_id",
  id: "run-1",
  inputs: {},
  needsSign: true,
  needsName: false,
  answerNamesRun: "no",
};
