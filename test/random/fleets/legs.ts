/** The entries of a schedule as they are played: what each asks for, in which repository, and how its run goes. */

import type { Behaviour, GitHub } from "../../simulator/index.ts";
import { receiver } from "../../support/receivers.ts";
import type { Course, Entry, Schedule } from "./schedule.ts";

/** The repositories of the second owner have a token of their own. */
export const REPOSITORIES = ["octo/r0", "octo/r1", "other/r2", "other/r3", "octo/r4"] as const;
export const TOKENS: Record<string, string> = { octo: "ghp_neverprintme", other: "ghp_norprintthis" };
/** Begins each value that is sent. */
export const SECRET = "hush-hush, 42";
const SIGNS = ["run-name", "job", "step"] as const;

export interface Leg extends Omit<Entry, "needs" | "repo"> {
  index: number;
  name: string;
  repo: string;
  token: string;
  /** What is sent, and with it, which course its run takes: one of its own, but for those that ask for equal runs. */
  key: string;
  /** Numbers of entries. */
  needs: number[];
}

export function waitForOf({ waitFor, entries }: Schedule): Schedule["waitFor"] {
  return waitFor === "nothing" && entries.some(({ kind }) => kind === "given") ? "found" : waitFor;
}

export function legsOf(schedule: Schedule): Leg[] {
  const isFollowed = waitForOf(schedule) === "completed";
  const courses = new Map<string, Course>();
  const legs = schedule.entries.map((entry, index): Leg => {
    const leg = fitting(entry, index, schedule.entries, isFollowed, stopsOf(schedule).failsFast);
    if (!courses.has(leg.key)) courses.set(leg.key, leg.course);
    return { ...leg, course: courses.get(leg.key) ?? leg.course };
  });
  const [first] = legs;
  const kind = first?.kind === "given" ? "event" : (first?.kind ?? "event");
  const plain = { kind, sign: "run-name", needs: [], reuse: "never" } satisfies Partial<Leg>;
  for (let more = 0; first && more < schedule.crowd; more++) {
    const index = legs.length;
    legs.push({ ...first, ...plain, index, name: `e${index}`, key: `key-${index}` });
  }
  return legs;
}

/** Without what the inputs would not take, or what would have no meaning. */
function fitting(entry: Entry, index: number, all: readonly Entry[], isFollowed: boolean, failsFast: boolean): Leg {
  const repo = REPOSITORIES[entry.repo] ?? REPOSITORIES[0];
  const isGiven = entry.kind === "given";
  const reuse = isGiven ? "never" : entry.reuse;
  const isNobodys = entry.kind === "workflow" && entry.sign === "nobody";
  const jobs = isFollowed ? entry.jobs : "";
  const rerunFailed = isFollowed && !failsFast && jobs === "" ? entry.rerunFailed : 0;
  const needs = entry.needs.filter((each) => (all[each]?.rank ?? Infinity) < entry.rank);
  return {
    ...entry,
    index,
    name: `e${index}`,
    repo,
    token: TOKENS[repo.split("/")[0] ?? ""] ?? "",
    reuse,
    sign: isGiven || reuse !== "never" ? "run-name" : isNobodys ? "none" : entry.sign,
    key: reuse !== "never" && entry.isAlike ? `alike-${entry.repo}-${entry.kind}` : `key-${index}`,
    needs: isFollowed ? needs : [],
    jobs,
    rerunFailed,
    takesValues: isFollowed && entry.takesValues,
    startTimeoutS: isFollowed ? entry.startTimeoutS : 0,
    course: {
      ...entry.course,
      conclusion: rerunFailed > 0 ? "" : entry.course.conclusion,
      // A step's name shows the id when a runner has the job: before the search ends.
      queuedMs: entry.sign === "step" ? Math.min(entry.course.queuedMs, 12_000) : entry.course.queuedMs,
    },
  };
}

/** `fail_fast`, and when to cancel, as far as they have a meaning. */
export function stopsOf(schedule: Schedule): Pick<Schedule, "failsFast" | "cancelRunOn"> {
  const failsFast = schedule.failsFast && waitForOf(schedule) === "completed";
  return { failsFast, cancelRunOn: schedule.cancelRunOn.filter((word) => failsFast || word !== "failure") };
}

/** The workflow that an entry starts, or that listens to its event. */
export function fileOf({ kind, sign }: Pick<Leg, "kind" | "sign">): string {
  return `${kind === "event" ? "event" : "workflow"}-${sign}.yml`;
}

/** An entry as it stands in `targets`. */
export function asGiven(leg: Leg, givenId: number | undefined): Record<string, unknown> {
  const { name, repo, kind, sign, key, needs, continuesOnError, jobs, success, rerunFailed, reuse } = leg;
  const value = { fail: `${SECRET} ${key}` };
  return {
    name,
    repo,
    ...(kind === "given" && { run_id: String(givenId) }),
    ...(kind === "event" && { event_type: `deploy-${sign}`, client_payload: value }),
    ...(kind === "workflow" && { workflow: fileOf(leg), workflow_inputs: value, ref: "main" }),
    ...(needs.length > 0 && { needs: needs.map((each) => `e${each}`) }),
    ...(continuesOnError && { continue_on_error: true }),
    ...(jobs !== "" && { jobs }),
    success_conclusions: success,
    ...(leg.takesValues && { outputs_from: "values" }),
    ...(rerunFailed > 0 && { rerun_failed: rerunFailed }),
    ...(reuse !== "never" && { reuse }),
    find_timeout_seconds: leg.findTimeoutS,
    timeout_seconds: leg.timeoutS,
    ...(leg.startTimeoutS > 0 && { start_timeout_seconds: leg.startTimeoutS }),
  };
}

/** The key in what a run or a dispatch carries. */
export function keyIn(values: unknown): string | undefined {
  const { fail } = (values ?? {}) as { fail?: unknown };
  return typeof fail === "string" && fail.startsWith(SECRET) ? fail.slice(SECRET.length + 1) : undefined;
}

const SIDE = "\n  side:\n    runs-on: x\n    steps:\n      - name: Aside\n        run: ./aside\n";

function workflows(): Record<string, string> {
  const signs = [...SIGNS, "none"] as const;
  const texts = signs.flatMap((sign) => {
    const shown = sign === "none" ? undefined : sign;
    const byEvent = receiver("repository_dispatch", shown).replace("[deploy]", `[deploy-${sign}]`);
    return [
      [`workflow-${sign}.yml`, receiver("workflow_dispatch", shown) + SIDE],
      [`event-${sign}.yml`, byEvent + SIDE],
    ];
  });
  return Object.fromEntries(texts);
}

/** Sets up the repositories and their tokens. */
export function setUp(github: GitHub, legs: readonly Leg[]): void {
  const files = workflows();
  for (const repo of REPOSITORIES) {
    github.addRepository(repo, { workflows: files });
    for (const file of Object.keys(files)) {
      github.behaviour(repo, file, (_, values) => {
        const leg = legs.find(({ key }) => key === keyIn(values));
        return leg ? behaviourOf(leg.course) : {};
      });
    }
  }
  for (const [owner, token] of Object.entries(TOKENS)) {
    const repositories = REPOSITORIES.filter((each) => each.startsWith(`${owner}/`));
    github.addToken(token, { permissions: { contents: "write", actions: "write", checks: "read" }, repositories });
  }
}

/** How the simulator plays the course. */
export function behaviourOf(course: Course): Behaviour {
  const { visibleMs, queuedMs, stepMs, attempts, conclusion, side, sideMs, hasValues, cancel } = course;
  const [first, ...later] = attempts.map((ending): Behaviour => {
    const identify = { conclusion: ending };
    const aside = { durationMs: sideMs, conclusion: side };
    const artifacts = hasValues ? [{ name: "values", text: '{"version":"1.10"}' }] : [];
    return { visibleAfterMs: visibleMs, queuedMs, stepMs, jobs: { identify, side: aside }, artifacts, cancel };
  });
  const own = conclusion === "" ? {} : { conclusion: conclusion === "null" ? null : conclusion };
  return { ...first, ...own, reruns: later };
}
