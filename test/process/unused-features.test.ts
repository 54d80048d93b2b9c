/** What a step does not use costs it nothing: no request, and no chunk of the bundle. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chunksOf, tellingChunks } from "../support/loaded-chunks.ts";
import { setProcessStage } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";

const DIST = join(import.meta.dirname, "../../dist");
const GIVEN = { repo: "octo/target", workflow: "deploy.yml", wait_for: "completed" };
const REFS = "has none of the branches or tags in";
const BASELINE = "Known failure: red since";

/** The chunks whose code says so. */
function chunksWith(text: string): string[] {
  const found = readdirSync(DIST).filter((file) => /^\d+\.index\.js$/.test(file));
  return found.filter((file) => readFileSync(join(DIST, file), "utf8").includes(text));
}

const telling = tellingChunks();

async function loadedBy(given: Record<string, string>, conclusion: "success" | "failure" = "success") {
  const workflows = { "deploy.yml": receiver("workflow_dispatch", "run-name") };
  const { github, run } = await setProcessStage({ "octo/target": workflows }, { behaviour: { conclusion } });
  const ran = await run({ ...GIVEN, ...given }, telling);
  const chunks = [...chunksOf(ran)];
  const loads = (text: string) => chunksWith(text).some((chunk) => chunks.includes(chunk));
  return { loads, requests: github.transcript() };
}

test("one ref, or the first of several, and a green end: nothing is loaded for what was not needed", async () => {
  expect(readFileSync(join(DIST, "index.js"), "utf8")).not.toMatch(new RegExp(`${REFS}|${BASELINE}`));
  const one = await loadedBy({ ref: "main" });
  expect([one.loads(REFS), one.loads(BASELINE)]).toEqual([false, false]);
  const first = await loadedBy({ ref: "main\nother" });
  expect([first.loads(REFS), first.loads(BASELINE)]).toEqual([false, false]);
  const kinds = ({ requests }: typeof one) => [
    ...new Set(requests.map((line) => line.replace(/\?.*(?= →)|\d{6,}/g, ""))),
  ];
  expect(kinds(first)).toEqual(kinds(one));
  expect(one.requests.filter((line) => /\/git\/|\/actions\/runs\?per_page=100/.test(line))).toEqual([]);
});

test("what is needed is loaded", async () => {
  expect((await loadedBy({ ref: "other\nmain" })).loads(REFS)).toBe(true);
  expect((await loadedBy({ ref: "main" }, "failure")).loads(BASELINE)).toBe(true);
});
