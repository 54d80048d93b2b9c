/** A token that no request can carry: nothing is sent with it, and the step says so. */

import { expect, test } from "vitest";
import { setAppStage } from "../support/app-stage.ts";
import { receiver } from "../support/receivers.ts";
import { asked, TARGET } from "../support/stage.ts";

const WORKFLOWS = { "deploy.yml": receiver("workflow_dispatch", "run-name") };
const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };

test.each(["ghs_a\nb", "ghs_a\r\nx-injected: b", "ghs_a\u0000", "ghs_ü", "ghs_\u{1F511}", "ghs a", "\n"])(
  "a minted token %j starts nothing",
  async (token) => {
    const { github, play } = await setAppStage(WORKFLOWS);
    github.fault = ({ path }) =>
      path.endsWith("/access_tokens")
        ? { kind: "rewrite", when: "after", rewrite: (body) => ({ ...(body as object), token }) }
        : undefined;
    const { failure, outputs, trace, tookMs } = await play(START);
    expect(failure).toMatch(
      /^The response of \S+ to POST \/app\/installations\/4711\/access_tokens cannot be read: .*`token`.* \(200\)\.\nNothing was sent to octo\/target\. /,
    );
    expect(failure).not.toContain("may have been started");
    expect(outputs.runId).toBeUndefined();
    expect(JSON.parse(trace)).toMatchObject({ phase: "ended" });
    expect(asked(github, "POST").filter((line) => line.includes("/dispatches"))).toEqual([]);
    expect(github.runs(TARGET)).toEqual([]);
    expect(tookMs).toBeLessThan(60_000);
  },
);

test("a renewed token that no request can carry leaves the run as it is, and names it", async () => {
  const behaviour = { queuedMs: 3 * 3_600_000 };
  const { github, play } = await setAppStage(WORKFLOWS, { behaviour });
  let minted = 0;
  github.fault = ({ path }) =>
    path.endsWith("/access_tokens") && ++minted > 1
      ? { kind: "rewrite", when: "after", rewrite: (body) => ({ ...(body as object), token: "ghs_a\nb" }) }
      : undefined;
  const { failure } = await play({ ...START, timeout_seconds: "7200" });
  expect(failure).toContain("The run itself continues: http");
  expect(failure).not.toContain("Nothing was sent");
});
