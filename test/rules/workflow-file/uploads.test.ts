import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { linesToUpload } from "../../../src/workflow-file/lines-to-add.ts";
import { readReceiver } from "../../../src/workflow-file/receiver.ts";
import { examineUploads } from "../../../src/workflow-file/uploads.ts";

const job = (steps: string) => `jobs: { build: { steps: [${steps}] } }`;
const step = (given: string, uses = "actions/upload-artifact@v7") => `{ uses: "${uses}", with: { ${given} } }`;
const examine = (text: string, name = "values") =>
  examineUploads(readReceiver("x.yml", parse(text)), { name, lines: "- the lines" });

const UPLOADS = { is: "right", text: "x.yml uploads the artifact `values`." };
const MAY = { is: "unknown", text: "x.yml uploads an artifact whose name may become `values` when it runs." };
const ELSEWHERE = {
  is: "unknown",
  text: "x.yml uploads no artifact `values` itself; whether a called workflow or action does is not checked.",
};
const NONE = {
  is: "wrong",
  text: "x.yml uploads no artifact `values`, so `outputs` would be missing (`outputs_from`).",
  lines: "- the lines",
};

test.each<[string, string, object]>([
  ["by its name", job(step("name: values, path: x.json")), UPLOADS],
  [
    "by a pinned version",
    job(step("name: values", "actions/upload-artifact@330a01c490aca151604b8cf639adc76d48f6c5d4")),
    UPLOADS,
  ],
  ["by a copy of the action", job(step("name: values", "acme/upload-artifact@v4")), UPLOADS],
  ["by merging others", job(step("name: values", "actions/upload-artifact/merge@v4")), UPLOADS],
  ["as a bare file", job(step("path: out/values, archive: false", "actions/upload-artifact@v7")), UPLOADS],
  ["as a bare file, whatever its name says", job(step("name: x, path: values, archive: 'false'")), UPLOADS],
  ["beside other steps", job(`{ parallel: [${step("name: x")}, ${step("name: values")}] }`), UPLOADS],
  ["by a name with an expression", job(step('name: "${{ matrix.os }}"')), MAY],
  ["by a name with an expression in it", job(step('name: "v${{ inputs.a }}lue${{ inputs.b }}"')), MAY],
  ["as a bare file by a pattern", job(step('path: "out/val*", archive: false')), MAY],
  ["as the only file of a folder", job(step("path: out, archive: false")), MAY],
  ["as the only file of a folder with a slash behind it", job(step("path: out/, archive: false")), MAY],
  ["as the only file of the folder where it runs", job(step("path: ., archive: false")), MAY],
  ["as what several patterns leave", job(step('path: "out/*\\n!out/x.json", archive: false')), MAY],
  [
    "as a file that an expression names",
    job(step("path: \"${{ format('out/{0}', inputs.a) }}\", archive: false")),
    MAY,
  ],
  ["as a bare file, by an input", job(step('path: values.json, archive: "${{ inputs.bare }}"')), MAY],
  ["as a bare file, written large", job(step("path: out/values, archive: 'FALSE'")), UPLOADS],
  [
    "as a bare file in a folder that an expression names",
    job(step('path: "${{ inputs.a }}/values", archive: false')),
    UPLOADS,
  ],
  ["as a bare file below a comment", job(step('path: "# one file\\nvalues", archive: false')), UPLOADS],
  ["in a called workflow, perhaps", "jobs: { build: { uses: ./.github/workflows/y.yml } }", ELSEWHERE],
  ["in a composite action, perhaps", job("{ uses: ./.github/actions/leave }"), ELSEWHERE],
  ["in somebody's action, perhaps", job("{ uses: acme/release@v1 }"), ELSEWHERE],
  ["never", job("{ run: make }, { uses: actions/checkout@v7 }"), NONE],
  ["never, but another", job(step("name: value, path: values")), NONE],
  ["never, but one without a name", job(step("path: values")), NONE],
  ["never, but another as a bare file", job(step("name: values, path: values.json, archive: false")), NONE],
  [
    "never, but another in a folder that an expression names",
    job(step('path: "${{ inputs.a }}/x.json", archive: false')),
    NONE,
  ],
  [
    "never, but one that a version before `archive` names",
    job(step("path: values, archive: false", "actions/upload-artifact@v6.0.1")),
    NONE,
  ],
  ["never, but one that begins otherwise", job(step('name: "x${{ inputs.a }}"')), NONE],
  ["never, but one that ends otherwise", job(step('name: "${{ inputs.a }}x"')), NONE],
  ["never, in a job that is skipped", `jobs: { build: { if: false, steps: [${step("name: values")}] } }`, NONE],
  [
    "never, in a step that is skipped",
    job("{ if: false, uses: actions/upload-artifact@v4, with: { name: values } }"),
    NONE,
  ],
  ["never, without jobs", "on: push", NONE],
])("a workflow uploads the artifact %s", (_, text, finding) => {
  expect(examine(text)).toEqual(finding);
});

test("without a name an artifact is called `artifact`, a merged one `merged-artifacts`", () => {
  expect(examine(job(step("path: x")), "artifact").is).toBe("right");
  expect(examine(job("{ uses: actions/upload-artifact/merge@v4 }"), "merged-artifacts").is).toBe("right");
});

describe("the lines to add", () => {
  test.each(["values", "outputs.json", "two words", "it's", "no", "1"])("upload %s, by the same rules", (name) => {
    for (const isEnterpriseServer of [false, true]) {
      const lines = linesToUpload(name, isEnterpriseServer);
      const steps = parse(lines) as { run?: string }[];
      expect(examine(`jobs: { build: { steps: ${JSON.stringify(steps)} } }`, name).is).toBe("right");
    }
  });

  test("upload a bare file on github.com", () => {
    expect(linesToUpload("values", false)).toBe(
      [
        '- run: echo \'{"version":"1.2.3"}\' > values',
        "- uses: actions/upload-artifact@v7",
        "  with:",
        "    path: values",
        "    archive: false",
      ].join("\n"),
    );
  });

  test("write to a file whose name a shell would take apart", () => {
    expect(linesToUpload("it's two", false)).toContain("> 'it'\\''s two'\n");
  });
});
