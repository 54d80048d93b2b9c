/** Which pages are asked for, and which of their runs count. */

import { describe, expect, test } from "vitest";
import { listerOfRuns } from "../../../src/find/recent-runs.ts";
import type { Run } from "../../../src/github/responses.ts";
import type { Context } from "../../../src/state/context.ts";
import { aRun } from "../../support/runs.ts";

const sentAtMs = 100_000;
const serverAheadMs = Date.parse("2026-11-20T12:00:00Z");

interface Shelf {
  /** Newest first. */
  runs: Run[];
  maxRuns?: number;
  /** Every page is the first. */
  isAlike?: boolean;
  /** The server's time is known from the first list on. */
  isLateToTell?: boolean;
  /** The most that a page has, whatever was asked for. */
  cap?: number;
  /** As the server tells it; by default it does not. */
  totalCount?: number;
  unreadable?: string[];
}

function set({
  runs,
  maxRuns = 500,
  isAlike = false,
  isLateToTell = false,
  cap = 100,
  totalCount,
  unreadable = [],
}: Shelf) {
  const shelf = { runs };
  const asked: string[] = [];
  const story = {
    inputs: { maxRuns },
    retry: (ask: (options: unknown) => unknown) => ask({}),
    github: {
      serverTimeMs: (ms: number) => (isLateToTell && asked.length === 0 ? undefined : ms + serverAheadMs),
      listRuns: async ({ perPage, page }: { perPage: number; page: number }) => {
        asked.push(`${perPage}/${page}`);
        const length = Math.min(perPage, cap);
        const from = isAlike ? 0 : (page - 1) * length;
        return { items: shelf.runs.slice(from, from + length), totalCount, unreadable };
      },
    },
  } as unknown as Context;
  return { shelf, asked, story, list: listerOfRuns({ sentAtMs, deadlineMs: Infinity }, story) };
}

/** Runs created so long after the dispatch, by the server's clock, the last of them first. */
function created(...afterMs: number[]): Run[] {
  return afterMs.map((ms, index) => aRun({ id: 1000 + index, createdAtMs: serverAheadMs + sentAtMs + ms })).reverse();
}

function many(count: number): Run[] {
  return created(...Array.from({ length: count }, (_, index) => index * 10));
}

const OLD = [aRun({ id: 1, createdAtMs: serverAheadMs + sentAtMs - 3_600_000 })];

describe("the runs since a dispatch", () => {
  test("are on one short page as a rule", async () => {
    const { asked, list } = set({ runs: [...many(29), ...OLD] });
    const { runs, recentRuns } = await list();
    expect(runs).toHaveLength(29);
    expect(asked).toEqual(["30/1"]);
    expect(recentRuns).toHaveLength(30);
  });

  test("begin five seconds before it: the clocks of servers differ", async () => {
    for (const isLateToTell of [false, true]) {
      const { list } = set({ runs: created(-5001, -5000, 0, 1000), isLateToTell });
      expect((await list()).runs.map(({ id }) => id)).toEqual([1003, 1002, 1001]);
    }
  });

  test("are asked for by long pages where a short one does not reach back, and from then on", async () => {
    const { asked, list } = set({ runs: [...many(130), ...OLD] });
    const { runs, recentRuns } = await list();
    expect(runs).toHaveLength(130);
    expect(recentRuns).toHaveLength(100);
    expect((await list()).runs).toHaveLength(130);
    expect(asked).toEqual(["30/1", "100/1", "100/2", "100/1", "100/2"]);
  });

  test.each([
    ["half full", 15, ["30/1", "30/1"]],
    ["more than half full", 16, ["30/1", "100/1"]],
  ])("are asked for by a long page the next time where a short one is %s of them", async (_, count, pages) => {
    const { asked, list } = set({ runs: [...many(count), ...OLD] });
    await list();
    expect((await list()).runs).toHaveLength(count);
    expect(asked).toEqual(pages);
  });

  test.each([
    [20, ["20/1"]],
    [50, ["30/1", "50/1"]],
    [150, ["30/1", "100/1", "100/2"]],
    [200, ["30/1", "100/1", "100/2"]],
  ])("are the newest %i at most, if `max_runs` says so", async (maxRuns, pages) => {
    const { shelf, asked, list } = set({ runs: many(300), maxRuns });
    expect((await list()).runs).toEqual(shelf.runs.slice(0, maxRuns));
    expect(asked).toEqual(pages);
  });

  test("go on where a server gives fewer a page than it was asked for, as its count of all tells", async () => {
    const { asked, list } = set({ runs: many(70), cap: 20, totalCount: 70 });
    expect((await list()).runs).toHaveLength(70);
    expect(asked).toEqual(["30/1", "30/2", "30/3", "30/4"]);
  });

  test("are asked for beyond a short page once only where a server counts more than there are", async () => {
    const { asked, list } = set({ runs: many(10), totalCount: 12 });
    expect((await list()).runs).toHaveLength(10);
    expect((await list()).runs).toHaveLength(10);
    expect(asked).toEqual(["30/1", "30/2", "30/1"]);
  });

  test("are told as incomplete where one of them could not be read", async () => {
    expect(await set({ runs: many(3), unreadable: ["7: its `id`"] }).list()).toMatchObject({ isIncomplete: true });
    expect(await set({ runs: many(3) }).list()).toMatchObject({ isIncomplete: false });
  });

  test("end where a server answers every page alike", async () => {
    const { asked, list } = set({ runs: many(300), isAlike: true });
    expect((await list()).runs).toHaveLength(100);
    expect(asked).toEqual(["30/1", "100/1", "100/2"]);
  });

  test("are each listed once, and none is missed, while others move them on to later pages", async () => {
    const { shelf, story, list } = set({ runs: [...many(250), ...OLD] });
    const { listRuns } = story.github;
    story.github.listRuns = async (...page) => {
      const answer = await listRuns(...page);
      shelf.runs = [
        aRun({ id: 5000 + shelf.runs.length, createdAtMs: shelf.runs[0]?.createdAtMs ?? 0 }),
        ...shelf.runs,
      ];
      return answer;
    };
    const ids = (await list()).runs.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (let index = 0; index < 250; index++) expect(ids).toContain(1000 + index);
  });
});
