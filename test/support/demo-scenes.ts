/** What the demonstration can show: the options, and for each what the receiver is like, how its run goes and what is given. */

import { parseArgs } from "node:util";
import type { Behaviour } from "../simulator/index.ts";
import { type EventName, idExpression, type SignName } from "./receivers.ts";

export const USAGE = `Usage: npm run demo -- [options]

Starts a workflow of a simulated GitHub by the committed bundle, finds its run, and follows it to its end.

  --show    one of the best parts, instead of the plain path:
              dry-run    looks at everything, dispatches nothing, and prints the lines that the receiver lacks
              not-found  a receiver that does not show the id: what the step says when it has looked in vain
              approval   a run that waits for somebody's approval
              cancel     the step is cancelled, and the run that it has started with it
              bare       a receiver that needs nothing: it does not even know the id
              targets    twelve repositories in one step: one of them red, one of them found late
  --event   workflow_dispatch (default) or repository_dispatch
  --sign    how the run is found: details (default: GitHub's answer names it), or by the id in the receiver's
            run-name, job or step. A repository_dispatch is never answered with details: there, run-name is the default
  --result  how the run ends: success (default) or failure
  --help    this text`;

export type Sign = "details" | SignName;

const SHOWS = ["dry-run", "not-found", "approval", "cancel", "bare", "targets"] as const;
export type Show = (typeof SHOWS)[number];

export interface Scene {
  event: EventName;
  sign: Sign;
  result: "success" | "failure";
  show?: Show | undefined;
}

export const REPOSITORY = "octo/target";
export const FILE = "deploy.yml";

/** The scene that is asked for, or what to say instead of it. */
export function readOptions(args: string[]): Scene | string {
  const wrong = (problem: string) => `${problem}\n\n${USAGE}`;
  const text = { type: "string" } as const;
  let given: { show?: string; event?: string; sign?: string; result?: string; help?: boolean };
  try {
    const options = { show: text, event: text, sign: text, result: text, help: { type: "boolean" } } as const;
    given = parseArgs({ args, options }).values;
  } catch (error) {
    return wrong((error as Error).message);
  }
  if (given.help) return USAGE;
  if (given.show !== undefined) return readShow(given, wrong);
  const event = oneOf(given.event ?? "workflow_dispatch", ["workflow_dispatch", "repository_dispatch"]);
  if (!event) return wrong(`--event ${given.event}: there is no such event here.`);
  const usual = event === "workflow_dispatch" ? "details" : "run-name";
  const sign = oneOf(given.sign ?? usual, ["details", "run-name", "job", "step"]);
  if (!sign) return wrong(`--sign ${given.sign}: there is no such sign.`);
  const result = oneOf(given.result ?? "success", ["success", "failure"]);
  if (!result) return wrong(`--result ${given.result}: there is no such result.`);
  if (event === "repository_dispatch" && sign === "details") {
    return wrong(
      "--sign details is impossible with a repository_dispatch: GitHub never answers it with the run's id, so the run\n" +
        "is found by the id in its run-name, in a job's name or in a step's name.",
    );
  }
  return { event, sign, result };
}

function readShow(
  { show, ...given }: { show?: string; help?: boolean },
  wrong: (problem: string) => string,
): Scene | string {
  const known = oneOf(show ?? "", SHOWS);
  if (!known) return wrong(`--show ${show}: there is no such part.`);
  const [other] = Object.keys(given);
  if (other) return wrong(`--show ${known} is a scene of its own: leave out --${other}.`);
  if (known === "cancel" && process.platform === "win32")
    return wrong("--show cancel needs signals, which Windows has not.");
  const event = known === "dry-run" || known === "not-found" ? "repository_dispatch" : "workflow_dispatch";
  return { event, sign: "details", result: "success", show: known };
}

function oneOf<Word extends string>(text: string, words: readonly Word[]): Word | undefined {
  return words.find((word) => word === text);
}

/** GitHub's answer names the run of a workflow_dispatch at once; a server that does not shows how it is found by a sign. */
export function isOnOlderServer({ event, sign }: Scene): boolean {
  return event === "workflow_dispatch" && sign !== "details";
}

/** What the reader is going to see. */
export function announcementOf(scene: Scene): string[] {
  switch (scene.show) {
    case "dry-run":
      return [
        "A step with `dry_run: true` looks at everything and dispatches nothing.",
        "Its receiver lacks something, so the step is to be red.",
      ];
    case "not-found":
      return [
        "A step sends a repository_dispatch to a receiver that does not show the id.",
        "It is to look for its run in vain, and to say why.",
      ];
    case "approval":
      return [
        "A step sends a workflow_dispatch, and its run waits for an approval.",
        "It is to be told whose, and the step to be green in the end.",
      ];
    case "cancel":
      return [
        "A step sends a workflow_dispatch, and is cancelled while its run goes on.",
        "With `cancel_run_on: cancel` the run is to be cancelled with it.",
      ];
    case "bare":
      return [
        "A step sends a workflow_dispatch to a receiver that needs nothing.",
        "GitHub refuses the id that it does not declare, before a run exists, and names the run then.",
      ];
    case "targets":
      return [
        "A step tests a library with twelve repositories that use it, some of them after others.",
        "One is to be red, what needs it to be skipped, and so the step is to be red.",
      ];
    case undefined:
      return [
        `A step sends a ${scene.event}${isOnOlderServer(scene) ? " to an older server" : ""} and finds its run ${howFound(scene.sign)}.`,
        `The run is to end as ${scene.result}, and so is the step.`,
      ];
  }
}

export function isToBeGreen({ result, show }: Scene): boolean {
  return result === "success" && !["dry-run", "not-found", "cancel", "targets"].includes(show ?? "");
}

/** When the step is cancelled: by the first line of its log that has this in it. */
export function cancelledAt({ show }: Scene): string | undefined {
  return show === "cancel" ? "Job build has started" : undefined;
}

export function behaviourOf({ result, show }: Scene): Behaviour {
  const ordinary = { visibleAfterMs: 600, freshRun404Ms: 0, queuedMs: 700, setupMs: 400, stepMs: 900 };
  if (show === "approval") return { ...ordinary, jobs: { deploy: { waitingMs: 2500 } }, reviewers: ["octocat"] };
  if (show === "cancel") return { ...ordinary, stepMs: 60_000, cancelTakesMs: 300 };
  if (result === "failure") return { ...ordinary, jobs: { deploy: { failedStep: "Smoke test" } } };
  return ordinary;
}

/** Two jobs, one after the other; the id shows where the scene says. */
export function receivingWorkflow({ event, sign, show }: Scene): string {
  const id = idExpression(event);
  const isSilent = show === "bare" || show === "dry-run" || show === "not-found";
  const on =
    event === "workflow_dispatch"
      ? [
          "  workflow_dispatch:",
          "    inputs:",
          "      version:",
          "        required: true",
          ...(isSilent ? [] : ["      distinct_id:", "        required: false"]),
        ]
      : ["  repository_dispatch:", "    types: [deploy]"];
  const isInName = !isSilent && (sign === "run-name" || sign === "details");
  return [
    "name: Deploy",
    ...(isInName ? [`run-name: Deploy [${id}]`] : []),
    "on:",
    ...on,
    "jobs:",
    "  build:",
    ...(sign === "job" ? [`    name: build [${id}]`] : []),
    "    runs-on: ubuntu-latest",
    "    steps:",
    ...(sign === "step" ? [`      - name: ${id}`, "        run: 'true'"] : []),
    "      - name: Build",
    "        run: make",
    "  deploy:",
    "    needs: build",
    ...(show === "approval" ? ["    environment: production"] : []),
    "    runs-on: ubuntu-latest",
    "    steps:",
    "      - name: Deploy",
    "        run: ./deploy",
    "      - name: Smoke test",
    "        run: ./smoke-test",
  ].join("\n");
}

/** The step's `with:`, but for the token. */
export function stepInputs({ event, show }: Scene): Record<string, string> {
  return {
    repo: REPOSITORY,
    ...(event === "workflow_dispatch"
      ? { workflow: FILE, ref: "main", workflow_inputs: '{"version": "1.10"}' }
      : { event_type: "deploy", client_payload: '{"version": "1.10"}' }),
    wait_for: "completed",
    ...(show === "not-found" && { find_timeout_seconds: "6" }),
    ...(show === "cancel" && { cancel_run_on: "cancel" }),
    ...(show === "dry-run" ? { dry_run: "true" } : { poll_interval_seconds: "1" }),
  };
}

function howFound(sign: Sign): string {
  switch (sign) {
    case "details":
      return "in GitHub's answer";
    case "run-name":
      return "by the id in its name";
    case "job":
      return "by the id in the name of a job";
    case "step":
      return "by the id in the name of a step";
  }
}
