/** The values that a run leaves for its caller, taken up after its end. */

import { describe, expect, test } from "vitest";
import type { ArtifactBehaviour, FaultHook, FaultRequest } from "../simulator/index.ts";
import { setStage, TARGET } from "../support/stage.ts";
import {
  ADDRESS,
  answered,
  bare,
  LIST,
  playScene,
  type Scene,
  START,
  TEXT,
  WORKFLOWS,
  zipped,
} from "../support/values-stage.ts";

const FILE = /^\/artifact-files\//;

describe("the values of a run that ended green", () => {
  test.each<[string, ArtifactBehaviour[]]>([
    ["in a zip's only file", [{ name: "values", files: [{ path: "some/where.json", text: TEXT }] }]],
    [
      "in outputs.json among several files",
      [
        {
          name: "values",
          files: [
            { path: "a.txt", text: "a" },
            { path: "outputs.json", text: TEXT },
            { path: "sub/outputs.json", text: "{}" },
          ],
        },
      ],
    ],
    ["in a zip with a folder", [{ name: "values", files: [{ path: "out/" }, { path: "out/x.json", text: TEXT }] }]],
    ["in a bare file", [bare()]],
    ["among other artifacts", [{ name: "logs", text: "x" }, zipped(), { name: "values2", text: "{}" }]],
    ["behind a byte order mark", [bare(`\uFEFF${TEXT}`)]],
  ])("are the output, exactly as they are: %s", async (_, artifacts) => {
    const { failure, outputs, log } = await playScene({ artifacts });
    expect(failure).toBeUndefined();
    expect(outputs.outputs).toBe(TEXT);
    expect(log.at(-1)).toBe("Outputs from the artifact `values`: `version`, `image`, `cr3t`.");
  });

  test("are found beside an artifact that cannot be read, which is named", async () => {
    const fault: FaultHook = ({ path }) =>
      LIST.test(path)
        ? {
            kind: "rewrite",
            when: "after",
            rewrite: (body) => ({ artifacts: [{ name: "values" }, ...(body as { artifacts: object[] }).artifacts] }),
          }
        : undefined;
    const { outputs, warnings } = await playScene({ fault });
    expect(outputs.outputs).toBe(TEXT);
    expect(warnings).toEqual([
      "GitHub listed an artifact that cannot be read and is skipped (without an id: it has no such field `id` as an artifact has).",
    ]);
  });

  test("take three requests more, of which the last brings no token", async () => {
    const { github, requests } = await playScene();
    const [run] = github.runs(TARGET);
    expect(requests).toEqual([
      `GET /repos/${TARGET}/actions/runs/${run?.id}/artifacts?per_page=100&name=values → 200`,
      expect.stringMatching(/^GET \/repos\/octo\/target\/actions\/artifacts\/\d+\/zip → 302$/),
      expect.stringMatching(/^GET \/artifact-files\/\d+\?sig=.* → 200$/),
    ]);
    expect(github.requests.at(-1)?.headers.authorization).toBeUndefined();
  });

  test("are told by their names alone, in the log and in the summary, and their address nowhere", async () => {
    const { log, summary, warnings, trace } = await playScene();
    expect(summary).toContain("\nValues: <code>version</code>, <code>image</code>, <code>cr3t</code>\n");
    const readable = [...log, ...warnings, summary, trace].join("\n");
    expect(readable).not.toMatch(/1\.10|5eed|registry|sig=|artifact-files/);
  });

  test("are not asked for where nobody wants them", async () => {
    const { outputs, requests } = await playScene({ given: { outputs_from: "" } });
    expect(outputs).not.toHaveProperty("outputs");
    expect(requests).toEqual([]);
  });

  test("are downloaded again where something on the way has answered with a page of its own", async () => {
    const fault: FaultHook = ({ path, nth }) =>
      FILE.test(path) && nth === 1 ? { kind: "garbage", when: "before" } : undefined;
    const { failure, outputs, requests } = await playScene({ fault });
    expect(failure).toBeUndefined();
    expect(outputs.outputs).toBe(TEXT);
    expect(requests.filter((line) => line.includes("/zip"))).toHaveLength(2);
  });

  test("come from an Enterprise Server that tells no digest", async () => {
    const { outputs } = await playScene({ server: "ghes-3.18", runDetails: "rejected" });
    expect(outputs.outputs).toBe(TEXT);
  });

  test("come when the jobs that decide have ended, while the run goes on", async () => {
    const behaviour = {
      jobs: { identify: { durationMs: 20_000 } },
      artifacts: [{ ...zipped(), uploadedAfterMs: 1000 }],
    };
    const { outputs, failure } = await playScene({ behaviour, given: { jobs: "*" } });
    expect(failure).toBeUndefined();
    expect(outputs.outputs).toBe(TEXT);
  });

  test("come of a run that is there already", async () => {
    const { github, play } = await setStage(WORKFLOWS, { behaviour: { artifacts: [zipped()] } });
    const id = github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch" });
    const { outputs } = await play({ run_id: String(id), wait_for: "completed", outputs_from: "values" });
    expect(outputs).toMatchObject({ outputs: TEXT, disposition: "given" });
  });

  test("of several callers are each one's own", async () => {
    const { github, play } = await setStage(WORKFLOWS);
    github.behaviour(TARGET, "deploy.yml", (nth) => ({ freshRun404Ms: 0, artifacts: [bare(`{"nth":${nth}}`)] }));
    const ended = await Promise.all([1, 2, 3].map(() => play(START)));
    const runs = github.runs(TARGET).map(({ id }) => String(id));
    expect(ended.map(({ outputs }) => outputs.outputs)).toEqual(
      ended.map(({ outputs }) => `{"nth":${runs.indexOf(outputs.runId ?? "") + 1}}`),
    );
  });
});

describe("of a run with several attempts, the values are", () => {
  const again = { rerun_failed: "1" };
  const failing = { jobs: { identify: { failedStep: "Deploy" } } };

  test("those of the last one, of two artifacts of one name", async () => {
    const { outputs, requests } = await playScene({
      behaviour: { ...failing, artifacts: [zipped('{"old":1}')], reruns: [{ artifacts: [zipped()] }] },
      given: again,
    });
    expect(outputs).toMatchObject({ run_attempt: "2", outputs: TEXT });
    expect(requests).toHaveLength(3);
  });

  test("none, where only an earlier one has left any by a job that was run again", async () => {
    const { failure, outputs, page } = await playScene({
      behaviour: { ...failing, artifacts: [zipped('{"old":1}')], reruns: [{ artifacts: [] }] },
      given: again,
    });
    expect(failure).toMatch(
      `Attempt 2 of the run has no artifact \`values\` (\`outputs_from\`); only an earlier one has: ${page}\n`,
    );
    expect(outputs).not.toHaveProperty("outputs");
  });
});

describe("a list that lags is looked at again", () => {
  test("until the artifact is in it", async () => {
    let looks = 0;
    const { outputs } = await playScene({
      fault: ({ path }) => (LIST.test(path) && ++looks <= 3 ? { kind: "stale", ms: 6000 } : undefined),
    });
    expect(looks).toBe(4);
    expect(outputs.outputs).toBe(TEXT);
  });
});

describe("a fault of the network is tried again, each time by a fresh address", () => {
  const addresses = (requests: string[]) => requests.filter((line) => line.includes("/zip"));

  test.each<[string, FaultHook]>([
    ["a 502 of the list", answered(LIST, 502, 2)],
    ["a 502 for the address", answered(ADDRESS, 502, 2)],
    ["a 502 in the download", answered(FILE, 502, 2)],
    ["a 403 of an address that has ended", answered(FILE, 403, 2)],
    ["a stray 404", answered(ADDRESS, 404, 2)],
    [
      "a limit",
      ({ path, nth }) =>
        ADDRESS.test(path) && nth === 1
          ? { kind: "status", when: "before", status: 429, headers: { "retry-after": "60" } }
          : undefined,
    ],
    ["a reset", ({ path, nth }) => (FILE.test(path) && nth === 1 ? { kind: "reset", when: "before" } : undefined)],
    ["half a file", ({ path, nth }) => (FILE.test(path) && nth <= 2 ? { kind: "cut", when: "after" } : undefined)],
    ["no answer", ({ path, nth }) => (FILE.test(path) && nth === 1 ? { kind: "hang", when: "before" } : undefined)],
    [
      "an address that comes late",
      ({ path, nth }) => (FILE.test(path) && nth === 1 ? { kind: "delay", ms: 61_000 } : undefined),
    ],
  ])("after %s", async (_, fault) => {
    const { outputs, failure } = await playScene({ fault });
    expect(failure).toBeUndefined();
    expect(outputs.outputs).toBe(TEXT);
  });

  test("and never by one that was used before", async () => {
    const { requests } = await playScene({ fault: answered(FILE, 502, 3) });
    expect(addresses(requests)).toHaveLength(4);
    const files = requests.filter((line) => line.includes("/artifact-files/")).map((line) => line.replace(/ → .*/, ""));
    expect(new Set(files).size).toBe(4);
  });

  test.each<[string, FaultHook, string, number]>([
    ["the list is not to be had", answered(LIST, 502), "502", 120],
    ["the download is not to be had", answered(FILE, 502), "its file returned 502", 120],
    ["the limit is longer", answered(ADDRESS, 429), "429", 120],
  ])("for two minutes, where %s", async (_, fault, why, seconds) => {
    const { failure, page, outputs, clock } = await playScene({ fault });
    expect(failure).toBe(
      [
        `The artifact \`values\` (\`outputs_from\`) could not be read (${why}): ${page}`,
        "GitHub keeps artifacts on another host (for github.com `*.blob.core.windows.net`): the runner and its proxy must allow it.",
        `To read it later without another run, set \`run_id: ${outputs.runId}\` instead of dispatching.`,
      ].join("\n"),
    );
    expect(outputs.conclusion).toBe("success");
    expect(clock.nowMs()).toBeLessThan(1000 * (seconds + 60));
  });
});

test.each<[string, ArtifactBehaviour]>([
  ["that has expired", { ...zipped(), expired: true }],
  ["that is too large, by the list", { ...zipped(), sizeBytes: 1024 * 1024 + 1 }],
])("an artifact %s is not even asked for", async (_, artifact) => {
  const { failure, requests } = await playScene({ artifacts: [artifact] });
  expect(failure).toBeDefined();
  expect(requests).toEqual([expect.stringContaining("/artifacts?per_page=100&name=values")]);
});

describe("after a red end", () => {
  const red = { jobs: { identify: { failedStep: "Deploy" } } };

  test("the values are taken up as well, and the error is that of the run", async () => {
    const { failure, outputs, log } = await playScene({ behaviour: red });
    expect(failure).toMatch(/^The run ended as failure: /);
    expect(outputs.outputs).toBe(TEXT);
    expect(log.at(-1)).toBe("Outputs from the artifact `values`: `version`, `image`, `cr3t`.");
  });

  test.each<[string, Scene, number]>([
    ["that are missing", { artifacts: [] }, 1],
    ["whose list is refused", { fault: answered(LIST, 403) }, 1],
    ["whose list is not to be had", { fault: answered(LIST, 502) }, 5],
  ])("values %s are no news", async (_, scene, most) => {
    const plain = await playScene({ ...scene, behaviour: red, given: { outputs_from: "" } });
    const { failure, outputs, log, requests, page, tookMs } = await playScene({ ...scene, behaviour: red });
    expect(failure?.replaceAll(page, "")).toBe(plain.failure?.replaceAll(plain.page, ""));
    expect(outputs).not.toHaveProperty("outputs");
    expect(log).toHaveLength(plain.log.length + (most > 1 ? 2 : 0));
    expect(requests.length).toBeLessThanOrEqual(most);
    expect(tookMs - plain.tookMs).toBeLessThanOrEqual(15_000);
  });

  test("values that are damaged are a line in the log", async () => {
    const { failure, log } = await playScene({ behaviour: red, artifacts: [bare("[]")] });
    expect(failure).toMatch(/^The run ended as failure: /);
    expect(log.at(-1)).toBe("The artifact `values` (`outputs_from`) is not a JSON object: it is a list.");
  });

  test("of a run that goes on, by `fail_fast`, they are tried once", async () => {
    const { failure, requests } = await playScene({
      artifacts: [],
      behaviour: { jobs: { identify: { failedStep: "Deploy", durationMs: 10_000 } } },
      given: { fail_fast: "true" },
    });
    expect(failure).toBeDefined();
    expect(requests).toHaveLength(1);
  });
});

test("a step that is cancelled while it takes up the values says so, and keeps what is known", async () => {
  const hangs = ({ path }: FaultRequest) => (FILE.test(path) ? ({ kind: "hang", when: "before" } as const) : undefined);
  const stage = await setStage(WORKFLOWS, { behaviour: { freshRun404Ms: 0, artifacts: [zipped()] } });
  stage.github.fault = hangs;
  const { failure, outputs, tookMs } = await stage.play(START, { cancelAfterMs: 30_000 });
  expect(failure).toMatch(/cancelled/i);
  expect(outputs).toMatchObject({ status: "completed", conclusion: "success" });
  expect(tookMs).toBeLessThan(31_000);
});
