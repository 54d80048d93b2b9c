/** An input may come from a step on Windows, whose lines end with CRLF: it says the same. */

import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readInputs } from "../../../src/inputs/inputs.ts";
import * as mappings from "../../../src/inputs/mapping.ts";
import { readerOf } from "../../../src/inputs/reader.ts";
import { readTargetTokens } from "../../../src/inputs/target-tokens.ts";
import { readReportInputs } from "../../../src/report/report-inputs.ts";
import { readTargets } from "../../../src/targets/read-targets.ts";
import { CALLER, inputsOf } from "../../support/step.ts";

const API = "https://api.github.com";
const caller = { ...CALLER, apiUrl: API };
const { privateKey: PEM } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

const start = { workflow: "deploy.yml", wait_for: "completed" };
const listen = { event_type: "deploy", wait_for: "completed" };

type Given = Record<string, string>;
const readers: Record<string, (given: Given) => unknown> = {
  step(given) {
    const inputs = inputsOf(given, API);
    return readInputs((name) => inputs[name] ?? "", caller, "9f3c2a7e41d06b58", mappings);
  },
  targets(given) {
    const inputs = inputsOf(given, API);
    return readTargets(
      (name) => inputs[name] ?? "",
      caller,
      () => "9f3c2a7e41d06b58",
      mappings,
    );
  },
  tokens: ({ tokens = "" }) => {
    const reader = readerOf(() => tokens);
    return { tokens: readTargetTokens(reader, API, mappings), problems: reader.problems };
  },
  report: (given) => {
    const inputs: Given = { own_token: "t0ken", token: "t0ken", ...given };
    return readReportInputs((name) => inputs[name] ?? "", [], { owner: "octo", apiUrl: API });
  },
};

describe.each<[string, keyof typeof readers, Given]>([
  [
    "workflow_inputs as YAML",
    "step",
    { ...start, workflow_inputs: "a: 1\n# none\nb: |\n  two\n  lines\nc: >-\n  one\n  line\n" },
  ],
  ["workflow_inputs as JSON", "step", { ...start, workflow_inputs: '{\n  "a": "two\\nlines",\n  "b": true\n}\n' }],
  ["client_payload", "step", { ...listen, client_payload: "a:\n  - b\n  - c: |\n      d\n      e\n" }],
  ["ref, several", "step", { ...start, ref: "feature\nmain\n" }],
  ["jobs", "step", { ...start, jobs: "test (linux, 20)\ntest (*)\n\n" }],
  ["jobs as a JSON list", "step", { ...start, jobs: '[\n  "build",\n  "test"\n]\n' }],
  ["success_conclusions", "step", { ...start, success_conclusions: "success\nneutral\n" }],
  ["cancel_run_on", "step", { ...start, cancel_run_on: "cancel\ntimeout\n" }],
  ["app_private_key", "step", { ...start, app_id: "7", app_private_key: PEM }],
  [
    "targets",
    "targets",
    {
      ...start,
      targets:
        "- octo/a\n- repo: octo/b\n  needs: octo/a\n  workflow_inputs: |\n    x: 1\n    y: 2\n  ref: |\n    next\n    main\n",
    },
  ],
  ["tokens", "tokens", { tokens: "octo/*: ghp_1\nocto/site: ghp_2\n" }],
  ["callers", "report", { callers: "the-app\n- acme/web\n" }],
  ["status_context of report", "report", { callers: "the-app", status_context: "remote\n- deploy (octo/target)\n" }],
])("%s", (_, reader, given) => {
  test("says the same with the line ends of Windows", () => {
    const asOnWindows = Object.fromEntries(
      Object.entries(given).map(([name, text]) => [name, text.replaceAll("\n", "\r\n")]),
    );
    const read = readers[reader] as (given: Given) => unknown;
    expect(normal(read(asOnWindows))).toEqual(normal(read(given)));
  });
});

/** A key of several lines is handed on as it is: what reads it takes both. */
function normal(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each) => (each instanceof Set ? [...each] : each)).replaceAll("\\r\\n", "\\n"),
  );
}
