/** All that can be wrong with the values that a run leaves for its caller. */

import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ArtifactBehaviour, FaultHook } from "../simulator/index.ts";
import { ADDRESS, answered, bare, LIST, playScene, type Scene, TEXT, zipped } from "../support/values-stage.ts";
import { zips } from "../support/written-zips.ts";

describe("a step whose run ended green fails", () => {
  const LINES = [
    "The artifact must contain one file, a JSON object of at most 1 MiB. Lines to add to the receiving job:",
    '- run: echo \'{"version":"1.2.3"}\' > outputs.json',
    "- uses: actions/upload-artifact@v3-node20",
    "  with:",
    "    name: values",
    "    path: outputs.json",
  ];
  const files = (...paths: string[]): ArtifactBehaviour[] => [
    { name: "values", files: paths.map((path) => ({ path, text: TEXT })) },
  ];
  const big = `{"a":"${"x".repeat(1024 * 1024)}"}`;

  test.each<[string, ArtifactBehaviour[], string, ...string[]]>([
    ["without any artifact", [], "The run has no artifact `values` (`outputs_from`)", "It has no artifacts."],
    [
      "without that artifact",
      [
        { name: "Values", text: TEXT },
        { name: "logs", text: "x" },
      ],
      "The run has no artifact `values` (`outputs_from`)",
      "Its artifacts: Values, logs. Did you mean `Values`?",
    ],
    [
      "where it is too large",
      [{ ...bare(randomBytes(800_000).toString("hex")) }],
      "The artifact `values` (`outputs_from`) has more than 1 MiB",
    ],
    [
      "where it is larger than the list says",
      [{ ...bare(big), sizeBytes: 7, digest: "sha256:00" }],
      "The artifact `values` (`outputs_from`) has more than 1 MiB",
    ],
    [
      "where it unpacks to too much",
      [zipped(big)],
      "The artifact `values` (`outputs_from`) unpacks to more than 1 MiB",
    ],
    [
      "where the digest is another's",
      [{ ...zipped(), digest: `sha256:${"0".repeat(64)}` }],
      "The artifact `values` (`outputs_from`) is damaged: its bytes do not match GitHub's digest",
    ],
    [
      "where the archive is cut",
      [{ name: "values", bytes: Buffer.from("PK\u0003\u0004 and nothing more") }],
      "The artifact `values` (`outputs_from`) is damaged: its archive cannot be read",
    ],
    [
      "where a path climbs",
      files("../../.bashrc"),
      "The artifact `values` (`outputs_from`) is damaged: a path in it points outside it",
    ],
    [
      "where several files are in it",
      files("a.json", "b.json"),
      "The artifact `values` (`outputs_from`) has several files, and none is called `outputs.json`",
      "Its files: a.json, b.json.",
    ],
    [
      "where its file is encrypted",
      zips
        .filter(({ name }) => name === "infozip-encrypted")
        .map(({ base64 }) => ({ name: "values", bytes: Buffer.from(base64, "base64") })),
      "The artifact `values` (`outputs_from`) cannot be unpacked: its file is encrypted",
    ],
    ["where no file is in it", files(), "The artifact `values` (`outputs_from`) has no file"],
    [
      "where it is a list",
      [bare('["5eed"]')],
      "The artifact `values` (`outputs_from`) is not a JSON object: it is a list",
    ],
    [
      "where it is a text",
      [bare('"5eed"')],
      "The artifact `values` (`outputs_from`) is not a JSON object: it is a string",
    ],
    ["where it is null", [bare("null")], "The artifact `values` (`outputs_from`) is not a JSON object: it is null"],
    [
      "where it is not JSON",
      [bare("version=5eed")],
      "The artifact `values` (`outputs_from`) is not a JSON object: it is not JSON",
    ],
    ["where it is empty", [bare("")], "The artifact `values` (`outputs_from`) is not a JSON object: it is empty"],
    [
      "where it is in another encoding",
      [{ name: "values", bytes: Buffer.from(`\uFEFF${TEXT}`, "utf16le") }],
      "The artifact `values` (`outputs_from`) is not a JSON object: it is not UTF-8 text",
    ],
  ])("%s, with the lines to add", async (_, artifacts, what, ...more) => {
    const { failure, outputs, page, summary } = await playScene({ artifacts });
    expect(failure?.split("\n")).toEqual([`${what}: ${page}`, ...more, ...LINES]);
    expect(outputs).not.toHaveProperty("outputs");
    expect(outputs.conclusion).toBe("success");
    expect(summary).toContain("> **The step failed:** ");
    expect(failure).not.toContain("5eed");
  });

  test("where the digest is another's after a second download", async () => {
    const { requests } = await playScene({ artifacts: [{ ...zipped(), digest: `sha256:${"0".repeat(64)}` }] });
    expect(requests.filter((line) => line.includes("/zip"))).toHaveLength(2);
  });

  test.each<[string, Scene]>([
    ["has expired", { artifacts: [{ ...zipped(), expired: true }] }],
    ["expires in between", { fault: answered(ADDRESS, 410) }],
    ["is deleted in between", { fault: answered(ADDRESS, 404) }],
  ])("where the artifact %s, and says how long it is kept", async (_, scene) => {
    const { failure, page, requests } = await playScene(scene);
    expect(failure).toBe(
      `GitHub no longer has the artifact \`values\` (\`outputs_from\`): it has expired or was deleted: ${page}\n` +
        "GitHub keeps an artifact for the `retention-days` of its upload, or else of the repository: read it sooner, or keep it longer.",
    );
    expect(requests.length).toBeLessThan(5);
  });

  test("where GitHub shows no list of artifacts, without a word of the run's result", async () => {
    const fault: FaultHook = ({ path }) =>
      LIST.test(path) ? { kind: "status", when: "before", status: 404, body: { message: "Not Found" } } : undefined;
    const { failure, outputs, page } = await playScene({ fault });
    expect(failure).toBe(
      `GitHub does not show whether the run has the artifact \`values\` (\`outputs_from\`) (404): ${page}\n` +
        "The run was deleted after it ended, or the server has no artifacts.",
    );
    expect(outputs.conclusion).toBe("success");
  });

  test("where the token may not read artifacts, as after every refusal", async () => {
    const fault: FaultHook = ({ path }) =>
      LIST.test(path)
        ? { kind: "status", when: "before", status: 403, body: { message: "Resource not accessible by integration" } }
        : undefined;
    const { failure, page } = await playScene({ fault });
    expect(failure).toMatch(
      /^The token cannot read the artifacts of octo\/target \(403 Resource not accessible by integration\)\.\n.*\n.*`actions: read`/,
    );
    expect(failure).toContain(`The run itself has ended: ${page}`);
  });
});
