/** A run that waits in a concurrency group: what is told of its place, how often that is asked for, and who takes it. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, type StageOptions, setStage, TARGET } from "../support/stage.ts";

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };
const MINUTE = 60_000;

/** One run holds the group for a while, and as many as that wait for it already. */
async function stage(
  concurrency: string,
  waiting = 0,
  options: StageOptions & { holds?: number; ours?: Behaviour } = {},
) {
  const { holds = 10 * MINUTE, ours = {}, ...rest } = options;
  const text = receiver("workflow_dispatch", "run-name");
  const workflow = concurrency.startsWith("job:")
    ? text.replace("  identify:\n", `  identify:\n    ${concurrency.slice(4)}\n`)
    : text.replace("jobs:\n", `${concurrency}\njobs:\n`);
  const common = { freshRun404Ms: 0, visibleAfterMs: 0, queuedMs: 0 };
  const set = await setStage({ "deploy.yml": workflow }, { behaviour: { ...common, ...ours }, ...rest });
  const start = (durationMs = MINUTE, behaviour: Behaviour = {}) =>
    set.github.startRun(TARGET, "deploy.yml", {
      event: "workflow_dispatch",
      inputs: { distinct_id: "theirs" },
      behaviour: { ...common, jobs: { identify: { durationMs } }, ...behaviour },
    });
  const ids = [start(holds), ...Array.from({ length: waiting }, () => start())];
  await set.clock.sleep(4 * MINUTE + 9000);
  return { ...set, start, ids };
}

const groupsAsked = (lines: readonly string[]) => lines.filter((line) => line.includes("/concurrency_groups"));
const SINGLE = "concurrency: deploy";
const MAX = "concurrency: { group: deploy/live, queue: max }";
const page = (apiUrl: string, id: number | undefined) => `${apiUrl}/${TARGET}/actions/runs/${id}`;

describe("a run that is pending", () => {
  test("is told with who is ahead, for how long that has been at work, and the link", async () => {
    const { github, play, ids } = await stage(SINGLE);
    const { log, failure } = await play(START);
    expect(failure).toBeUndefined();
    const name = github.runs(TARGET)[0]?.displayTitle;
    expect(log).toContain(
      `The run is pending: second in line behind ${name} #1 (in progress for 4 min 9 s): ${page(github.apiUrl, ids[0])}`,
    );
    expect(log.join("\n")).toMatch(/Still pending after 1 min.*: second in line behind .* \(in progress for 5 min/);
    // Nothing else is news, until it is its turn.
    expect(log.filter((line) => line.startsWith("The run is pending"))).toHaveLength(1);
  });

  test("is asked about once a minute at most", async () => {
    const { github, play } = await stage(SINGLE);
    await play(START);
    const atMs = github.requests
      .filter(({ path }) => /runs\/\d+\/concurrency_groups$/.test(path))
      .map((each) => each.atMs);
    const pauses = atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0));
    expect(pauses.length).toBeGreaterThan(3);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(MINUTE);
    expect(Math.max(...pauses)).toBeLessThan(1.3 * MINUTE);
  });

  test("moves up in a queue that keeps all, and each move is one line", async () => {
    const { github, play, ids } = await stage(MAX, 2, { holds: 6 * MINUTE });
    const { log, failure } = await play(START);
    expect(failure).toBeUndefined();
    const lines = log.filter((line) => line.startsWith("The run is pending"));
    const behind = ids.map((id) => page(github.apiUrl, id));
    expect(lines.map((line) => line.replace(/ behind .* #/, " behind #").replace(/ \(.*?\)/, ""))).toEqual([
      `The run is pending: fourth in line behind #1 and 2 more: ${behind[0]}`,
      `The run is pending: third in line behind #2 and 1 more: ${behind[1]}`,
      `The run is pending: second in line behind #3: ${behind[2]}`,
    ]);
    expect(groupsAsked(asked(github, "GET"))).toContainEqual(
      expect.stringContaining("/concurrency_groups/deploy%2Flive?"),
    );
  });

  test("is asked about once on a server that cannot tell", async () => {
    const { github, play } = await stage(SINGLE, 0, { server: "ghes-3.19" });
    const { log, failure } = await play(START);
    expect(failure).toBeUndefined();
    expect(log).toContain("The run is pending: its concurrency group lets another run go first.");
    expect(groupsAsked(asked(github, "GET"))).toEqual([expect.stringMatching(/concurrency_groups.* → 404$/)]);
  });

  test("is asked about once also where further attempts wait", async () => {
    const red = { jobs: { identify: { conclusion: "failure" } } } as const;
    const wait = [{ status: "pending", forMs: 3 * MINUTE }];
    const ours = { ...red, statuses: wait, rerunLagMs: 0, reruns: [{ statuses: wait }] };
    const { github, play } = await stage("", 0, { server: "ghes-3.19", ours });
    const { failure, outputs } = await play({ ...START, rerun_failed: "1" });
    expect(failure).toBeUndefined();
    expect(outputs.run_attempt).toBe("2");
    expect(groupsAsked(asked(github, "GET"))).toHaveLength(1);
  });

  test("is followed all the same where the groups cannot be read", async () => {
    const { github, play } = await stage(SINGLE);
    github.fault = ({ path }) => (path.includes("concurrency_groups") ? { when: "before", kind: "hang" } : undefined);
    const { log, failure } = await play(START);
    expect(failure).toBeUndefined();
    expect(log).toContain("The run is pending: its concurrency group lets another run go first.");
  });

  test.each([
    ["deciding", "concurrency_groups/deploy", "The run is pending: its concurrency group lets another run go first."],
    ["naming", /runs\/30000000011$/, "The run is pending: second in line behind "],
    ["timing", /runs\/30000000011\/jobs$/, "(in progress): http"],
  ])("is told as far as that is known, where %s fails", async (_, path, words) => {
    const { github, play } = await stage(SINGLE);
    github.fault = (request) =>
      new RegExp(path).test(request.path) ? { when: "before", kind: "status", status: 502 } : undefined;
    const { log, failure } = await play(START);
    expect(failure).toBeUndefined();
    expect(log.join("\n")).toContain(words);
  });

  test("gives no name away to a public log of a private target", async () => {
    const { github, play } = await stage(SINGLE);
    const { log } = await play(START, { callerIsPublic: true });
    expect(log).toContain("The run is pending: second in line behind another run (in progress for 4 min 9 s).");
    expect(log.join("\n")).not.toContain(String(github.runs(TARGET)[0]?.id));
  });

  test("costs nothing where it is not pending", async () => {
    const { github, play } = await stage(SINGLE, 0, { holds: MINUTE });
    await play(START);
    expect(groupsAsked(asked(github, "GET"))).toEqual([]);
  });
});

test("a job waits by a group of its own, and is told by its name", async () => {
  const ours = { jobs: { identify: { pendingMs: 3 * MINUTE } } };
  const { github, play, ids } = await stage("job:concurrency: database", 0, { ours });
  const { log, failure } = await play(START);
  expect(failure).toBeUndefined();
  const name = github.runs(TARGET)[0]?.displayTitle;
  expect(log).toContainEqual(
    expect.stringContaining(
      `The run is pending: its job identify is second in line behind ${name} #1, job identify (in progress for 4 min 9 s): ` +
        `${page(github.apiUrl, ids[0])}/job/`,
    ),
  );
});

describe("the place is in the error, and in the summary", () => {
  const words = /second in line behind .* #1 \(in progress for 5 min 9 s\)/;

  test.each([
    ["start_timeout_seconds", /^The run did not start within 60 s .*: it waits for its turn in a concurrency group, /],
    [
      "timeout_seconds",
      /^The run did not complete within 60 s .*pending\.\n.*\nIt waits for its turn in a concurrency group, /,
    ],
  ])("of %s", async (input, first) => {
    const { github, play, ids } = await stage(SINGLE);
    const { failure, summary, tookMs } = await play({ ...START, [input]: "60" });
    expect(failure).toMatch(first);
    expect(failure).toMatch(words);
    expect(failure).toContain(`\nAhead of it: ${page(github.apiUrl, ids[0])}\n`);
    expect(tookMs).toBe(MINUTE);
    expect(summary).toMatch(/\[It waits for its turn in a concurrency group, second in line behind /);
    expect(summary).toContain(`runs/${ids[0]})`);
  });

  test("and who may approve, where it waits for that", async () => {
    const statuses = [{ status: "waiting", forMs: 7_200_000 }];
    const ours = { statuses, environment: "production", reviewers: ["octocat"] };
    const { play } = await stage("", 0, { ours });
    const { failure, summary } = await play({ ...START, timeout_seconds: "60" });
    expect(failure).toContain("\nIt waits for an approval of production (octocat may approve).\n");
    expect(summary).toContain("It waits for an approval of production (octocat may approve).");
  });
});

describe("a run that is cancelled before any of its jobs has begun", () => {
  const early = "It was cancelled before any job had started: ";

  /** Something happens while the step waits; how it fails then. */
  async function meanwhile(
    { play, clock }: Awaited<ReturnType<typeof stage>>,
    happens: () => void,
    options: Parameters<Awaited<ReturnType<typeof stage>>["play"]>[1] = {},
  ) {
    void clock.sleep(90_000).then(happens);
    return (await play(START, options)).failure;
  }

  test("by a newer run names it, as a fact", async () => {
    const set = await stage(SINGLE);
    let newer = 0;
    const failure = await meanwhile(set, () => {
      newer = set.start();
    });
    const name = set.github.runs(TARGET)[0]?.displayTitle;
    expect(failure).toContain(
      `${early}${name} #3 replaced it in the concurrency group: ${page(set.github.apiUrl, newer)}`,
    );
  });

  test("by a newer run that shows a moment later names it as well", async () => {
    const set = await stage(SINGLE);
    const failure = await meanwhile(set, () => set.start(MINUTE, { freshRun404Ms: 4000 }));
    expect(failure).toContain(" #3 replaced it in the concurrency group: http");
  });

  test("says that a newer one has taken its place, and not which, to a public log of a private target", async () => {
    const set = await stage(SINGLE);
    const failure = await meanwhile(set, () => set.start(), { callerIsPublic: true });
    expect(failure).toContain(`${early}a newer run replaced it in the concurrency group.`);
  });

  test("where nobody newer came says `probably` alone", async () => {
    const set = await stage(SINGLE);
    const ours = () => set.github.runs(TARGET)[1]?.id ?? 0;
    const failure = await meanwhile(set, () => set.github.cancelRun(ours()));
    expect(failure).toContain(`${early}a newer run of its concurrency group probably replaced it.`);
  });

  test("where a newer one came much later says `probably` alone", async () => {
    const set = await stage(SINGLE);
    set.github.fault = ({ path }) => {
      // Nothing is to be heard of the end before another run has come.
      const isLate = set.clock.nowMs() < 400_000 && set.clock.nowMs() > 345_000 && /runs\/\d+$/.test(path);
      return isLate ? { when: "before", kind: "status", status: 502 } : undefined;
    };
    const ours = () => set.github.runs(TARGET)[1]?.id ?? 0;
    void set.clock.sleep(130_000).then(() => set.start());
    const failure = await meanwhile(set, () => set.github.cancelRun(ours()));
    expect(failure).toContain("probably replaced it");
  });

  test("where all that wait are kept says that no newer one has taken its place", async () => {
    const set = await stage(MAX, 1);
    const ours = () => set.github.runs(TARGET)[2]?.id ?? 0;
    const failure = await meanwhile(set, () => set.github.cancelRun(ours()));
    expect(failure).toContain(
      `${early}probably by somebody, since its concurrency group keeps all waiting runs (\`queue: max\`)`,
    );
  });

  test("says `probably` without a further question where the server cannot tell", async () => {
    const set = await stage(SINGLE, 0, { server: "ghes-3.19" });
    const failure = await meanwhile(set, () => set.start());
    expect(failure).toContain("probably replaced it");
    expect(groupsAsked(asked(set.github, "GET"))).toHaveLength(1);
  });
});
