/** Whose a status is: a waiting step's is its own, a newer dispatch's is its run's, and a renamed target's is still its. */

import { describe, expect, test } from "vitest";
import { CONTEXT, eventOf, MINUTE, OWN_TOKEN, type ReportStage, setReportStage } from "../support/report-stage.ts";
import { asked, TARGET } from "../support/stage.ts";
import { CALLER } from "../support/step.ts";

const LEFT = "The remote run continues";
const WAITS = "The step waits for the remote run";

describe("the status of a step that waits", () => {
  const WAITING = { wait_for: "completed" };

  async function play(on: ReportStage, given: Record<string, string>, tellAfterMs: readonly number[]) {
    const telling = tellAfterMs.map(async (ms) => {
      await on.clock.sleep(ms);
      const [run] = on.github.runs(TARGET);
      return run && on.tell(run.id);
    });
    const played = await on.leave({ ...WAITING, ...given });
    return { played, reports: await Promise.all(telling) };
  }

  test.each<[string, Record<string, string>, string]>([
    ["nothing else", {}, "failure: The step waited: the remote run ended as failure"],
    ["`jobs` that are green", { jobs: "identify" }, "success: The step waited: the remote run ended as success"],
    [
      "`success_conclusions`",
      { success_conclusions: "any" },
      "success: The step waited: the remote run ended as failure",
    ],
    [
      "a time-out",
      { timeout_seconds: "30" },
      "error: The run did not complete within 30 s (`timeout_seconds`); when last seen it was in_progress.",
    ],
  ])("is its own, with %s", async (_, given, end) => {
    const on = await setReportStage({ behaviour: { ...MINUTE, conclusion: "failure" } });
    const { reports } = await play(on, given, [20_000, 64_500, 90_000, 300_000]);
    for (const report of reports) {
      expect(report?.failure).toBeUndefined();
      expect(report?.notices[0]).toMatch(/^A step in octo\/the-app waits for run \d+, or has waited: it ends its/);
      expect(report?.tookMs).toBeLessThan(1000);
    }
    expect(on.told()).toEqual([`pending: ${WAITS}`, end]);
  });

  test("is its own where it runs the failed jobs again, and where somebody else does after it", async () => {
    const on = await setReportStage({
      behaviour: { ...MINUTE, jobs: { identify: { durationMs: 60_000, conclusion: "failure" } }, reruns: [MINUTE] },
    });
    const { played } = await play(on, { rerun_failed: "1" }, [66_000, 100_000, 400_000]);
    expect(played.failure).toBeUndefined();
    on.github.rerun(played.id, { ...MINUTE, conclusion: "failure" });
    await on.clock.sleep(80_000);
    await on.tell(played.id);
    expect(on.told()).toEqual([`pending: ${WAITS}`, "success: The step waited: the remote run ended as success"]);
  });

  test("is its own where it has ended as an error", async () => {
    const on = await setReportStage();
    const { id } = await on.leave();
    await on.setStatus("other", `${on.github.apiUrl}/${TARGET}/actions/runs/${id}`, "error");
    await on.clock.sleep(80_000);
    await on.tell(id);
    expect(on.statuses().filter(({ context }) => context === "other")).toHaveLength(1);
  });
});

describe("a status that was left while an older run's end was on its way", () => {
  /** The end of the first is written over what the second dispatch has left. */
  async function overtake(on: ReportStage, secondMs: number, given?: Record<string, string>) {
    const { id: first } = await on.leave();
    await on.clock.sleep(80_000);
    on.caller.fault = ({ method, token }) =>
      method === "POST" && token === "ghp_tellsthecallers" ? { kind: "delay", ms: 5000 } : undefined;
    on.github.behaviour(TARGET, "deploy.yml", { ...MINUTE, conclusion: "failure" });
    const telling = on.tell(first);
    await on.clock.sleep(1000);
    const { id: second } = await on.leave(given);
    await telling;
    on.caller.fault = undefined;
    expect(last(on)).toBe(`success ${first}`);
    await on.clock.sleep(secondMs);
    return { first, second };
  }
  const last = ({ statuses }: ReportStage) => {
    const { state, url } = statuses().at(-1) ?? {};
    return `${state} ${url?.split("/").at(-1)}`;
  };

  test.each([
    [15_000, "pending"],
    [80_000, "failure"],
  ])("is its run's again after %i ms", async (secondMs, state) => {
    const on = await setReportStage();
    const { first, second } = await overtake(on, secondMs);
    const { failure } = await on.tell(second);
    expect(failure).toBeUndefined();
    expect(last(on)).toBe(`${state} ${second}`);
    // And stays it.
    await on.tell(first);
    expect(last(on)).toBe(`${state} ${second}`);
    const histories = on.caller.requests.filter(({ path }) => path.endsWith("/statuses"));
    expect(histories).not.toEqual([]);
  });

  test("is nobody's but the latest dispatch's", async () => {
    const on = await setReportStage();
    const { first, second } = await overtake(on, 15_000);
    const { id: third } = await on.leave();
    await on.clock.sleep(80_000);
    await on.tell(first);
    await on.tell(second);
    expect(last(on)).toBe(`pending ${third}`);
  });

  test("is not taken back from a step that waits", async () => {
    const on = await setReportStage();
    const { id: second } = await on.leave();
    const urlOf = (id: number) => `${on.github.apiUrl}/${TARGET}/actions/runs/${id}`;
    const say = (id: number, state: string, description: string) =>
      on.setStatus(CONTEXT, urlOf(id), state, description);
    await say(7, "pending", WAITS);
    await say(8, "success", "The remote run ended as success");
    await on.clock.sleep(200_000);
    await on.tell(second);
    expect(on.told()).toHaveLength(3);
  });

  test.each([
    ["another tool's", "https://example.com/1", "success"],
    ["another repository's run", "ORIGIN/octo/other/actions/runs/7", "The remote run ended as success"],
    ["a newer dispatch's", `ORIGIN/${TARGET}/actions/runs/7`, LEFT],
  ])("is not taken back from %s", async (_, url, description) => {
    const on = await setReportStage();
    const { id } = await on.leave();
    await on.setStatus(CONTEXT, url.replace("ORIGIN", on.github.apiUrl), "pending", description);
    await on.clock.sleep(200_000);
    const { notices } = await on.tell(id);
    expect(notices).toHaveLength(1);
    expect(on.statuses()).toHaveLength(2);
    expect(on.caller.requests.filter(({ path }) => path.endsWith("/statuses"))).toEqual([]);
  });
});

describe("a target that was renamed since", () => {
  const NEW = "octo/renamed";
  const tell = (on: ReportStage, id: number) =>
    on.tellOf(eventOf(on.github, id), {}, { owner: "octo", repo: "renamed" });

  const foreignRun = ({ github }: ReportStage, id: number) => ({
    ...eventOf(github, id).workflow_run,
    html_url: `${github.apiUrl}/octo/elsewhere/actions/runs/${id}`,
  });

  async function rename() {
    const on = await setReportStage();
    const { id } = await on.leave();
    await on.clock.sleep(80_000);
    on.github.renameRepository(TARGET, NEW);
    on.github.addToken(OWN_TOKEN, { kind: "integration", permissions: { actions: "read" }, repositories: [NEW] });
    return { on, id };
  }

  test("tells of its run still, as GitHub leads from the former name to this very run", async () => {
    const { on, id } = await rename();
    const { failure } = await tell(on, id);
    expect(failure).toBeUndefined();
    expect(on.told()).toEqual([`pending: ${LEFT}`, "success: The remote run ended as success"]);
    expect(on.statuses().at(-1)?.url).toContain(`${NEW}/actions/runs/${id}`);
    const { log } = await tell(on, id);
    expect(log).toEqual([`${CALLER.repository} knows that already.`]);
  });

  test("but nothing of a run that only another repository may have", async () => {
    const { on, id } = await rename();
    // Somebody else's repository, which has a run of that number, and may be read.
    on.github.fault = ({ path }) =>
      path.includes("octo/elsewhere")
        ? { kind: "status", when: "before", status: 200, body: foreignRun(on, id) }
        : undefined;
    await on.setStatus("foreign", `${on.github.apiUrl}/octo/elsewhere/actions/runs/${id}`);
    await tell(on, id);
    expect(on.statuses().filter(({ context }) => context === "foreign")).toHaveLength(1);
    expect(asked(on.github, "GET").some((line) => line.includes("octo/elsewhere"))).toBe(true);
  });
});
