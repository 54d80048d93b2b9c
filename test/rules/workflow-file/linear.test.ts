/** Workflow files are somebody else's: whatever they say, reading them takes time in proportion to their size. */

import { expect, test } from "vitest";
import { examineReceiver, type ToReceiver } from "../../../src/workflow-file/examine.ts";
import { type Receiver, readReceiver } from "../../../src/workflow-file/receiver.ts";
import { growth } from "../../support/processor-time.ts";
import { SENT } from "../../support/receivers.ts";

const ID = "github.event.client_payload.distinct_id";
const LONG: ToReceiver = {
  ...SENT,
  id: "1658821493-1-9f3c2a7e41d06b58",
  payload: { note: "x".repeat(60_000) },
  needsName: true,
};

const TEMPLATES: Record<string, (size: number) => string> = {
  "many `&&`": (size) => `\${{ ${"a && ".repeat(size / 5)}a }}`,
  "many `||`": (size) => `\${{ ${"vars.a || ".repeat(size / 10)}a }}`,
  "many `!`": (size) => `\${{ ${"!".repeat(size)}a }}`,
  "many indexes": (size) => `\${{ a${"[a]".repeat(size / 3)} }}`,
  "many properties": (size) => `\${{ a${".a".repeat(size / 2)} }}`,
  "many stars": (size) => `\${{ github${".*".repeat(size / 2)} }}`,
  "many comparisons": (size) => `\${{ ${`${ID} == `.repeat(size / 43)}a }}`,
  "many places in a format": (size) => `\${{ format('${"{0}".repeat(size / 3)}', ${ID}) }}`,
  "many expressions": (size) => "${{ github.event }}".repeat(size / 19),
  "many values of the payload": (size) => `\${{ contains(${ID}, github.event.client_payload.note) }}`.repeat(size / 95),
  "many conditions": (size) => `\${{ case(${"a, b, ".repeat(size / 6)}c) }}`,
  "a long list in JSON": (size) => `\${{ join(fromJSON('[${"1,".repeat(size / 4)}1]'), '${"x".repeat(size / 2)}') }}`,
  "a long path into JSON": (size) => `\${{ fromJSON('[1]')${"[0]".repeat(size / 3)} }}`,
  "many texts": (size) => `\${{ ${"'a' ".repeat(size / 4)} }}`,
  "many blanks": (size) => `\${{ a${" ".repeat(size)}. b }}`,
  "a long number": (size) => `\${{ 1${"e".repeat(size)} }}`,
  "quotes of quotes": (size) => `\${{ ${"toJSON(".repeat(40)}'${'"'.repeat(size)}'${")".repeat(40)} }}`,
  "brackets that nothing closes": (size) => "${{ (".repeat(size / 5),
};

const JOBS = { a: { "runs-on": "x", steps: [{ run: "x" }] } };

const FILES: Record<string, (size: number) => object> = {
  ...Object.fromEntries(
    Object.entries(TEMPLATES).flatMap(([what, template]) => [
      [`${what} in its run-name`, (size: number) => ({ "run-name": template(size), jobs: JOBS })],
      [
        `${what} in a job`,
        (size: number) => {
          const text = template(size);
          const steps = [{ name: text, run: text, env: { A: text } }];
          return { jobs: { a: { "runs-on": "x", if: text, strategy: { matrix: { a: [text] } }, steps } } };
        },
      ],
    ]),
  ),
  "many jobs that need each other": (size) => ({
    jobs: Object.fromEntries(
      Array.from({ length: size / 50 }, (_, at) => [
        `job${at}`,
        { "runs-on": "x", needs: `job${Math.max(at - 1, 0)}`, if: at === 0 ? "false" : "always()", steps: [] },
      ]),
    ),
  }),
  "many jobs with a large matrix": (size) => {
    const list = Array.from({ length: 16 }, (_, at) => `\${{ vars.a }}${at}`);
    const matrix = { a: list, b: list, c: list, include: list.map((a) => ({ a, z: 1 })) };
    const job = { "runs-on": "x", strategy: { matrix }, steps: Array(10).fill({ name: "${{ matrix.a }}", run: "x" }) };
    return { jobs: Object.fromEntries(Array.from({ length: size / 200 }, (_, at) => [`job${at}`, job])) };
  },
};

function examine(file: object): void {
  const receiver = readReceiver("x.yml", { on: "repository_dispatch", ...file });
  examineReceiver({ ...receiver, mistake: undefined }, LONG);
}

test("many jobs that call a workflow of many jobs and inputs are read in linear time", async () => {
  const called = (size: number) => {
    const many = Array.from({ length: size / 40 }, (_, at) => `n${at}`);
    const inputs = Object.fromEntries(many.map((name) => [name, { type: "string", default: "${{ vars.a }}" }]));
    const steps = [{ name: "${{ inputs.n1 }} ${{ join(inputs.*) }}", run: "x" }];
    const inner = Object.fromEntries(many.map((name) => [name, { "runs-on": "x", if: "vars.a", steps }]));
    const outer = Object.fromEntries(
      many.map((name) => [name, { uses: "./.github/workflows/b.yml", with: { n1: "${{ vars.a }}" } }]),
    );
    const read = (on: object, jobs: object) => readReceiver("x.yml", { on, jobs });
    const innermost = read({ workflow_call: { inputs } }, inner);
    const nested = (file: Receiver, inside: Receiver): Receiver => ({
      ...file,
      jobs: file.jobs.map((job) => ({ ...job, called: inside })),
    });
    const middle = nested(read({ workflow_call: { inputs } }, outer), innermost);
    return nested(read({ repository_dispatch: null }, outer), middle);
  };
  const files = new Map([20_000, 160_000].map((size) => [size, called(size)]));
  const examined = (size: number) => {
    const file = files.get(size);
    if (file) examineReceiver(file, LONG);
  };
  expect(await growth(examined, 20_000)).toBeLessThanOrEqual(16);
});

test.each(Object.entries(FILES))("a file with %s is read in linear time", async (_, file) => {
  const files = new Map([20_000, 160_000].map((size) => [size, file(size)]));
  expect(await growth((size) => examine(files.get(size) ?? {}), 20_000)).toBeLessThanOrEqual(16);
});
