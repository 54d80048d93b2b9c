/** The recipes that nobody waits in, run: the target tells the caller. */

import { describe, test, vi } from "vitest";
import { type ExampleStage, pageOf, SHA, setExample } from "../support/examples.ts";

// Each test waits for a run that takes its time, and hardly ever for the processor.
vi.setConfig({ maxConcurrency: 12 });

const THE_APP = "octo/the-app";

/** Until the target's only run has ended. */
function end({ github, target }: ExampleStage): Promise<void> {
  return vi.waitUntil(() => github.runs(target)[0]?.status === "completed", { timeout: 60_000 }).then(() => undefined);
}

/** Long enough for the caller to leave before its end. */
const LONG = { stepMs: 4000 };

describe.concurrent("leave-a-deployment", () => {
  test("costs the caller seconds, and the target tells how it has ended", async ({ expect }) => {
    const stage = await setExample("leave-a-deployment", { behaviour: LONG });
    const { github, target } = stage;
    const { jobs, steps } = await stage.play();
    expect(jobs.deploy?.result).toBe("success");
    expect(github.runs(target)[0]?.conclusion).toBeNull();
    expect(steps[0]?.stdout).toContain("stays pending");
    const status = { sha: SHA, context: "deploy (octo/deployments)", url: pageOf(github, target) };
    expect(github.statuses(THE_APP)).toMatchObject([{ ...status, state: "pending" }]);

    const begun = await stage.playReport("in_progress");
    expect(begun.jobs.report?.result).toBe("success");
    await end(stage);
    const told = await stage.playReport("completed");
    expect(told.steps[0]?.stdout).toContain(`Told ${THE_APP}`);
    expect(github.statuses(THE_APP).at(-1)).toMatchObject({ ...status, state: "success" });
    const written = github.statuses(THE_APP).length;
    expect((await stage.playReport("completed")).jobs.report?.result).toBe("success");
    expect(github.statuses(THE_APP)).toHaveLength(written);
  });

  test("is red on the commit where it has failed", async ({ expect }) => {
    const stage = await setExample("leave-a-deployment", {
      behaviour: { ...LONG, jobs: { deploy: { failedStep: "Deploy" } } },
    });
    expect((await stage.play()).jobs.deploy?.result).toBe("success");
    await end(stage);
    await stage.playReport("completed");
    expect(stage.github.statuses(THE_APP).at(-1)).toMatchObject({ state: "failure", sha: SHA });
  });

  test("checks both sides when its report is started by hand, and tells nobody", async ({ expect }) => {
    const { github, playReport } = await setExample("leave-a-deployment");
    const { jobs, steps } = await playReport("by hand");
    expect(steps[0]?.stdout).toContain("Found no problem");
    expect(jobs.report?.result).toBe("success");
    expect(github.statuses(THE_APP)).toEqual([]);
  });
});

describe.concurrent("go-on", () => {
  const values = { commit: SHA, image: `registry.example.com/app:${SHA}` };
  const artifacts = [{ name: "build.json", text: JSON.stringify(values) }];

  test("goes on at the caller with what the build has left", async ({ expect }) => {
    const stage = await setExample("go-on", { on: "tag", behaviour: { ...LONG, artifacts } });
    const { github, target } = stage;
    expect((await stage.play()).jobs.build?.result).toBe("success");
    expect((await stage.playReport("in_progress")).jobs["go-on"]?.result).toBe("skipped");
    await end(stage);
    const { jobs } = await stage.playReport("completed");
    expect(jobs).toMatchObject({ report: { result: "success" }, "go-on": { result: "success" } });
    expect(github.statuses(THE_APP).at(-1)).toMatchObject({ state: "success", context: "build (octo/builds)" });
    expect(await stage.playGoOn()).toMatchObject({
      deploy: { scripts: [{ env: { IMAGE: values.image, COMMIT: SHA, RUN: pageOf(github, target) } }] },
    });
  });

  test("does not go on after a red build, whose status is red", async ({ expect }) => {
    const stage = await setExample("go-on", {
      on: "tag",
      behaviour: { ...LONG, jobs: { build: { failedStep: "Build" } } },
    });
    await stage.play();
    await end(stage);
    const { jobs } = await stage.playReport("completed");
    expect(jobs).toMatchObject({ report: { result: "success" }, "go-on": { result: "skipped" } });
    expect(stage.github.statuses(THE_APP).at(-1)).toMatchObject({ state: "failure" });
    await expect(stage.playGoOn()).rejects.toThrow("0 runs go on");
  });
});
