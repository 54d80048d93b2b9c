import { describe, expect, test } from "vitest";
import {
  candidatesToRead,
  idLocationInJobs,
  isNamed,
  maxReads,
  newCandidate,
  showsAllSteps,
} from "../../../src/find/candidates.ts";
import { crowdAround, crowdWaitsMs, mayStillShowId, type OurDispatch } from "../../../src/find/crowd.ts";
import type { Job, Run } from "../../../src/github/responses.ts";
import type { Candidate } from "../../../src/state/sent-dispatch.ts";
import { aRun } from "../../support/runs.ts";

const sentAtMs = Date.parse("2026-11-20T12:00:00Z");
const now = 1_000_000;

function run(id: number, about: Partial<Run> = {}): Run {
  return aRun({ id, status: "queued", createdAtMs: sentAtMs + id * 1000, ...about });
}

function job(name: string, steps: string[] = []): Job {
  const step = { status: "queued", conclusion: null, startedAtMs: undefined, completedAtMs: undefined };
  return {
    ...step,
    id: 1,
    name,
    htmlUrl: "",
    steps: steps.map((each) => ({ ...step, name: each })),
  };
}

/** A run in `status` whose jobs were never read. */
function unread(id: number, status = "queued", about: Partial<Run> = {}): Candidate {
  return newCandidate(run(id, { status, ...about }), 0);
}

/** A run in `status` whose jobs were read then, `agoMs` before now. */
function read(id: number, status: string, agoMs: number, about: Partial<Candidate> = {}): Candidate {
  return { ...unread(id, status), reads: 1, readAtMs: now - agoMs, readStatus: status, ...about };
}

function dispatchedAt(atMs: number | undefined): OurDispatch {
  return { atMs, distinctId: "run-1" };
}

function promising(candidates: readonly Candidate[], nowMs: number, dispatched: OurDispatch): Candidate[] {
  return candidatesToRead(candidates, nowMs, dispatched, {
    ...crowdAround(candidates, dispatched),
    isQuiet: false,
    isLast: false,
  });
}

function idsOf(candidates: readonly Candidate[]): unknown[] {
  return promising(candidates, now, dispatchedAt(undefined)).map((each) => each.run.id);
}

describe("a run is known by its name", () => {
  test.each([
    ["its title", { displayTitle: "Deploy [run-1]" }, true],
    ["its name", { name: "Deploy [run-1]" }, true],
    ["neither", {}, false],
    ["another id in both", { name: "run-10", displayTitle: "run-1-2" }, false],
    ["what is no name", { path: "run-1", htmlUrl: "run-1", event: "run-1" }, false],
  ])("where %s shows the id", (_, about, isKnown) => {
    expect(isNamed(run(1, about), "run-1")).toBe(isKnown);
  });
});

describe("the sign in a run's jobs", () => {
  test.each([
    ["is in a job's name", [job("build"), job("deploy [run-1]")], "job"],
    ["is in a called workflow's job's name", [job("run-1 / build")], "job"],
    ["is in a step's name", [job("build", ["Set up job", "id run-1"])], "step"],
    ["is the job's name before a step's", [job("build", ["run-1"]), job("run-1")], "job"],
    ["is in any job's steps", [job("a", ["x"]), job("b"), job("c", ["Set up job", "run-1"])], "step"],
    ["is not a part of another id", [job("run-10", ["run-1-2", "xrun-1"])], undefined],
    ["is not put together from two names", [job("run", ["-1"])], undefined],
    ["is missing where there are no jobs", [], undefined],
    ["is missing where a job shows no steps yet", [job("build")], undefined],
  ])("%s", (_, jobs, sign) => {
    expect(idLocationInJobs(jobs, "run-1")).toBe(sign);
  });
});

describe("a job shows all its steps", () => {
  test.each([
    ["not while it is queued", { status: "queued" }, [], false],
    ["not when it has just started", { status: "in_progress" }, ["Set up job"], false],
    ["when it runs", { status: "in_progress" }, ["Set up job", "make"], true],
    ["when it has ended", { status: "completed" }, ["Set up job"], true],
    ["when it was skipped", { status: "completed", conclusion: "skipped" }, [], true],
  ])("%s", (_, about, steps, showsAll) => {
    expect(showsAllSteps({ ...job("build", steps), ...about })).toBe(showsAll);
  });
});

describe("a job shows all its steps", () => {
  const names = (...all: [name: string, status: string][]): Job => ({
    ...job("a"),
    status: "in_progress",
    steps: all.map(([name, status]) => ({
      name,
      status,
      conclusion: null,
      startedAtMs: undefined,
      completedAtMs: undefined,
    })),
  });
  const source = "Deploy [${{ env.DISTINCT_ID }}]";

  test.each<[string, Job, boolean]>([
    ["not while only its set-up is there", names(["Set up job", "in_progress"]), false],
    ["when the others are there", names(["Set up job", "completed"], ["Deploy", "queued"]), true],
    ["not while one that waits shows its source", names(["Set up job", "completed"], [source, "queued"]), false],
    ["not while it waits in tomorrow's word", names(["Set up job", "completed"], [source, "tomorrows"]), false],
    [
      "when that one has begun, whatever it is called",
      names(["Set up job", "completed"], [source, "in_progress"]),
      true,
    ],
    ["when it is complete", { ...names([source, "queued"]), status: "completed" }, true],
  ])("%s", (_, each, all) => {
    expect(showsAllSteps(each)).toBe(all);
  });
});

describe("a run may yet show the id", () => {
  test.each([
    ["when it was never read", unread(1), true],
    ["when it is complete and was never read", unread(1, "completed"), true],
    ["when it was running as it was read", { ...read(1, "completed", 0), readStatus: "in_progress" }, true],
    ["when it runs and has shown all it has", read(1, "in_progress", 0, { showedAll: true }), true],
    ["not when it was complete as it was read", read(1, "completed", 0), false],
  ])("%s", (_, candidate, mayShow) => {
    expect(mayStillShowId(candidate)).toBe(mayShow);
  });
});

/** Runs that came within one or two seconds, as many dispatchers at once make them. They have settled. */
function crowd(first: number, second: number): Candidate[] {
  return Array.from({ length: first + second }, (_, index) =>
    unread(index + 1, "in_progress", { createdAtMs: sentAtMs + (index < first ? 0 : 1000) }),
  );
}

test.each([
  [4, 4600],
  [18, 10_200],
  [19, 10_500],
  [500, 10_500],
])("one of a crowd of %i reads no jobs for %i ms", (open, ms) => {
  expect(crowdWaitsMs(open)).toBe(ms);
});

describe("in a crowd, a run whose jobs are worth reading", () => {
  test.each([
    ["in the middle of its second", crowd(20, 0), 500, [10, 11]],
    ["late in its second", crowd(20, 0), 900, [18, 19]],
    ["early in the last of two seconds", crowd(20, 20), 1100, [22, 23]],
  ])("is as far into the order of ids as the dispatch was %s", (_, candidates, ms, nearest) => {
    const ids = promising(candidates, now, dispatchedAt(sentAtMs + ms)).map(({ run }) => Number(run.id));
    expect(ids).toHaveLength(8);
    expect(ids.slice(0, 2).sort((a, b) => a - b)).toEqual(nearest);
  });

  test("has been at work long enough to show its steps", () => {
    const ids = (agoMs: number) =>
      promising(
        crowd(5, 0).map((each) => ({ ...each, changedAtMs: now - agoMs })),
        now,
        dispatchedAt(sentAtMs),
      ).length;
    expect([0, 1999, 2000].map(ids)).toEqual([0, 0, 5]);
  });

  test("is a queued one only after a while", () => {
    const queued = (agoMs: number) =>
      promising(
        crowd(5, 0).map(({ run: each }) => newCandidate({ ...each, status: "queued" }, now - agoMs)),
        now,
        dispatchedAt(sentAtMs),
      ).length;
    expect([0, 14_999, 15_000].map(queued)).toEqual([0, 0, 5]);
  });
});

describe("among many", () => {
  const settled = crowd(20, 0);
  const witness = unread(99, "in_progress", { createdAtMs: sentAtMs - 4000 });
  const quiet = { isOne: true, isOfStrangers: false, hasWitnesses: true, isQuiet: true, isLast: false };

  test.each([
    ["only a witness is read while it is too early for the rest", quiet, [99], 2],
    ["none is read then where nobody is a witness", { ...quiet, hasWitnesses: false }, [99], 0],
    ["eight are read of a crowd of dispatchers", { ...quiet, isQuiet: false }, [1, 2, 3, 4, 5, 6, 7, 8], 8],
    [
      "two of the nearest four are read of strangers",
      { ...quiet, isQuiet: false, isOne: false, isOfStrangers: true },
      [1, 2, 3, 4],
      2,
    ],
  ])("%s", (_, around, ids, most) => {
    const candidates = candidatesToRead([witness, ...settled], now, dispatchedAt(sentAtMs), around);
    expect(candidates.map(({ run }) => run.id)).toEqual(ids);
    expect(maxReads(around)).toBe(most);
  });
});

test("at the last look, every run that may yet be ours is worth reading, nearest first", () => {
  const around = { isOne: false, isOfStrangers: false, hasWitnesses: false, isQuiet: false, isLast: true };
  const candidates = [
    ...Array.from({ length: 12 }, (_, at) => read(at + 1, "in_progress", 1, { showedAll: true, reads: 9 })),
    read(20, "completed", 1),
    read(21, "in_progress", 1, { anothersId: "1-1-0123456789abcdef" }),
  ];
  const last = candidatesToRead(candidates, now, dispatchedAt(sentAtMs), around);
  expect(last.map(({ run }) => run.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(maxReads(around)).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  ["well before the dispatch", -2501, [15_000]],
  ["perhaps after it, as far as clocks tell", -2500, [0, 14_999, 15_000]],
])("a run that was created %s is read at these times after it was seen first", (_, afterMs, times) => {
  const candidate = newCandidate(run(1, { createdAtMs: sentAtMs + afterMs }), now);
  const isRead = (ms: number) => promising([candidate], now + ms, dispatchedAt(sentAtMs)).length > 0;
  expect([0, 14_999, 15_000].filter(isRead)).toEqual(times);
});

test("a run that shows another's id is read later than others, and then seldom", () => {
  const others = newCandidate(run(1, { displayTitle: "Deploy [1658821493-1-9f3c2a7e41d06b58]" }), now);
  const at = (ms: number) => promising([others], now + ms, dispatchedAt(undefined)).length;
  expect([0, 14_999, 15_000].map(at)).toEqual([0, 0, 1]);
  const read = { ...others, reads: 1, readAtMs: now };
  const again = (ms: number) => promising([read], now + ms, dispatchedAt(undefined)).length;
  expect([0, 119_999, 120_000].map(again)).toEqual([0, 0, 1]);
});

describe("a run whose jobs are worth reading", () => {
  test.each([
    ["is one that was never read", unread(1), true],
    ["is a running one that was never read", unread(1, "in_progress"), true],
    ["is a complete one that was never read", unread(1, "completed"), true],
    ["is not a complete one that was read when it was complete", read(1, "completed", 86_400_000), false],
    ["is one that is complete since it was read", { ...read(1, "completed", 0), readStatus: "in_progress" }, true],
    ["is one that is running since it was read", { ...read(1, "in_progress", 0), readStatus: "queued" }, true],
    ["is a running one that did not show all its steps", read(1, "in_progress", 1000), true],
    ["is not a running one that just showed all", read(1, "in_progress", 1000, { showedAll: true }), false],
    ["is a running one that showed all a while ago", read(1, "in_progress", 60_000, { showedAll: true }), true],
    ["is not a queued one that was just read", read(1, "queued", 1000), false],
    ["is a queued one that was read a while ago", read(1, "queued", 60_000), true],
    ["is a waiting one that was read a while ago", read(1, "waiting", 60_000), true],
    ["is one in a state of tomorrow that was read a while ago", read(1, "dreaming", 60_000), true],
  ])("%s", (_, candidate, isWorthIt) => {
    expect(idsOf([candidate])).toEqual(isWorthIt ? [1] : []);
  });

  test("rests longer after each read, but not for ever", () => {
    const restsMs = [1, 2, 3, 4, 5, 50].map((reads) => {
      for (let agoMs = 0; agoMs <= 600_000; agoMs += 1000) {
        if (idsOf([read(1, "in_progress", agoMs, { reads, showedAll: true })]).length > 0) return agoMs;
      }
      return Infinity;
    });
    expect(restsMs).toEqual([15_000, 30_000, 60_000, 120_000, 120_000, 120_000]);
  });

  test("comes earlier the nearer it is to the dispatch, by its id within a second", () => {
    const same = { createdAtMs: sentAtMs };
    const late = unread(1, "queued", { createdAtMs: sentAtMs + 60_000 });
    expect(idsOf([late, unread(4, "queued", same), unread(2, "queued", same), unread(3)])).toEqual([2, 4, 3, 1]);
  });

  test("comes by its id also beyond what a number can tell apart", () => {
    const same = { createdAtMs: sentAtMs };
    const [older, younger] = [9007199254740992n, 9007199254740993n];
    const both = [unread(0, "queued", { ...same, id: younger }), unread(0, "queued", { ...same, id: older })];
    expect(idsOf(both)).toEqual([older, younger]);
  });

  test("is one of a few per look, those nearest to the dispatch", () => {
    const many = Array.from({ length: 50 }, (_, index) => unread(50 - index));
    expect(idsOf(many)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("comes later when its steps were all shown already", () => {
    const shown = Array.from({ length: 20 }, (_, index) =>
      read(index + 1, "in_progress", 600_000, { showedAll: true }),
    );
    expect(idsOf([...shown, unread(99)])[0]).toBe(99);
  });

  test("comes last when it has shown all its steps, and else by its age, whoever has read it", () => {
    const shown = read(1, "in_progress", 600_000, { showedAll: true });
    const showing = read(2, "in_progress", 1000, { reads: 40 });
    const queued = read(3, "queued", 500_000);
    expect(idsOf([shown, showing, queued, unread(4)])).toEqual([2, 3, 4, 1]);
  });

  test("gets its turn in a crowd, as those before it have shown what they have", () => {
    const crowd = Array.from({ length: 20 }, (_, index) => read(index + 1, "in_progress", 1000));
    const turns = [1, 2, 3].map((look) => {
      const ids = idsOf(crowd);
      for (const each of crowd) {
        if (ids.includes(each.run.id)) Object.assign(each, { readAtMs: now + look, showedAll: true });
      }
      return ids;
    });
    expect(turns.flat()).toEqual(crowd.map(({ run }) => run.id));
  });

  test("begins with the runs that were created nearest to the dispatch", () => {
    const created = [0, 4000, 9000, 30_000].map((afterMs, index) => {
      const candidate = unread(index + 1);
      return { ...candidate, run: { ...candidate.run, createdAtMs: 1_000_000 + afterMs } };
    });
    expect(promising(created, now, dispatchedAt(1_006_000)).map(({ run }) => run.id)).toEqual([2, 3, 1, 4]);
  });

  test("leaves the candidates as they were", () => {
    const candidates = [unread(2), unread(1)];
    promising(candidates, now, dispatchedAt(undefined));
    expect(candidates.map((each) => each.run.id)).toEqual([2, 1]);
  });
});
