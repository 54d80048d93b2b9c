/** The target of a schedule: its workflows, how their runs go, who may do what; and the inputs that name it. */

import { generatedIdIn } from "../../../src/inputs/distinct-id.ts";
import type { Behaviour, GitHub, JobBehaviour } from "../../simulator/index.ts";
import { idExpression, receiver } from "../../support/receivers.ts";
import type { Course, LookalikeId, Schedule } from "./schedule.ts";

export const FIRST_NAME = "octo/target";
export const TOKEN = "ghp_neverprintme";
/** A value in the payload. */
export const SECRET = "hush-hush, 42";

/** Makes the step's token known, with what it may do. */
export function admit(github: GitHub, { server }: Schedule, startMs: number): void {
  const { access } = server;
  if (access === "unknown token") return;
  github.addToken(TOKEN, {
    permissions: {
      ...(access === "no contents" ? {} : { contents: "write" }),
      ...(access === "no actions" ? {} : { actions: access === "reads actions" ? "read" : "write" }),
    },
    ...(access === "no repository" ? { repositories: ["octo/other"] } : {}),
    ...(access === "ends" ? { expiresAtMs: startMs + server.endsMs } : {}),
  });
}

/** The inputs, as in `with:`. */
export function inputsOf({ asked, course }: Schedule, givenId: number | undefined): Record<string, string> {
  const isFollowed = asked.waitFor === "completed";
  const followed = {
    find_timeout_seconds: String(asked.findTimeoutS),
    timeout_seconds: String(asked.timeoutS),
    poll_interval_seconds: String(asked.pollS),
    success_conclusions: asked.success,
    cancel_run_on: asked.cancelRunOn,
    ...(isFollowed && asked.job !== "" && { jobs: asked.job }),
    ...(isFollowed && asked.failsFast && { fail_fast: "true" }),
    ...(isFollowed && asked.startTimeoutS > 0 && { start_timeout_seconds: String(asked.startTimeoutS) }),
  };
  if (givenId !== undefined) {
    const waitFor = isFollowed ? "completed" : "found";
    return { token: TOKEN, repo: FIRST_NAME, run_id: String(givenId), wait_for: waitFor, ...followed };
  }
  const byEvent = asked.event === "repository_dispatch";
  const workflow = asked.byName ? "Deploy" : "deploy.yml";
  // A workflow that declares no inputs takes no other value either.
  const payload = course.sign === "undeclared" && !byEvent ? "" : JSON.stringify({ fail: SECRET });
  return {
    token: TOKEN,
    repo: FIRST_NAME,
    ...(byEvent
      ? { event_type: "deploy", client_payload: payload, ...(asked.filter ? { workflow } : {}) }
      : { workflow, workflow_inputs: payload, ...(asked.byName ? {} : { ref: "main" }) }),
    distinct_id: asked.id,
    // Without an id, the run of an event could never be found: the inputs refuse that.
    distinct_id_key: asked.sendsId || (byEvent && asked.waitFor !== "nothing") ? "distinct_id" : "",
    wait_for: asked.waitFor,
    max_runs: String(asked.maxRuns),
    ...followed,
  };
}

/** A workflow that has nothing to do with ours. */
export const BUSY = {
  "busy.yml": "name: Busy\non:\n  push:\njobs:\n  build:\n    runs-on: x\n    steps:\n      - run: make\n",
};

/** What a step is called that shows the id only just before it runs, by what its name speaks of besides. */
function lateName(by: Exclude<Course["lateBy"], "">, id: string): string {
  return {
    env: `"[\${{ env.DISTINCT_ID }}]"\n        env: { DISTINCT_ID: "${id}" }`,
    steps: `${id} after \${{ steps.prepare.outcome }}`,
    job: `${id} (\${{ job.status }})`,
    runner: `${id} on \${{ runner.os }}`,
  }[by];
}

/** The receiving workflow, as its course wants it. */
export function workflowOf({ asked, course }: Schedule): string {
  const { sign, lateBy, stepsBefore, approval } = course;
  const shows = sign === "run-name" || sign === "job" || sign === "step" ? sign : undefined;
  let text = receiver(asked.event, shows);
  const id = idExpression(asked.event);
  if (lateBy !== "") text = text.replace(`- name: ${id}`, () => `- name: ${lateName(lateBy, id)}`);
  const before = Array.from({ length: stepsBefore }, (_, at) => `      - name: Step ${at + 1}\n        run: make\n`);
  text = text.replace("    steps:\n", `    steps:\n${before.join("")}`);
  if (sign === "nobody") text = text.replace("types: [deploy]", "types: [destroy]");
  if (sign === "undeclared") {
    text = text.replace(/ {4}inputs:\n( {6}.*\n( {8}.*\n)*)*/, "");
  }
  if (course.lateJob) {
    const first = "  first:\n    runs-on: x\n    steps:\n      - name: Prepare\n        run: ./prepare\n";
    text = text.replace("  identify:\n", `${first}  identify:\n    needs: first\n`);
  }
  if (course.side !== "none")
    text += "\n  side:\n    runs-on: x\n    steps:\n      - name: Aside\n        run: ./aside\n";
  if (approval.kind !== "none")
    text = text.replace(`  ${approval.job}:\n`, (job) => `${job}    environment: production\n`);
  if (course.concurrency !== "none") {
    text = text.replace("jobs:\n", `concurrency: { group: live, queue: ${course.concurrency} }\njobs:\n`);
  }
  return text;
}

/** Nobody decides: GitHub gives up after thirty days. */
const NEVER_MS = 30 * 24 * 3_600_000;
/** Who may approve, as far as the schedule has so many. */
export const REVIEWERS = ["approving-ann", "approving-bob"];

/** How long a job waits for its approval; 0 without one. */
export function approvalMs({ approval: { kind, job, afterMs, timerMin } }: Course, of: "identify" | "side"): number {
  if (kind === "none" || job !== of) return 0;
  return kind === "never" ? NEVER_MS : Math.max(afterMs, timerMin * 60_000);
}

/** How a job goes that waits for an approval. */
function waitingJob(course: Course, of: "identify" | "side"): JobBehaviour {
  const waitingMs = approvalMs(course, of);
  if (waitingMs === 0) return {};
  const isRefused = course.approval.kind !== "given";
  return { waitingMs, ...(isRefused && { neverStarts: true, queuedMs: 0, conclusion: "failure" }) };
}

/** How the simulator plays the course. */
export function behaviourOf(course: Course): Behaviour {
  const { visibleMs, knownLaterMs, conclusion, failedStep, side, sideMs, statuses, queuedMs, setupMs, stepMs } = course;
  const { reviewers, timerMin } = course.approval;
  return {
    visibleAfterMs: visibleMs,
    freshRun404Ms: visibleMs + knownLaterMs,
    statuses,
    queuedMs,
    setupMs,
    stepMs,
    ...(conclusion === "" ? {} : { conclusion: conclusion === "null" ? null : conclusion }),
    jobs: {
      identify: { ...(failedStep && { failedStep: "Deploy" }), ...waitingJob(course, "identify") },
      ...(side !== "none" && { side: { durationMs: sideMs, conclusion: side, ...waitingJob(course, "side") } }),
    },
    zeroJobs: course.zeroJobs,
    environment: "production",
    reviewers: REVIEWERS.slice(0, reviewers),
    waitTimerMin: timerMin,
    duplicates: course.duplicates,
    cancel: course.cancel,
    pathWithRef: course.pathWithRef,
  };
}

/** What starts a run of our event that carries `id`. */
export function carrying(event: Schedule["asked"]["event"], id: string) {
  return event === "workflow_dispatch"
    ? { event, inputs: { distinct_id: id } }
    : { event, action: "deploy", payload: { distinct_id: id } };
}

/** An id that looks like ours, and is not. Glued to what is no hex digit, a generated one would be ours. */
export function like(id: string, how: LookalikeId): string {
  const isGenerated = generatedIdIn(id) === id;
  return {
    longer: `${id}0`,
    dashed: isGenerated ? `${id}f-2` : `${id}-2`,
    dotted: isGenerated ? `${id}A.2` : `${id}.2`,
    led: isGenerated ? `a:7${id}` : `a:${id}`,
    shorter: id.slice(0, -1) || "y",
    other: "unrelated",
  }[how];
}
