/** Whoever may dispatch can write any id: a status is written only where the caller itself has left this very run. */

import { describe, expect, test } from "vitest";
import { HOSTILE_PARTS } from "../support/hostile.ts";
import {
  addCallersRun,
  CALLERS_RUN,
  CONTEXT,
  eventOf,
  type ReportStage,
  setReportStage,
} from "../support/report-stage.ts";
import { TARGET } from "../support/stage.ts";
import { CALLER } from "../support/step.ts";

const FORGED = `${CALLERS_RUN}-1-0123456789abcdef`;

/** A run that shows this id and nobody's step has started. */
function forge({ github }: ReportStage, distinct_id = FORGED): number {
  return github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch", inputs: { distinct_id } });
}

/** What was written by `report`. */
function written({ caller }: ReportStage): string[] {
  return caller.requests
    .filter(({ method, token }) => method === "POST" && token === "ghp_tellsthecallers")
    .map(({ path }) => path);
}

describe("nothing is written", () => {
  test("for a run that bears another's id", async () => {
    const on = await setReportStage();
    const { id, outputs } = await on.leave();
    const forged = forge(on, outputs.distinct_id);
    await on.clock.sleep(200_000);
    const { failure, notices } = await on.tell(forged);
    expect(failure).toBeUndefined();
    expect(notices).toEqual([`No commit status in octo/the-app waits for run ${forged}: nobody is told.`]);
    expect(written(on)).toEqual([]);
    await on.tell(id);
    expect(written(on)).toHaveLength(1);
  });

  test("where a newer dispatch has taken the context over", async () => {
    const on = await setReportStage();
    const { id: first } = await on.leave();
    const { id: second } = await on.leave();
    await on.clock.sleep(200_000);
    await on.tell(first);
    expect(written(on)).toEqual([]);
    await on.tell(second);
    expect(on.statuses().map(({ state, url }) => `${state} ${url.split("/").at(-1)}`)).toEqual([
      `pending ${first}`,
      `pending ${second}`,
      `success ${second}`,
    ]);
  });

  test("where it takes it over while an end is told", async () => {
    const on = await setReportStage();
    const { id } = await on.leave();
    await on.clock.sleep(80_000);
    const payload = eventOf(on.github, id);
    on.github.rerun(id);
    // The look after the first write takes long: meanwhile the caller dispatches anew.
    on.github.fault = ({ method, path }) => {
      if (method !== "GET" || !path.endsWith(`/runs/${id}`)) return undefined;
      on.github.fault = undefined;
      return { kind: "delay", ms: 5000 };
    };
    const telling = on.tellOf(payload);
    await on.clock.sleep(3000);
    const newer = on.leave();
    await Promise.all([telling, newer]);
    const { id: second } = await newer;
    expect(
      on
        .statuses()
        .map(({ url }) => Number(url.split("/").at(-1)))
        .filter((each) => each === second),
    ).toHaveLength(1);
    // The run is in its second attempt: without a second look at the statuses, that would be told on top.
    expect(on.statuses().filter(({ description }) => description.includes("attempt 2"))).toEqual([]);
  });

  test.each([
    ["a page of the same name elsewhere", "https://example.com/octo/target/actions/runs/RUN"],
    ["the run's page with more behind it", "ORIGIN/octo/target/actions/runs/RUN/attempts/1"],
    ["a run whose id begins alike", "ORIGIN/octo/target/actions/runs/RUN0"],
  ])("on a context that links to %s", async (_, url) => {
    const on = await setReportStage();
    const id = forge(on);
    await on.setStatus("foreign", url.replace("ORIGIN", on.github.apiUrl).replace("RUN", String(id)));
    await on.clock.sleep(200_000);
    await on.tell(id);
    expect(written(on)).toEqual([]);
  });

  test("on a context without a link, though the run has none either", async () => {
    const on = await setReportStage();
    const id = forge(on);
    await on.setStatus("bare", "");
    await on.clock.sleep(200_000);
    const payload = eventOf(on.github, id);
    const { failure } = await on.tellOf({ workflow_run: { ...payload.workflow_run, html_url: "" } });
    expect(failure).toBeUndefined();
    expect(written(on)).toEqual([]);
  });

  test("in a repository that is not among the callers", async () => {
    const on = await setReportStage();
    addCallersRun(on.caller, "octo/other", { id: 7 });
    const { id } = await on.leave();
    await on.clock.sleep(80_000);
    await on.tell(id, { callers: "other" });
    expect(written(on)).toEqual([]);
    expect(
      on.caller.requests.filter(
        ({ path, token }) => path.includes(CALLER.repository) && token === "ghp_tellsthecallers",
      ),
    ).toEqual([]);
  });

  test.each([
    `${"9".repeat(400)}-1-0123456789abcdef`,
    "0-0-0000000000000000",
    `00${CALLERS_RUN}-1-0123456789abcdef`,
    `${CALLERS_RUN}-1-0123456789abcde`,
    `../../octo/other-1-0123456789abcdef`,
    `x ${CALLERS_RUN}-1-0123456789abcdef ::error::boo\u001b[31m\r\n::set-output name=a::b`,
    `1-1-ffffffffffffffff and ${FORGED}`,
  ])("for the hostile id %j", async (hostile) => {
    const on = await setReportStage();
    await on.leave();
    await on.clock.sleep(1000);
    const id = forge(on, hostile);
    await on.clock.sleep(200_000);
    const { failure, log, warnings } = await on.tell(id);
    expect(failure).toBeUndefined();
    expect(written(on)).toEqual([]);
    for (const line of [...log, ...warnings]) {
      expect(line).not.toMatch(/[\r\n]|::/);
      expect(line).not.toContain("\u001b");
    }
    expect(on.statuses().map(({ context }) => context)).toEqual([CONTEXT]);
  });
});

describe("a young run", () => {
  test("is waited for, until its caller has left the status", async () => {
    const on = await setReportStage();
    const id = forge(on);
    await on.clock.sleep(3000);
    const telling = on.tell(id);
    await on.clock.sleep(20_000);
    await on.setStatus(CONTEXT, `${on.github.apiUrl}/${TARGET}/actions/runs/${id}`);
    const { tookMs } = await telling;
    expect(tookMs).toBeLessThan(25_000);
    expect(on.told().at(-1)).toBe("pending: The remote run is in progress");
  });

  test("is waited for 30 s at most", async () => {
    const on = await setReportStage();
    const { tookMs, notices } = await on.tell(forge(on));
    expect(tookMs).toBeGreaterThanOrEqual(27_000);
    expect(tookMs).toBeLessThanOrEqual(31_000);
    expect(notices).toHaveLength(1);
  });

  test.each([
    [110_000, 25_000],
    [125_000, 0],
  ])("of %i ms is waited for as long as it is young", async (ageMs, leastMs) => {
    const on = await setReportStage();
    const id = forge(on);
    await on.clock.sleep(ageMs);
    const { tookMs } = await on.tell(id);
    expect(tookMs).toBeGreaterThanOrEqual(Math.min(leastMs, 120_000 - ageMs));
    if (leastMs === 0) expect(tookMs).toBeLessThan(1000);
  });
});

describe("a hostile text", () => {
  const HOSTILE = `x${HOSTILE_PARTS.map((part) => part.repeat(500)).join("")}x`;
  type Change = (texts: Record<string, unknown>) => object;

  test.each<[string, RegExp, Change]>([
    ["title", /\/actions\/runs\/\d+$/, (run) => ({ ...run, display_title: HOSTILE, name: HOSTILE })],
    [
      "job's name",
      /\/jobs$/,
      ({ jobs }) => ({ total_count: 1, jobs: (jobs as object[]).map((job) => ({ ...job, name: HOSTILE })) }),
    ],
  ])("as a %s writes nothing", async (what, path, change) => {
    const on = await setReportStage();
    await on.leave();
    const id = forge(on, "x");
    await on.clock.sleep(200_000);
    on.github.fault = (request) =>
      path.test(request.path)
        ? { kind: "rewrite", when: "after", rewrite: (body) => change(body as Record<string, unknown>) }
        : undefined;
    const { workflow_run } = eventOf(on.github, id);
    const told = what === "title" ? change(workflow_run) : workflow_run;
    const { failure, log, warnings } = await on.tellOf({ workflow_run: told });
    on.github.fault = undefined;
    expect(failure).toBeUndefined();
    expect(written(on)).toEqual([]);
    expect([...log, ...warnings].join("")).not.toMatch(/[\p{Cc}\u202e]|::|##\[/u);
  });

  test("that the caller's server shows of its statuses ends none but the run's, by its own words", async () => {
    const on = await setReportStage();
    const { id } = await on.leave();
    await on.setStatus(
      `other ${HOSTILE.slice(0, 200)}`,
      `${on.github.apiUrl}/${TARGET}/actions/runs/${id}${encodeURI(HOSTILE.slice(0, 100))}`,
    );
    await on.clock.sleep(80_000);
    const { failure } = await on.tell(id);
    expect(failure).toBeUndefined();
    expect(on.statuses().filter(({ state }) => state === "success")).toMatchObject([
      { context: CONTEXT, description: "The remote run ended as success" },
    ]);
  });
});
