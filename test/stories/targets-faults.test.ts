/** One fault at any request of one entry of `targets`: it changes the result of that entry alone. */

import { describe, expect, test } from "vitest";
import type { Behaviour, Fault, FaultRequest } from "../simulator/index.ts";
import { type Result, setFleet } from "../support/fleet-stage.ts";
import { receiver } from "../support/receivers.ts";

const BEFORE = { kind: "status", when: "before" } as const;
const FAULTS: Record<string, Fault> = {
  "a 502": { ...BEFORE, status: 502 },
  "a 502 after it took effect": { kind: "status", when: "after", status: 502 },
  "a broken connection": { kind: "reset", when: "after" },
  "half an answer": { kind: "cut", when: "after" },
  "a page": { kind: "garbage", when: "after" },
  "no answer": { kind: "hang", when: "before" },
  "a 401": { ...BEFORE, status: 401 },
  "a 403": { ...BEFORE, status: 403 },
  "a 404": { ...BEFORE, status: 404 },
  "a 422": { ...BEFORE, status: 422 },
};
/** It holds for all who share the token: they wait as well. */
const LIMIT: Fault = { ...BEFORE, status: 429, headers: { "retry-after": "40" } };
/** Those that are retried. */
const PASSING = Object.entries({ ...FAULTS, "a limit": LIMIT }).filter(([name]) => !/40[134]|422/.test(name));

const GREEN: Behaviour = { freshRun404Ms: 0, visibleAfterMs: 1500, stepMs: 20_000 };
const RED: Behaviour = { ...GREEN, jobs: { identify: { failedStep: "Deploy" } } };

interface Other {
  result: Result | undefined;
  requests: string[];
}

/** Each server has an address of its own, and gives ids in the order of all dispatches. */
const comparable = (text: string) => text.replace(/\b\d{11}\b/g, "ID").replace(/127\.0\.0\.1:\d+/g, "HOST");

describe("in three repositories", () => {
  const MIDDLE = "octo/web";
  const OTHERS = ["octo/api", "octo/cli"];

  /** Plays the three; the fault strikes the middle one's request of this number. */
  async function play(fault?: Fault, at?: number) {
    const { github, ...fleet } = await setFleet({ "octo/api": GREEN, [MIDDLE]: GREEN, "octo/cli": RED });
    let count = 0;
    const isOf = (name: string, path: string) => path.startsWith(`/repos/${name}/`);
    github.fault = ({ path }) => (isOf(MIDDLE, path) && ++count === at ? fault : undefined);
    const { results } = await fleet.play({ targets: JSON.stringify([OTHERS[0], MIDDLE, OTHERS[1]]) });
    const startMs = github.requests[0]?.atMs ?? 0;
    const others = OTHERS.map((name): Other => {
      const result = results.find((each) => each.name === name);
      const requests = github.requests
        .filter(({ path }) => isOf(name, path))
        .map(({ method, path, status, atMs }) => comparable(`${atMs - startMs} ${method} ${path} → ${status}`));
      expect(github.runs(name).map(({ id }) => String(id))).toEqual([result?.runId]);
      return { result: JSON.parse(comparable(JSON.stringify(result))), requests };
    });
    expect(github.runs(MIDDLE).length).toBeLessThanOrEqual(1);
    return { others, count };
  }

  test.each(Object.entries(FAULTS))("%s changes no request and no time of the others either", async (_, fault) => {
    const { others, count } = await play();
    expect(others.map(({ result }) => result?.result)).toEqual(["success", "failure"]);
    expect(count).toBeGreaterThan(8);
    for (let at = 1; at <= count; at++) expect((await play(fault, at)).others, `request ${at}`).toEqual(others);
  });

  test("a limit changes no result of the others", async () => {
    const { others, count } = await play();
    const results = others.map(({ result }) => result);
    for (let at = 1; at <= count; at++) {
      const played = await play(LIMIT, at);
      expect(
        played.others.map(({ result }) => result),
        `request ${at}`,
      ).toEqual(results);
    }
  });
});

describe("in one repository, whose list serves both,", () => {
  const WORKFLOWS = ["first.yml", "second.yml"];

  /** Plays both; the fault strikes the list, or a request of the second one alone, of this number. */
  async function play(fault?: Fault, at?: number) {
    const { github, ...fleet } = await setFleet({});
    const workflows = WORKFLOWS.map((file) => [file, receiver("workflow_dispatch", "run-name")]);
    github.addRepository("octo/mono", { workflows: Object.fromEntries(workflows) });
    for (const [index, file] of WORKFLOWS.entries()) github.behaviour("octo/mono", file, index === 0 ? RED : GREEN);
    const idOf = (file: string) => github.runs("octo/mono").find((run) => run.workflowPath.endsWith(`/${file}`))?.id;
    const isOfFirst = ({ path }: FaultRequest) =>
      path.includes("/workflows/first.yml/") || path.includes(`/runs/${idOf("first.yml")}`);
    let count = 0;
    github.fault = (request) => (!isOfFirst(request) && ++count === at ? fault : undefined);
    const targets = WORKFLOWS.map((workflow) => ({ repo: "octo/mono", workflow }));
    const { results } = await fleet.play({ targets: JSON.stringify(targets), workflow: "" });
    expect(results[0]?.runId).toBe(String(idOf("first.yml")));
    expect(github.runs("octo/mono")).toHaveLength(2);
    const lists = github.requests.filter(({ path }) => path.endsWith("/actions/runs")).length;
    const [first, second] = JSON.parse(comparable(JSON.stringify(results))) as Result[];
    // The jobs of the second may be what could not be read.
    return { ends: [first, { name: second?.name, result: second?.result }], count, lists };
  }

  test.each(PASSING)("%s changes no result", async (_, fault) => {
    const { ends, count, lists } = await play();
    expect(ends.map((each) => each?.result)).toEqual(["failure", "success"]);
    expect(lists).toBeGreaterThan(4);
    for (let at = 1; at <= count; at++) expect((await play(fault, at)).ends, `request ${at}`).toEqual(ends);
  });

  test.each([
    ["401", { ...BEFORE, status: 401 }],
    ["403", { ...BEFORE, status: 403 }],
    ["404", { ...BEFORE, status: 404 }],
  ] as const)(
    "a list that is refused for good (%s) ends both in words, and nothing of other repositories",
    async (status, fault) => {
      const { github, play } = await setFleet({ "octo/api": RED, "octo/mono": GREEN });
      let count = 0;
      const isList = ({ path }: FaultRequest) => /^\/repos\/octo\/mono\/actions\/runs/.test(path);
      github.fault = (request) => (isList(request) && ++count > 4 ? fault : undefined);
      const mono = ["a", "b"].map((name) => ({ repo: "octo/mono", name }));
      const { results, failure } = await play({ targets: JSON.stringify([...mono, "octo/api"]) });
      expect(results.map(({ name, result }) => `${name}: ${result}`)).toEqual([
        "a: error",
        "b: error",
        "octo/api: failure",
      ]);
      for (const { runId, error } of results.slice(0, 2)) {
        expect(runId).not.toBe("");
        expect(error).toContain(status);
      }
      expect(failure).toMatch(/^3 of 3 failed/);
    },
  );
});
