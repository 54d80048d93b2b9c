/**
 * What upload-artifact's own library uploads is what a step with `outputs_from` reads: `npm run test:artifacts`. Its uploads
 * are real; what they leave is then a run's on the simulated GitHub.
 */

import { createHash, randomBytes } from "node:crypto";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readArtifactName } from "../../src/inputs/inputs.ts";
import { readerOf } from "../../src/inputs/reader.ts";
import { type ResultsService, startResultsService } from "../simulator/results-service.ts";
import type { ServerName } from "../simulator/servers-table.ts";
import { playScene } from "../support/values-stage.ts";
import { type Asked, install, upload } from "./library.ts";

const TEXT = '{"version":"1.10","note":"schön"}\n';
const TAKEN = "an artifact with this name already exists on the workflow run";
const NOT_SUPPORTED = /^GHESNotSupportedError: /;

let service: ResultsService;
beforeAll(install);
beforeEach(async () => {
  service = await startResultsService();
});
afterEach(async () => {
  await service.close();
  expect(service.violations).toEqual([]);
});

/** What a step gets from this artifact of a run that has left all that was uploaded. */
async function read(name: string, server: ServerName = "api.github.com") {
  const artifacts = service.artifacts.map(({ name, bytes, digest }) => ({ name, bytes, digest }));
  const runDetails = server.startsWith("ghes") ? "rejected" : "known";
  const { failure, outputs } = await playScene({ artifacts, server, runDetails, given: { outputs_from: name } });
  return failure?.split(": http")[0] ?? outputs.outputs;
}

describe("a step reads what was uploaded", () => {
  const file = { "outputs.json": TEXT };
  test.each<[string, string, Asked]>([
    ["zipped", "values", { name: "values", files: file }],
    ["stored in a zip", "values", { name: "values", files: file, compressionLevel: 0 }],
    ["as small as possible", "values", { name: "values", files: file, compressionLevel: 9 }],
    ["zipped, in a folder", "values", { name: "values", files: { "out/any.json": TEXT } }],
    ["zipped beside others", "values", { name: "values", files: { "a.json": "x", ...file, "ü/outputs.json": "y" } }],
    ["bare", "outputs.json", { files: file, skipArchive: true }],
    [
      "bare, from a folder, whatever its name is",
      "outputs.json",
      { name: "x", files: { "eu/outputs.json": TEXT }, skipArchive: true },
    ],
  ])("%s", async (_, name, asked) => {
    const uploaded = await upload(service.origin, asked);
    const [artifact] = service.artifacts;
    const digest = createHash("sha256")
      .update(artifact?.bytes ?? "")
      .digest("hex");
    expect(uploaded).toEqual({ id: artifact?.id, size: artifact?.bytes.length, digest });
    expect(service.calls).toEqual(["CreateArtifact", "PUT block", "PUT blocklist", "FinalizeArtifact"]);
    expect(artifact).toMatchObject({ name, digest: `sha256:${digest}` });
    for (const server of ["api.github.com", "ghes-3.18", "ghes-3.19"] as const)
      expect(await read(name, server)).toBe(TEXT);
  });

  test("in several blocks, and finds it too large", async () => {
    const bytes = randomBytes(9 * 1024 * 1024);
    await upload(service.origin, { files: { values: bytes }, skipArchive: true });
    expect(service.calls.filter((call) => call === "PUT block")).toHaveLength(2);
    expect(service.artifacts[0]?.bytes.equals(bytes)).toBe(true);
    expect(await read("values")).toBe("The artifact `values` (`outputs_from`) has more than 1 MiB");
  });

  test.each([
    ["an empty file, bare", { files: { values: "" }, skipArchive: true }],
    ["an empty file, zipped", { name: "values", files: { x: "" } }],
  ] satisfies [string, Asked][])("%s, and says so", async (_, asked) => {
    await upload(service.origin, asked);
    expect(await read("values")).toBe("The artifact `values` (`outputs_from`) is not a JSON object: it is empty");
  });
});

describe("two jobs that upload `outputs.json` bare from folders of their own", () => {
  const from = (folder: string, others: Partial<Asked> = {}) =>
    upload(service.origin, {
      name: folder,
      files: { [`${folder}/outputs.json`]: `{"from":"${folder}"}` },
      skipArchive: true,
      ...others,
    });

  test("ask for one name, and the second is refused", async () => {
    expect(await from("eu")).toHaveProperty("id");
    expect(await from("us")).toEqual({ refused: expect.stringContaining(TAKEN) });
    expect(await read("outputs.json")).toBe('{"from":"eu"}');
    expect(await read("us")).toBe("The run has no artifact `us` (`outputs_from`)");
  });

  test("do not overwrite it, unless `name` is that of the file", async () => {
    await from("eu");
    expect(await from("us", { overwrite: true })).toEqual({ refused: expect.stringContaining(TAKEN) });
    expect(await from("us", { overwrite: true, name: "outputs.json" })).toHaveProperty("id");
    expect(await read("outputs.json")).toBe('{"from":"us"}');
  });
});

test("several files are not uploaded bare", async () => {
  const asked = { files: { "a.json": TEXT, "b.json": TEXT }, skipArchive: true };
  expect(await upload(service.origin, asked)).toHaveProperty("refused");
  expect(service.calls).toEqual([]);
});

test.each([
  ["https://github.com", true],
  ["https://octo.ghe.com", true],
  ["http://github.localhost", true],
  ["http://localhost:3000", false],
  ["http://127.0.0.1", false],
  ["https://ghe.example.com", false],
])("on %s the library uploads: %j", async (serverUrl, does) => {
  const uploaded = await upload(service.origin, { serverUrl, files: { "outputs.json": TEXT } });
  expect(uploaded).toEqual(
    does ? expect.objectContaining({ size: expect.any(Number) }) : { refused: expect.stringMatching(NOT_SUPPORTED) },
  );
  expect(service.calls.length).toBe(does ? 4 : 0);
});

test("the input refuses those characters in a name that the library refuses", async () => {
  const refusedByInput = (name: string) => {
    const reader = readerOf(() => name);
    readArtifactName(reader, "completed");
    return reader.problems.length > 0;
  };
  const names = [..." !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"].map((character) => `a${character}b`);
  for (const name of names) {
    const uploaded = await upload(service.origin, { name, files: { "outputs.json": TEXT } });
    expect([name, "refused" in uploaded]).toEqual([name, refusedByInput(name)]);
  }
});
