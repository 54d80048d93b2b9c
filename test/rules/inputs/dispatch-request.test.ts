import { describe, expect, test } from "vitest";
import { readDispatchRequest, withId } from "../../../src/inputs/dispatch-request.ts";
import * as mappings from "../../../src/inputs/mapping.ts";
import { readerOf } from "../../../src/inputs/reader.ts";

/** Reads the inputs over what action.yml fills in by itself, and adds the id as it is added when they are sent; a fresh one would be `fresh-1`. */
function read(given: Record<string, string>, { mustFind = true } = {}) {
  const inputs: Record<string, string> = { distinct_id_key: "distinct_id", ...given };
  const reader = readerOf((name) => inputs[name] ?? "");
  const { source: order, distinctId } = readDispatchRequest(reader, { freshId: "fresh-1", mustFind, mappings });
  const sent =
    order.event === "repository_dispatch"
      ? { ...order, clientPayload: withId(order.clientPayload, distinctId) }
      : { ...order, inputs: withId(order.inputs, distinctId) };
  return { order: sent, distinctId, problems: reader.problems };
}

const event = { event_type: "deploy" };
const file = { workflow: "deploy.yml" };

function list(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}: s3cret`).join("\n");
}

describe("a workflow", () => {
  test.each([
    ["deploy.yml", "file", "deploy.yml"],
    ["deploy.yaml", "file", "deploy.yaml"],
    ["1-ci.yml", "file", "1-ci.yml"],
    ["1.yml", "file", "1.yml"],
    [".github/workflows/deploy.yml", "file", "deploy.yml"],
    ["161335", "id", "161335"],
    ["9007199254740993", "id", "9007199254740993"],
    ["Deploy", "name", "Deploy"],
    ["Build and deploy (all)", "name", "Build and deploy (all)"],
    ["1-ci", "name", "1-ci"],
    ["1e3", "name", "1e3"],
    ["0x10", "name", "0x10"],
  ])("written as %j is the %s %j", (workflow, kind, value) => {
    expect(read({ workflow })).toMatchObject({ order: { workflow: { kind, value } }, problems: [] });
  });

  test("narrows an event down to its runs", () => {
    expect(read({ ...event, ...file }).order).toMatchObject({
      event: "repository_dispatch",
      workflow: { kind: "file", value: "deploy.yml" },
    });
  });
});

describe("the values of a workflow_dispatch", () => {
  test("are sent as strings exactly as written, with the id", () => {
    const { order, problems } = read({
      ...file,
      ref: "release/1",
      workflow_inputs: "version: 1.10\ndry: true\nnote:\n",
    });
    expect(problems).toEqual([]);
    expect(order).toEqual({
      event: "workflow_dispatch",
      workflow: { kind: "file", value: "deploy.yml" },
      ref: "release/1",
      inputs: { version: "1.10", dry: "true", note: "", distinct_id: "fresh-1" },
    });
  });

  test.each([
    "main",
    "v1.2.3",
    "refs/heads/main",
    "refs/tags/v1",
    "pullet",
    "pull/fix",
    "refs/heads/pull/fix",
    "abc1234",
    "f".repeat(39),
  ])("go to the ref %s", (ref) => {
    expect(read({ ...file, ref })).toMatchObject({ order: { ref }, problems: [] });
  });

  test.each([
    "f".repeat(40),
    "0123456789ABCDEF0123456789ABCDEF01234567",
    "a".repeat(64),
    "refs/pull/12/merge",
    "refs/pull/12/head",
  ])("do not go to the ref %s", (ref) => {
    expect(read({ ...file, ref }).problems).toEqual([
      `\`ref\` is a commit or a pull request; a \`workflow_dispatch\` takes a branch or a tag only (for a pull request: \`\${{ github.head_ref }}\`).`,
    ]);
  });

  test("are 25 at most; where they are, the id is left out", () => {
    const tooMany =
      "`workflow_inputs` has 26 inputs; GitHub takes at most 25: combine some of them into one JSON value.";
    expect(read({ ...file, workflow_inputs: list(24) })).toMatchObject({
      problems: [],
      distinctId: { key: "distinct_id" },
    });
    const full = read({ ...file, workflow_inputs: list(25) });
    expect(full).toMatchObject({ problems: [], distinctId: { key: undefined, leftOut: "distinct_id" } });
    expect(full.order).not.toHaveProperty("inputs.distinct_id");
    expect(read({ ...file, workflow_inputs: list(26) }).problems).toEqual([tooMany]);
    expect(read({ ...file, workflow_inputs: `${list(24)}\ndistinct_id: mine` }).problems).toEqual([]);
    expect(read({ ...file, workflow_inputs: `${list(25)}\ndistinct_id: mine` }).problems).toEqual([tooMany]);
    expect(read({ ...file, workflow_inputs: list(25), distinct_id_key: "" })).toMatchObject({
      problems: [],
      distinctId: { key: undefined },
    });
  });

  test.each([
    [{ reuse: "queued" }, "`reuse`"],
    [{ status_context: "deploy", wait_for: "found" }, "`status_context`"],
    [{ status_context: "deploy" }, "`status_context`"],
  ])("are 24 at most beside the id where it is needed: %j", (given, by) => {
    expect(read({ ...file, ...given, workflow_inputs: list(24) }).problems).toEqual([]);
    expect(read({ ...file, ...given, workflow_inputs: list(25) }).problems).toEqual([
      `\`workflow_inputs\` has 26 inputs (with \`distinct_id\`, which this action adds); GitHub takes at most 25: combine some of them into one JSON value, or leave out ${by} and send no id (\`distinct_id_key: ""\`).`,
    ]);
  });
});

describe("the payload of a repository_dispatch", () => {
  test.each([
    ["alone", {}, { distinct_id: "fresh-1" }],
    [
      "with values of any kind",
      { client_payload: '{"a": [1, {"b": null}]}' },
      { a: [1, { b: null }], distinct_id: "fresh-1" },
    ],
    ["with the ref", { ref: "release/1" }, { ref: "release/1", distinct_id: "fresh-1" }],
    ["with a commit as the ref", { ref: "f".repeat(40) }, { ref: "f".repeat(40), distinct_id: "fresh-1" }],
    [
      "with a pull request as the ref",
      { ref: "refs/pull/1/merge" },
      { ref: "refs/pull/1/merge", distinct_id: "fresh-1" },
    ],
    [
      "with the same ref in both places",
      { ref: "v1", client_payload: "ref: v1" },
      { ref: "v1", distinct_id: "fresh-1" },
    ],
    ["with a ref of its own", { client_payload: "ref: v1" }, { ref: "v1", distinct_id: "fresh-1" }],
    ["with the given id", { distinct_id: "mine-1" }, { distinct_id: "mine-1" }],
    ["with the id under another name", { distinct_id_key: "trace" }, { trace: "fresh-1" }],
    ["with the id that it has", { client_payload: "distinct_id: mine-1" }, { distinct_id: "mine-1" }],
    ["as text where it has a number for it", { client_payload: "distinct_id: 12" }, { distinct_id: "12" }],
  ])("carries the id %s", (_, given, clientPayload) => {
    const { order, problems } = read({ ...event, ...given });
    expect(problems).toEqual([]);
    expect(order).toMatchObject({ event: "repository_dispatch", eventType: "deploy" });
    expect(order).toHaveProperty("clientPayload", clientPayload);
  });

  test("has 10 top-level properties at most, with ours", () => {
    const more = "GitHub takes at most 10: combine some of them into one object.";
    expect(read({ ...event, client_payload: list(9) }).problems).toEqual([]);
    expect(read({ ...event, client_payload: list(10) }).problems).toEqual([
      `\`client_payload\` has 11 top-level properties (with \`distinct_id\`, which this action adds); ${more}`,
    ]);
    expect(read({ ...event, client_payload: list(8), ref: "v1" }).problems).toEqual([]);
    expect(read({ ...event, client_payload: list(9), ref: "v1" }).problems).toEqual([
      `\`client_payload\` has 11 top-level properties (with \`ref\` and \`distinct_id\`, which this action adds); ${more}`,
    ]);
    const bare = { distinct_id_key: "" };
    expect(read({ ...event, ...bare, client_payload: list(10) }, { mustFind: false }).problems).toEqual([]);
    expect(read({ ...event, ...bare, client_payload: list(11) }, { mustFind: false }).problems).toEqual([
      `\`client_payload\` has 11 top-level properties; ${more}`,
    ]);
  });

  test("has 65,535 characters at most, with ours", () => {
    const ours = '{"a":"","distinct_id":"fresh-1"}'.length;
    const payload = (length: number) => ({
      client_payload: JSON.stringify({ a: "x".repeat(length - ours) }),
    });
    expect(read({ ...event, ...payload(65_535) }).problems).toEqual([]);
    expect(read({ ...event, ...payload(65_536) }).problems).toEqual([
      "`client_payload` has 65536 characters as JSON (with `distinct_id`, which this action adds); GitHub takes at most 65535.",
    ]);
  });

  test("goes with an event_type of 100 characters at most", () => {
    expect(read({ event_type: "e".repeat(100) }).problems).toEqual([]);
    expect(read({ event_type: "e".repeat(101) }).problems).toEqual([
      "`event_type` has 101 characters; GitHub takes at most 100.",
    ]);
  });
});

describe("the id", () => {
  test.each([
    ["is generated", {}, { key: "distinct_id", value: "fresh-1" }],
    ["is as given", { distinct_id: "octo/app:v1.2" }, { key: "distinct_id", value: "octo/app:v1.2" }],
    ["has 100 characters at most", { distinct_id: "x".repeat(100) }, { key: "distinct_id", value: "x".repeat(100) }],
    ["goes under another name", { distinct_id_key: "trace-id" }, { key: "trace-id", value: "fresh-1" }],
    [
      "is not sent under an empty name",
      { ...file, event_type: "", distinct_id_key: "" },
      { key: undefined, value: "fresh-1" },
    ],
    ["is adopted", { client_payload: "distinct_id: mine-1" }, { key: "distinct_id", value: "mine-1" }],
    ["is adopted from a number", { client_payload: "distinct_id: 12" }, { key: "distinct_id", value: "12" }],
    [
      "is adopted by its own name only",
      { client_payload: "distinct_id: mine-1", distinct_id_key: "trace" },
      { key: "trace", value: "fresh-1" },
    ],
    [
      "is adopted from workflow_inputs as written",
      { ...file, event_type: "", workflow_inputs: "distinct_id: 1.10" },
      { key: "distinct_id", value: "1.10" },
    ],
    [
      "may be the same in both places",
      { client_payload: "distinct_id: mine-1", distinct_id: "mine-1" },
      { key: "distinct_id", value: "mine-1" },
    ],
  ])("%s", (_, given, distinctId) => {
    expect(read({ ...event, ...given })).toMatchObject({ distinctId, problems: [] });
  });

  test("is left out of the values when it is not sent", () => {
    expect(read({ ...file, distinct_id_key: "", workflow_inputs: "a: 1" })).toMatchObject({
      order: { inputs: { a: "1" } },
      problems: [],
    });
    expect(read({ ...event, distinct_id_key: "" }, { mustFind: false }).order).toHaveProperty("clientPayload", {});
  });

  const form = "must be 1 to 100 letters, digits and `. _ : / -`.";
  test.each([
    [{ distinct_id: "x".repeat(101) }, `\`distinct_id\` ${form}`],
    [{ distinct_id: "a b" }, `\`distinct_id\` ${form}`],
    [{ client_payload: "distinct_id: s3cret value" }, `\`distinct_id\` in \`client_payload\`, the run's id, ${form}`],
    [
      { client_payload: "distinct_id: s3cret", distinct_id: "mine" },
      "`client_payload` has another `distinct_id` than `distinct_id`: set the id in one place.",
    ],
    [
      { client_payload: "trace: s3cret", distinct_id: "mine", distinct_id_key: "trace" },
      "`client_payload` has another `trace` than `distinct_id`: set the id in one place.",
    ],
    [
      { ...file, event_type: "", workflow_inputs: "distinct_id: s3cret", distinct_id: "mine" },
      "`workflow_inputs` has another `distinct_id` than `distinct_id`: set the id in one place.",
    ],
    [
      { client_payload: "distinct_id: [s3cret]" },
      "`client_payload` has `distinct_id`, which is neither text nor a number, so it cannot be the run's id.",
    ],
    [
      { distinct_id_key: "" },
      "`distinct_id_key` is empty, so no id would be sent and the run could not be found: set it, or `wait_for: nothing`.",
    ],
    [
      { distinct_id_key: "a.b" },
      "`distinct_id_key` is not a valid input name: use letters, digits, `_` and `-`, not starting with a digit.",
    ],
  ])("of %j is a problem", (given, problem) => {
    expect(read({ ...event, ...given }).problems).toEqual([problem]);
    expect(problem).not.toContain("s3cret");
  });
});

describe("what is sent has a problem", () => {
  test.each([
    [
      "where nothing says what to start",
      {},
      "Nothing to do: set `workflow` (a file name such as `deploy.yml`) to send a `workflow_dispatch`, `event_type` to send a `repository_dispatch`, or `run_id` to follow an existing run. If an expression sets one of them, it was empty.",
    ],
    [
      "as workflow_inputs with an event_type",
      { ...event, workflow_inputs: "a: s3cret" },
      "`workflow_inputs` cannot be used with `event_type`: pass the values as `client_payload`, or leave out `event_type`.",
    ],
    [
      "as client_payload without an event_type",
      { ...file, client_payload: "a: s3cret" },
      "`client_payload` requires `event_type`: pass the values as `workflow_inputs`, or set `event_type`.",
    ],
    [
      "as JSON that does not parse",
      { ...event, client_payload: '{"a": "s3cret"' },
      "`client_payload`: neither JSON nor YAML; a quote, a bracket, a brace, a comma or a `:` is missing (line 1, column 15), at its end.",
    ],
    [
      "as YAML that does not parse",
      { ...file, workflow_inputs: "a: 1\nb: c: s3cret" },
      "`workflow_inputs`: neither JSON nor YAML; there is a second `: ` in the value: put it in quotes, or fix the indentation (line 2, column 4).",
    ],
    [
      "as a list",
      { ...event, client_payload: "[s3cret]" },
      '`client_payload`: not an object (`key: value` lines or `{"key": "value"}`).',
    ],
    [
      "as text",
      { ...file, workflow_inputs: "s3cret" },
      '`workflow_inputs`: not an object (`key: value` lines or `{"key": "value"}`).',
    ],
    [
      "as an input that is no scalar",
      { ...file, workflow_inputs: "a: [s3cret]" },
      "`workflow_inputs`: 'a' is a list or an object; an input takes a single value (pass it as a JSON string).",
    ],
    [
      "with two refs",
      { ...event, ref: "main", client_payload: "ref: s3cret" },
      "`client_payload` has a `ref` that differs from the input `ref`: set it in one place.",
    ],
  ])("%s", (_, given, problem) => {
    expect(read(given).problems).toEqual([problem]);
    expect(problem).not.toContain("s3cret");
  });
});

describe("names that differ only in case", () => {
  const are =
    "the receiver treats names that differ only in case as one, and would read only one value. Remove or rename one.";

  test.each([
    ["of a payload", { ...event, client_payload: "env: s3cret\nEnv: s3cret" }, "client_payload", "`env` and `Env`"],
    [
      "within a payload",
      { ...event, client_payload: "a: [{ b: 1 }, { c: 1, C: 2 }]" },
      "client_payload",
      "`c` and `C`",
    ],
    [
      "of inputs",
      { ...file, workflow_inputs: "stage: s3cret\nSTAGE: s3cret" },
      "workflow_inputs",
      "`stage` and `STAGE`",
    ],
    [
      "beside the id",
      { ...event, client_payload: "Distinct_ID: s3cret" },
      "client_payload",
      "`Distinct_ID` and `distinct_id` (which this action adds)",
    ],
    [
      "beside the id, among inputs",
      { ...file, workflow_inputs: "Distinct_ID: s3cret" },
      "workflow_inputs",
      "`Distinct_ID` and `distinct_id` (which this action adds)",
    ],
    [
      "beside the ref",
      { ...event, ref: "main", client_payload: "REF: s3cret" },
      "client_payload",
      "`REF` and `ref` (which this action adds)",
    ],
  ])("are a problem %s", (_, given, input, names) => {
    expect(read(given).problems).toEqual([`\`${input}\` has ${names}: ${are}`]);
  });

  test("are none in two objects", () => {
    expect(read({ ...event, client_payload: "a: { b: 1 }\nc: { B: 1 }\nd: [a, A]" }).problems).toEqual([]);
  });
});

test("the inputs of a workflow have 65,535 characters at most, with the id", () => {
  const inputs = (length: number) => ({
    ...file,
    workflow_inputs: `{"a":"${"x".repeat(length - JSON.stringify({ a: "", distinct_id: "fresh-1" }).length)}"}`,
  });
  expect(read(inputs(65_535)).problems).toEqual([]);
  expect(read(inputs(65_536)).problems).toEqual([
    "`workflow_inputs` has 65536 characters as JSON (with `distinct_id`, which this action adds); GitHub takes at most 65535.",
  ]);
});

test.each([
  ["event_type", { event_type: "dep\nloy" }],
  ["workflow", { workflow: "Deploy\u001b[31m" }],
])("a line break or a control character in %s is a problem", (name, given) => {
  expect(read(given).problems).toEqual([
    `\`${name}\` has a line break or another control character: use one name on one line.`,
  ]);
});

test("several refs are one a line or a JSON list; empty ones are passed over", () => {
  for (const ref of ["\nfeature/x\r\n\n main ", '["feature/x", "", "main"]']) {
    expect(read({ ...file, ref }).order).toMatchObject({ ref: "feature/x", otherRefs: ["main"] });
    expect(read({ ...event, ref }).order).toMatchObject({ clientPayload: { ref: "feature/x" }, otherRefs: ["main"] });
  }
  expect(read({ ...file, ref: "\nmain\n" }).order).not.toHaveProperty("otherRefs");
  expect(read({ ...file, ref: "main\u2028next" }).problems).toEqual([
    "`ref` has a control character: use one branch or tag on each line.",
  ]);
});
