/** Which earlier run a red end is compared with: each row of the rules, with the requests that decide it. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import {
  type Earlier,
  FILES,
  GREEN,
  NO_RUN,
  OF_A_PULL_REQUEST,
  ON_MAIN,
  RED,
  setKnown,
} from "../support/known-stage.ts";
import { TARGET } from "../support/stage.ts";
import { CALLER } from "../support/step.ts";

type Before = [behaviour: Behaviour, earlier: Earlier];
const FORK = { event: "pull_request", headRepository: "somebody/the-app" };
const GIVEN = { workflow: "", ref: "" };
const RUNNING: Behaviour = { stepMs: 1000 * 3_600_000 };
const ends = (conclusion: string | null): Behaviour => ({ conclusion });

describe("what counts as the run before, oldest first", () => {
  test.each<[string, Before[], string]>([
    ["none at all", [], ""],
    ["a red push in the target", [[RED, {}]], "true"],
    ["a green push in the target", [[GREEN, {}]], "false"],
    ["a red schedule in the target", [[RED, { event: "schedule" }]], "true"],
    [
      "a green schedule after a red push",
      [
        [RED, {}],
        [GREEN, { event: "schedule" }],
      ],
      "false",
    ],
    [
      "a red push after a green schedule",
      [
        [GREEN, { event: "schedule" }],
        [RED, {}],
      ],
      "true",
    ],
    ["a red run by the caller's default branch", [[RED, { by: ON_MAIN }]], "true"],
    [
      "a green run by the caller's default branch",
      [
        [RED, {}],
        [GREEN, { by: ON_MAIN }],
      ],
      "false",
    ],
    ["a pull request's own earlier red run", [[RED, { by: OF_A_PULL_REQUEST }]], ""],
    [
      "the same after a green push",
      [
        [GREEN, {}],
        [RED, { by: OF_A_PULL_REQUEST }],
      ],
      "false",
    ],
    [
      "the same after a red push",
      [
        [RED, {}],
        [RED, { by: OF_A_PULL_REQUEST }],
      ],
      "true",
    ],
    [
      "a fork's branch called as the default branch",
      [
        [GREEN, {}],
        [RED, { by: 801 }],
      ],
      "false",
    ],
    [
      "a `workflow_run` of the caller",
      [
        [GREEN, {}],
        [RED, { by: 802 }],
      ],
      "false",
    ],
    [
      "a caller's run by hand, on its default branch",
      [
        [GREEN, {}],
        [RED, { by: 803 }],
      ],
      "true",
    ],
    [
      "a comment on a pull request",
      [
        [GREEN, {}],
        [RED, { by: 804 }],
      ],
      "false",
    ],
    [
      "a push to another branch of the caller",
      [
        [GREEN, {}],
        [RED, { by: 805 }],
      ],
      "false",
    ],
    [
      "a caller's schedule",
      [
        [GREEN, {}],
        [RED, { by: 806 }],
      ],
      "true",
    ],
    [
      "a caller's run that cannot be read",
      [
        [RED, {}],
        [RED, { by: NO_RUN }],
      ],
      "",
    ],
    [
      "a readable one after it",
      [
        [RED, { by: NO_RUN }],
        [RED, { by: ON_MAIN }],
      ],
      "true",
    ],
    [
      "an earlier attempt of the caller's own run",
      [
        [GREEN, {}],
        [RED, { by: Number(CALLER.runId) }],
      ],
      "false",
    ],
    [
      "a manual run",
      [
        [GREEN, {}],
        [RED, { event: "workflow_dispatch" }],
      ],
      "false",
    ],
    [
      "a pull request in the target",
      [
        [GREEN, {}],
        [RED, { event: "pull_request" }],
      ],
      "false",
    ],
    [
      "a cancelled run",
      [
        [RED, {}],
        [ends("cancelled"), {}],
      ],
      "true",
    ],
    [
      "a skipped run",
      [
        [GREEN, {}],
        [ends("skipped"), {}],
      ],
      "false",
    ],
    [
      "a run that nobody has approved",
      [
        [RED, {}],
        [ends("action_required"), {}],
      ],
      "",
    ],
    [
      "red runs, of which an older one said nothing",
      [
        [ends("neutral"), {}],
        [RED, {}],
      ],
      "true",
    ],
    [
      "a pull request's own red run after one that cannot be read",
      [
        [GREEN, {}],
        [RED, { by: NO_RUN }],
        [RED, { by: OF_A_PULL_REQUEST }],
      ],
      "",
    ],
    [
      "a run that timed out",
      [
        [GREEN, {}],
        [ends("timed_out"), {}],
      ],
      "true",
    ],
    [
      "a run with an invalid file",
      [
        [GREEN, {}],
        [{ zeroJobs: true }, {}],
      ],
      "true",
    ],
    [
      "a neutral run",
      [
        [RED, {}],
        [ends("neutral"), {}],
      ],
      "",
    ],
    [
      "a run without a conclusion",
      [
        [RED, {}],
        [ends(null), {}],
      ],
      "",
    ],
    [
      "a run in progress",
      [
        [GREEN, {}],
        [RUNNING, {}],
      ],
      "false",
    ],
    [
      "another branch of the target",
      [
        [GREEN, {}],
        [RED, { ref: "stable" }],
      ],
      "false",
    ],
    [
      "another workflow of the target",
      [
        [GREEN, {}],
        [RED, { file: "other.yml" }],
      ],
      "false",
    ],
  ])("%s", async (_, before, known) => {
    const { earlier, callersRun, play } = await setKnown({ ...FILES, "other.yml": FILES["deploy.yml"] });
    callersRun(801, FORK);
    callersRun(802, { event: "workflow_run" });
    callersRun(803, { event: "workflow_dispatch" });
    callersRun(804, { event: "issue_comment" });
    callersRun(805, { ref: "topic" });
    callersRun(806, { event: "schedule" });
    for (const [behaviour, how] of before) earlier(behaviour, how);
    const { outputs, failure } = await play();
    expect(outputs.known_failure ?? "").toBe(known);
    expect(failure).toContain("The run ended as failure");
    const allowed = await play({ allow_known_failures: "true", distinct_id: "again" });
    expect(allowed.failure === undefined).toBe(known === "true");
  });
});

test("a run that was re-run to green was green", async () => {
  const { github, clock, earlier, play } = await setKnown();
  github.rerun(earlier(RED, {}), GREEN);
  await clock.sleep(60_000);
  expect((await play()).outputs.known_failure).toBe("false");
});

test("a workflow that was renamed since is the same one", async () => {
  const { github, earlier, play } = await setKnown();
  earlier(RED, {});
  github.setWorkflow(TARGET, "deploy.yml", FILES["deploy.yml"].replace("name: Deploy", "name: Ship"));
  expect((await play()).outputs.known_failure).toBe("true");
});

test("a run that is run again at this moment is passed over, and so is a deleted one", async () => {
  const { github, earlier, play } = await setKnown();
  earlier(GREEN, {});
  github.rerun(earlier(RED, {}), RUNNING);
  github.deleteRun(earlier(RED, {}));
  expect((await play()).outputs.known_failure).toBe("false");
});

test("a reused run is not compared with an earlier attempt of the caller's run that started it", async () => {
  const { callersRun, earlier, github, play } = await setKnown();
  callersRun(710, {});
  earlier(GREEN, {});
  const first = earlier(RED, { by: 710 });
  const given = earlier(RED, { by: 710 });
  const { outputs } = await play({ ...GIVEN, run_id: String(given) });
  expect(outputs).toMatchObject({ runId: String(given), known_failure: "false" });
  expect(github.runs(TARGET).map(({ id }) => id)).toContain(first);
});
