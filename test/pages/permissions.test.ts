/** The first table of docs/permissions.md, played: each row is enough, and nothing of it is too much. */

import { describe, expect, test } from "vitest";
import type { Access, Permissions } from "../../src/github/purposes.ts";
import { readInputs } from "../../src/inputs/inputs.ts";
import * as mappings from "../../src/inputs/mapping.ts";
import { permissionsFor } from "../../src/inputs/permissions.ts";
import type { Behaviour } from "../simulator/index.ts";
import { type AppStageOptions, mintings, setAppStage } from "../support/app-stage.ts";
import { allCombinations, type Combination, endpointOf, needs } from "../support/permissions-tables.ts";
import { receiver } from "../support/receivers.ts";
import { asked, TARGET } from "../support/stage.ts";
import { CALLER, inputsOf } from "../support/step.ts";

const LATENCY_MS = 400;
const QUICK: Behaviour = { visibleAfterMs: 100, freshRun404Ms: 0, queuedMs: 100, setupMs: 100, stepMs: 100 };
const ENDLESS: Behaviour = { ...QUICK, queuedMs: 3_600_000 };
const API_URL = "https://api.github.com";

/** Listens to both events, and shows the id of either. */
const WORKFLOW = receiver("workflow_dispatch", "run-name")
  .replace("\njobs:", "\n  repository_dispatch:\n    types: [deploy]\njobs:")
  .replace("inputs.distinct_id }}", "inputs.distinct_id || github.event.client_payload.distinct_id }}");

/** The inputs of a combination, as in `with:`. */
function inputsFor({ event, waitFor, cancelRunOn, workflow, ref }: Combination): Record<string, string> {
  // The first that the simulated GitHub has.
  const runId = event === "run_id" ? "30000000011" : "";
  const workflows: Record<string, string> = {
    file: "deploy.yml",
    id: "70000001",
    "display name": "Deploy",
  };
  return {
    wait_for: waitFor,
    cancel_run_on: { "–": "", both: "cancel, timeout" }[cancelRunOn] ?? cancelRunOn,
    workflow: workflows[workflow] ?? "",
    ref: ref === "given" ? "main" : "",
    run_id: runId,
    event_type: event === "repository_dispatch" ? "deploy" : "",
    timeout_seconds: "20",
    poll_interval_seconds: "5",
  };
}

interface Play {
  name: "end" | "cancel" | "timeout";
  behaviour: Behaviour;
  /** The caller cancels the step while this request, counted from 1, is on its way. */
  cancelDuringRequest?: number;
}

/** What has to be played for all that a combination may do: its end, and each cancellation that it asks for. */
function playsOf({ event, waitFor, cancelRunOn, workflow, ref }: Combination): Play[] {
  const listsBefore = event === "repository_dispatch" && waitFor !== "nothing";
  const asks = (word: string) => cancelRunOn === word || cancelRunOn === "both";
  const before =
    Number(listsBefore) + Number(workflow === "display name") + Number(event === "workflow_dispatch" && ref === "–");
  const plays: Play[] = [{ name: "end", behaviour: QUICK }];
  if (asks("cancel")) plays.push({ name: "cancel", behaviour: ENDLESS, cancelDuringRequest: before + 1 });
  if (asks("timeout") && waitFor === "completed") plays.push({ name: "timeout", behaviour: ENDLESS });
  return plays;
}

/** How a play ends when nothing is missing. */
const ENDS: Record<Play["name"], RegExp> = {
  end: /^green$/,
  cancel: /^The step was cancelled \(SIGINT\)\. The remote run is being cancelled: /,
  timeout: /^The run did not complete within 20 s .*\nThe remote run is being cancelled: /,
};

type Kind = "GITHUB_TOKEN" | "fine-grained" | "App";

/** Plays it with a token of this kind that has just these permissions. */
async function playWith(combination: Combination, play: Play, kind: Kind, permissions: Permissions) {
  const options: AppStageOptions = { behaviour: play.behaviour, installation: { permissions } };
  const { event } = combination;
  const latencyMs = play.cancelDuringRequest ? LATENCY_MS : 0;
  const on = await setAppStage({ "deploy.yml": WORKFLOW }, { ...options, latencyMs });
  if (event === "run_id") on.github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch" });
  on.github.addToken("just-this", {
    permissions,
    kind: kind === "GITHUB_TOKEN" ? "integration" : "personal",
    repositories: [TARGET],
  });
  const credentials: Record<string, string> =
    kind === "App" ? {} : { app_id: "", app_private_key: "", token: "just-this" };
  const nth = play.cancelDuringRequest && play.cancelDuringRequest + (kind === "App" ? 2 : 0);
  const { failure = "green", log } = await on.play(
    { ...inputsFor(combination), ...credentials },
    nth ? { cancelAfterMs: (nth - 0.5) * LATENCY_MS } : {},
  );
  const { requests } = on.github;
  expect(requests.filter((each) => !endpointOf(each)).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  return { failure, log, github: on.github };
}

/** As few combinations as make all requests. */
function isTypical({ event, workflow, ref }: Combination): boolean {
  if (event === "run_id") return true;
  if (workflow === "display name") return ref === "–";
  return workflow === (event === "workflow_dispatch" ? "file" : "–") && ref === "given";
}

const typical = needs.flatMap(({ combinations, permissions }) =>
  combinations.filter(isTypical).map((combination, index) => ({
    combination,
    permissions: permissions.GITHUB_TOKEN,
    title: Object.values(combination).join(", "),
    kind: index % 2 === 0 ? ("GITHUB_TOKEN" as const) : ("fine-grained" as const),
  })),
);

/** For an App, whose permissions are asked for by `permissionsFor`, the one of each row that does most. */
const rowsOfApp = needs.flatMap((_, row) =>
  typical.filter(({ combination }) => needs[row]?.combinations.includes(combination)).slice(-1),
);

test("the table has one row for each combination of inputs, and its columns agree", () => {
  const listed = needs.flatMap(({ combinations }) => combinations.map((each) => JSON.stringify(each)));
  expect(listed.sort()).toEqual(allCombinations.map((each) => JSON.stringify(each)).sort());
  for (const { permissions, classicScope } of needs) {
    expect(permissions["fine-grained"]).toEqual(permissions.GITHUB_TOKEN);
    expect(permissions.App).toEqual(permissions.GITHUB_TOKEN);
    expect(classicScope).toBe("repo");
  }
});

test.each(needs)("an App's tokens have what the table says (%#)", ({ combinations, permissions }) => {
  for (const combination of combinations) {
    const texts = inputsOf(inputsFor(combination), API_URL);
    const inputs = readInputs((name) => texts[name] ?? "", { ...CALLER, apiUrl: API_URL }, "0".repeat(16), mappings);
    expect({ combination, has: permissionsFor(inputs) }).toEqual({ combination, has: permissions.App });
  }
});

test.each(needs)("`cancel_run_on: failure` and `rerun_failed` need what `timeout` needs (%#)", ({ combinations }) => {
  for (const combination of combinations.filter(({ cancelRunOn }) => cancelRunOn === "timeout")) {
    const ways: Record<string, string>[] = [
      { cancel_run_on: "timeout" },
      { cancel_run_on: "failure", fail_fast: "true" },
      { cancel_run_on: "", rerun_failed: "1" },
    ];
    const needed = ways.map((way) => {
      const texts = inputsOf(inputsFor(combination), API_URL);
      const given: Record<string, string> = { ...texts, ...way };
      if (combination.waitFor !== "completed") return {};
      const caller = { ...CALLER, apiUrl: API_URL };
      return permissionsFor(readInputs((name) => given[name] ?? "", caller, "0".repeat(16), mappings));
    });
    expect(needed).toEqual(needed.map(() => needed[0]));
  }
});

describe("what the table says is enough", () => {
  test.each(typical)("for $title", async ({ combination, permissions, kind }) => {
    for (const play of playsOf(combination)) {
      const { failure, github } = await playWith(combination, play, kind, permissions);
      expect(failure).toMatch(ENDS[play.name]);
      expect(asked(github, "").filter((line) => / → 40[134]$/.test(line))).toEqual([]);
    }
  });

  test.each(rowsOfApp)("for an App with $title", async ({ combination, permissions }) => {
    for (const play of playsOf(combination)) {
      const { failure, github } = await playWith(combination, play, "App", permissions);
      expect(failure).toMatch(ENDS[play.name]);
      expect(mintings(github.requests).map(({ body }) => body)).toEqual([{ repositories: ["target"], permissions }]);
    }
  });
});

/** All ways to have a little less. */
function less(permissions: Permissions): { name: keyof Permissions; left: Permissions }[] {
  return (Object.entries(permissions) as [keyof Permissions, Access][]).flatMap(([name, access]) => {
    const { [name]: _, ...without } = permissions;
    const lowered = access === "write" ? [{ name, left: { ...permissions, [name]: "read" as const } }] : [];
    return [{ name, left: without }, ...lowered];
  });
}

describe("nothing of it is too much: with less, the step says what is missing", () => {
  test.each(typical)("for $title", async ({ combination, permissions, kind }) => {
    for (const { name, left } of less(permissions)) {
      const said: string[] = [];
      for (const play of playsOf(combination)) {
        const { failure, log } = await playWith(combination, play, kind, left);
        said.push(failure, ...log);
      }
      // A cancellation is the last thing that is tried: the step says that it was refused.
      const refused = name === "actions" ? "|could not be cancelled \\(403: |The search was refused \\(403\\)" : "";
      const wanted = `\`${name}: (read|write)\`${refused}`;
      expect(said.join("\n"), `with ${JSON.stringify(left)}`).toMatch(new RegExp(wanted));
    }
  });

  test.each(rowsOfApp)("for an App with $title, before anything is sent", async ({ combination, permissions }) => {
    for (const { name, left } of less(permissions)) {
      const { failure, github } = await playWith(combination, { name: "end", behaviour: QUICK }, "App", left);
      expect(failure).toContain(`\`${name}: ${permissions[name]}\``);
      expect(asked(github, "POST /repos")).toEqual([]);
    }
  });
});
