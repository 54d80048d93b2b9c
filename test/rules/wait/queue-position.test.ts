import { describe, expect, test } from "vitest";
import type { GroupMember } from "../../../src/github/concurrency-groups.ts";
import type { Job } from "../../../src/github/responses.ts";
import type { Holder, QueuePosition } from "../../../src/state/known.ts";
import { aheadLine, awaitedBy } from "../../../src/wait/awaited.ts";
import {
  describeQueuePosition,
  isPending,
  isSameQueuePosition,
  queuePositionOf,
  whereItWaits,
  whoIsAhead,
} from "../../../src/wait/queue-position.ts";
import { job } from "../../support/conclusions.ts";
import { aRun } from "../../support/runs.ts";

const NOW_MS = Date.parse("2026-11-20T12:00:00Z");
const holder: Holder = {
  runId: 812,
  jobId: undefined,
  name: "Deploy #812",
  htmlUrl: "https://github.com/octo/target/actions/runs/812",
  isPending: false,
  startedAtMs: NOW_MS - 250_000,
};
const place: QueuePosition = { group: "deploy", job: undefined, ahead: 1, holder };
const pendingJob: Job = { ...job(5, null), status: "pending" };
const ofJob: QueuePosition = { ...place, job: { id: 5, name: "job 5" } };

function member(runId: number, status: "in_progress" | "pending", jobId?: number): GroupMember {
  const ofJob = jobId === undefined ? undefined : { id: jobId, name: `job ${jobId}` };
  return { runId, runName: "Deploy", htmlUrl: "", job: ofJob, isPending: status === "pending" };
}

describe("a place in words", () => {
  test.each<[string, Partial<QueuePosition>, number | undefined]>([
    ["second in line behind Deploy #812 (in progress for 4 min 10 s)", {}, NOW_MS],
    ["second in line behind Deploy #812 (in progress)", {}, undefined],
    ["second in line behind Deploy #812 (in progress)", {}, NOW_MS - 300_000],
    ["second in line behind Deploy #812 (in progress)", { holder: { ...holder, startedAtMs: undefined } }, NOW_MS],
    ["second in line behind Deploy #812 (pending)", { holder: { ...holder, isPending: true } }, NOW_MS],
    ["third in line behind Deploy #812 (in progress for 4 min 10 s) and 1 more", { ahead: 2 }, NOW_MS],
    ["11th in line behind Deploy #812 (in progress) and 9 more", { ahead: 10 }, undefined],
    ["22nd in line behind Deploy #812 (in progress) and 20 more", { ahead: 21 }, undefined],
    ["101st in line behind Deploy #812 (in progress) and 99 more", { ahead: 100 }, undefined],
  ])("%s", (words, about, nowMs) => {
    expect(describeQueuePosition({ ...place, ...about }, nowMs)).toBe(words);
  });

  test("is another when who is ahead is another, or fewer are, and not by the time that passes", () => {
    expect(isSameQueuePosition(place, { ...place, holder: { ...holder, startedAtMs: undefined, name: "x" } })).toBe(
      true,
    );
    expect(isSameQueuePosition(place, { ...place, ahead: 2 })).toBe(false);
    expect(isSameQueuePosition(place, { ...place, holder: { ...holder, runId: 813 } })).toBe(false);
    expect(isSameQueuePosition(place, ofJob)).toBe(false);
    expect(isSameQueuePosition(place, undefined)).toBe(false);
  });
});

describe("where a run waits", () => {
  const groups = [
    { name: "database", members: [member(1, "pending", 5), member(1, "in_progress", 6)] },
    { name: "deploy", members: [member(1, "pending")] },
    { name: "left", members: [] },
  ];

  test("is the group of the run before that of a job, and none where nothing is pending", () => {
    expect(whereItWaits(groups)).toEqual({ group: "deploy", job: undefined });
    expect(whereItWaits(groups.slice(0, 1))).toEqual({ group: "database", job: { id: 5, name: "job 5" } });
    expect(whereItWaits([{ name: "deploy", members: [member(1, "in_progress")] }])).toBeUndefined();
  });

  test("is behind the one that holds the group, and those that wait already", () => {
    const members = [member(8, "in_progress"), member(9, "pending"), member(10, "pending")];
    expect(whoIsAhead({ name: "deploy", members })).toEqual({ ahead: 2, holder: members[0] });
    expect(whoIsAhead({ name: "deploy", members: members.slice(1) })).toEqual({ ahead: 1, holder: members[1] });
    expect(whoIsAhead({ name: "deploy", members: members.slice(2) })).toBeUndefined();
    expect(whoIsAhead({ name: "deploy", members: [] })).toBeUndefined();
  });

  test.each<[string, Job[], QueuePosition | null | undefined, boolean, boolean]>([
    ["pending", [], place, true, true],
    ["pending", [], ofJob, true, true],
    ["pending", [], null, true, false],
    ["pending", [], undefined, true, false],
    ["queued", [], place, false, false],
    ["in_progress", [pendingJob], ofJob, true, true],
    ["in_progress", [pendingJob], place, true, false],
    ["in_progress", [job(5, null)], ofJob, false, false],
    ["completed", [pendingJob], ofJob, false, false],
  ])("of a run that is %s with jobs %j and this place %j: pending %s, known %s", (status, jobs, seen, waits, known) => {
    const sight = { run: aRun({ status }), jobs, place: seen };
    expect(isPending(sight)).toBe(waits);
    expect(queuePositionOf(sight)).toBe(known ? seen : undefined);
  });
});

describe("what a run waits for", () => {
  test.each<[string, Job[], string[], QueuePosition | undefined, string | undefined]>([
    ["queued", [], [], undefined, undefined],
    ["completed", [{ ...job(5, null), status: "waiting" }], [], undefined, undefined],
    ["waiting", [], [], undefined, "an approval, usually"],
    [
      "waiting",
      [],
      ["an approval of live (octocat may approve)"],
      undefined,
      "an approval of live (octocat may approve)",
    ],
    ["in_progress", [{ ...job(5, null), status: "waiting" }], [], undefined, "an approval, usually"],
    ["pending", [], [], undefined, "its turn in a concurrency group, in which another run goes first"],
    ["pending", [], [], place, "its turn in a concurrency group, second in line behind Deploy #812 (in progress)"],
    [
      "in_progress",
      [pendingJob],
      [],
      ofJob,
      "the turn of its job job 5 in a concurrency group, second in line behind Deploy #812 (in progress)",
    ],
  ])("that is %s with jobs %j: %j, %j", (status, jobs, awaitedRules, seen, what) => {
    expect(awaitedBy({ run: aRun({ status }), jobs, awaitedRules, place: seen }, undefined)?.what).toBe(what);
  });

  test("comes with the page of who is ahead, where that may be shown", () => {
    const sight = { run: aRun({ status: "pending" }), jobs: [], awaitedRules: [], place };
    expect(aheadLine(awaitedBy(sight, undefined))).toEqual([`Ahead of it: ${holder.htmlUrl}`]);
    const hidden = { ...sight, place: { ...place, holder: { ...holder, htmlUrl: "" } } };
    expect(aheadLine(awaitedBy(hidden, undefined))).toEqual([]);
    expect(aheadLine(undefined)).toEqual([]);
  });
});
