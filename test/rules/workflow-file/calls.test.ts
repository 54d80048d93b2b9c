import { expect, test } from "vitest";
import { parse } from "yaml";
import { makeFollowCalls } from "../../../src/workflow-file/calls.ts";
import { type Receiver, readReceiver } from "../../../src/workflow-file/receiver.ts";

const JOB = "runs-on: x, steps: [{ run: x }]";
const calls = (...files: string[]) =>
  `on: workflow_call\njobs: { ${files.map((file, at) => `job${at}: { uses: "${file}" }`).join(", ")} }`;

function follower(files: Record<string, string>) {
  const read: string[] = [];
  const receiverOf = (path: string): Receiver | undefined => {
    const text = files[path.replace(".github/workflows/", "")];
    return text === undefined ? undefined : readReceiver(path, parse(text));
  };
  const follow = makeFollowCalls(async (path) => {
    read.push(path.replace(".github/workflows/", ""));
    return receiverOf(path);
  });
  const first = receiverOf(".github/workflows/first.yml");
  if (!first) throw new Error("no first.yml");
  return { read, follow: () => follow(first) };
}

/** Paths from the receiver to the innermost that was read, along the first job. */
function chainOf({ path, jobs: [job] }: Receiver): string[] {
  return [path.replace(".github/workflows/", ""), ...(job?.called ? chainOf(job.called) : [])];
}

test("called workflows are read along with those that they call", async () => {
  const { follow } = follower({
    "first.yml": calls("./.github/workflows/b.yml"),
    "b.yml": calls("./.github/workflows/.c.yml"),
    ".c.yml": `on: workflow_call\njobs: { a: { ${JOB} } }`,
  });
  expect(chainOf(await follow())).toEqual(["first.yml", "b.yml", ".c.yml"]);
});

test("each file is read once, and at most ten", async () => {
  const names = Array.from({ length: 12 }, (_, at) => `${at}.yml`);
  const paths = names.map((name) => `./.github/workflows/${name}`);
  const { follow, read } = follower({
    "first.yml": calls(...paths, ...paths),
    ...Object.fromEntries(names.map((name) => [name, `on: workflow_call\njobs: { a: { ${JOB} } }`])),
  });
  const { jobs } = await follow();
  expect(read).toEqual(names.slice(0, 10));
  expect(jobs.map(({ called }) => called !== undefined)).toEqual([...names, ...names].map((_, at) => at % 12 < 10));
});

test("a circle, which GitHub refuses, ends", async () => {
  const { follow, read } = follower({ "first.yml": calls("./.github/workflows/first.yml") });
  expect(chainOf(await follow())).toHaveLength(10);
  expect(read).toEqual(["first.yml"]);
});

test("many jobs that call in a circle end", async () => {
  const { follow, read } = follower({ "first.yml": calls(...Array(200).fill("./.github/workflows/first.yml")) });
  expect(chainOf(await follow())).toHaveLength(10);
  expect(read).toEqual(["first.yml"]);
});

test.each([
  ["is in another repository", "octo/other/.github/workflows/b.yml@v1", []],
  ["is not there", "./.github/workflows/none.yml", ["none.yml"]],
  ["is no valid workflow", "./.github/workflows/invalid.yml", ["invalid.yml"]],
  ["is in another folder", "./.github/other/b.yml", []],
  ["is in a folder below", "./.github/workflows/more/b.yml", []],
])("a workflow that %s stays unknown", async (_, path, asked) => {
  const { follow, read } = follower({
    "first.yml": calls(path),
    "b.yml": `on: workflow_call\njobs: { a: { ${JOB} } }`,
    "invalid.yml": "on: workflow_call\njobs: { 1a: { uses: x } }",
  });
  expect(chainOf(await follow())).toEqual(["first.yml"]);
  expect(read).toEqual(asked);
});
