/**
 * Runs that nobody waits for, and the events that tell of them: lost, doubled, swapped, late, or played with a token that is
 * refused; runs are run again, also while they are told of, or deleted; they show another's id, or are waited for by their own
 * step; statuses come late, are read as they were before, or are set slowly, or after a 502. Whatever comes:
 * - who is told of an end is told the true one, of an attempt that there was;
 * - nothing is written on a run's behalf over another's status, unless it came while the write was on its way; and then the
 *   newer run takes it back;
 * - the status of a step that waits has that step's words alone;
 * - what was begun is ended, if its last event came;
 * - a report fails only where something was refused or is gone.
 *
 * Broken by hand, and seen within 12 schedules: the link is not compared, the run is not read again after writing, a re-run does
 * not make it pending, a waiting step's is touched; after 388: a newer dispatch's is not taken back.
 *
 *     npm test                                                        25 schedules, the same each time
 *     npx vitest run test/random/reports.test.ts --mode many          2,000 fresh ones, or MODEL_RUNS of them; MODEL_SEED=42 repeats them
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { type Behaviour, type GitHub, startGitHub, VirtualClock } from "../simulator/index.ts";
import { isMode } from "../support/mode.ts";
import { receiver } from "../support/receivers.ts";
import { addCallersRun, eventOf, OWN_TOKEN, playReport, REPORT_TOKEN, STATUS_TOKEN } from "../support/report-stage.ts";
import { type Played, playPost, playStep } from "../support/step.ts";

const { MODEL_RUNS, MODEL_SEED } = process.env;
const numRuns = Number(MODEL_RUNS ?? (isMode("many") ? 2000 : 25));
const seed = Number(MODEL_SEED ?? (isMode("many") ? Math.floor(Math.random() * 2 ** 31) : 20_261_130));

const TARGET = "octo/target";
const TOKEN = "ghp_maydoeverything";
const REFUSED = "ghp_maydonothing";
const CALLERS = [
  { repository: "octo/one", runId: "101", sha: "1".repeat(40) },
  { repository: "octo/two", runId: "102", sha: "2".repeat(40) },
];

/** How long a write may be on its way, and how old the statuses may be that its sender has read. */
const SLOWEST_MS = 8000;
const OLDEST_MS = 5000;
/** With what is asked between the two, and the sending again. */
const CROSSING_MS = SLOWEST_MS + OLDEST_MS + 17_000;

const deliveries = fc.record({
  /** From the event until `report` starts. */
  afterMs: fc.integer({ min: 0, max: 90_000 }),
  isLost: fc.boolean(),
  isRefused: fc.constantFrom(false, false, false, true),
  /** It comes twice; the second so much later. */
  againAfterMs: fc.option(fc.integer({ min: 0, max: 120_000 })),
});
const attempts = fc.record({
  conclusion: fc.constantFrom("success", "failure", "cancelled", "timed_out"),
  queuedMs: fc.integer({ min: 0, max: 40_000 }),
  durationMs: fc.integer({ min: 500, max: 150_000 }),
  /** From the end of the one before. */
  afterMs: fc.integer({ min: 1000, max: 100_000 }),
  events: fc.tuple(deliveries, deliveries, deliveries),
});
const schedules = fc.record({
  /** Reads of a run, by their number, that are answered as they would have been so long ago. */
  staleReads: fc.array(fc.record({ nth: fc.nat(20), ms: fc.integer({ min: 500, max: 20_000 }) }), { maxLength: 8 }),
  /** The same of the statuses of a commit. */
  staleStatuses: fc.array(fc.record({ nth: fc.nat(20), ms: fc.integer({ min: 500, max: 5000 }) }), { maxLength: 4 }),
  /** Statuses that `report` sets, by their number: slowly, or with an answer that says nothing. */
  writes: fc.array(
    fc.record({
      nth: fc.nat(12),
      how: fc.constantFrom("slow", "slow", "lost before", "lost after"),
      ms: fc.nat(SLOWEST_MS),
    }),
    { maxLength: 5 },
  ),
  sign: fc.constantFrom("run-name", "run-name", "job", "step" as const),
  steps: fc.array(
    fc.record({
      caller: fc.nat(CALLERS.length - 1),
      context: fc.constantFrom("a", "b"),
      startsAfterMs: fc.integer({ min: 0, max: 300_000 }),
      /** Starts as soon as a slow write is on its way, and for the same context; at the latest after that time. */
      isCrossing: fc.boolean(),
      statusLateMs: fc.constantFrom(0, 0, 4000, 9000),
      attempts: fc.array(attempts, { minLength: 1, maxLength: 3 }),
      deletedAfterMs: fc.option(fc.integer({ min: 0, max: 400_000 }), { freq: 8 }),
      kind: fc.constantFrom("leaves", "leaves", "leaves", "waits", "forged"),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});
type Schedule = typeof schedules extends fc.Arbitrary<infer Value> ? Value : never;
type Step = Schedule["steps"][number];

interface Story {
  step: Step;
  id: number;
  distinctId: string;
  played: { report: Played; isRefused: boolean }[];
  isDeleted: boolean;
  /** When the event of the last attempt's end was played, with a token that was taken; or when its waiting step ended. */
  toldAtMs: number | undefined;
  stepFailure?: string | undefined;
  /** A re-run that was told of, and is not shown. */
  unshown?: string;
}

async function perform(schedule: Schedule) {
  const clock = new VirtualClock();
  const target = await startGitHub({ clock });
  const callers = await startGitHub({ clock });
  try {
    target.addRepository(TARGET, { workflows: { "deploy.yml": receiver("workflow_dispatch", schedule.sign) } });
    target.addToken(TOKEN, { permissions: { contents: "write", actions: "write" } });
    target.addToken(OWN_TOKEN, { permissions: { actions: "read" } });
    for (const { repository, runId, sha } of CALLERS)
      addCallersRun(callers, repository, { id: Number(runId), headSha: sha });
    callers.addToken(STATUS_TOKEN, { permissions: { statuses: "write" } });
    callers.addToken(REPORT_TOKEN, { permissions: { actions: "read", statuses: "write" } });
    callers.addToken(REFUSED, { permissions: {} });
    let [reads, staleHits, slowUntilMs] = [0, 0, 0];
    target.fault = ({ method, path, token }) => {
      if (method !== "GET" || token !== OWN_TOKEN || !/\/runs\/\d+$/.test(path)) return undefined;
      const nth = reads++;
      const stale = schedule.staleReads.find((each) => each.nth === nth);
      if (stale) staleHits++;
      return stale && { kind: "stale", ms: stale.ms };
    };
    /** Of the pending status of a step, by its link. */
    const lateness = new Map<string, number>();
    let starting: Promise<unknown> = Promise.resolve();
    /** Steps that start with the next slow write. */
    const crossing: ((place: Pick<Step, "caller" | "context">) => void)[] = [];
    let [statusReads, writes] = [0, 0];
    callers.fault = ({ method, path, token, body }) => {
      if (token === REPORT_TOKEN && method === "GET" && path.includes("/commits/")) {
        const nth = statusReads++;
        const stale = schedule.staleStatuses.find((each) => each.nth === nth);
        if (stale) staleHits++;
        return stale && { kind: "stale", ms: stale.ms };
      }
      if (method !== "POST") return undefined;
      const { state, target_url = "" } = body as { state: string; target_url?: string };
      const late = state === "pending" ? lateness.get(target_url) : undefined;
      if (token === STATUS_TOKEN) return late === undefined ? undefined : { kind: "delay", ms: late };
      if (token !== REPORT_TOKEN) return undefined;
      const nth = writes++;
      const write = schedule.writes.find((each) => each.nth === nth);
      if (!write) return undefined;
      slowUntilMs = Math.max(slowUntilMs, clock.nowMs() + write.ms);
      if (write.how === "slow") {
        const caller = CALLERS.findIndex(({ repository }) => path.includes(`/${repository}/`));
        for (const cross of crossing.splice(0)) cross({ caller, context: (body as { context: "a" | "b" }).context });
        return { kind: "delay", ms: write.ms };
      }
      return { kind: "status", when: write.how === "lost after" ? "after" : "before", status: 502 };
    };
    const stories: Story[] = [];
    await Promise.all(schedule.steps.map((step) => playOne(step)));
    const problems = [...problemsOf(stories, callers), ...target.violations, ...callers.violations];
    return { problems, log: callers.transcript() };

    async function playOne(planned: Step): Promise<void> {
      const late = clock.sleep(planned.startsAfterMs).then(() => planned);
      const crossed = new Promise<Pick<Step, "caller" | "context">>((resolve) => {
        if (planned.isCrossing) crossing.push(resolve);
      });
      const step = { ...planned, ...(await Promise.race([late, crossed])) };
      const story: Story = { step, id: 0, distinctId: "", played: [], isDeleted: false, toldAtMs: undefined };
      // One after the other: how a run behaves is set for the next one.
      const started = starting.then(async () => {
        const [first] = step.attempts;
        if (first) target.behaviour(TARGET, "deploy.yml", behaviourOf(first));
        const startedAtMs = clock.nowMs();
        return { startedAtMs, playing: step.kind === "forged" ? forge(story) : await start(story) };
      });
      starting = started;
      const { startedAtMs, playing } = await started;
      stories.push(story);
      const deleting = deleteLater(story);
      await follow(story, startedAtMs);
      await deleting;
      await playing?.rest;
    }

    function forge(story: Story): void {
      story.distinctId = stories[0]?.distinctId ?? `${CALLERS[0]?.runId}-1-0123456789abcdef`;
      const inputs = { distinct_id: story.distinctId };
      story.id = target.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch", inputs });
    }

    /** Resolves once the run is known, with the rest of the step: its events may come before its status is set. */
    function start(story: Story): Promise<{ rest: Promise<void> }> {
      return new Promise((resolve, reject) => {
        const rest = playStep(target, stepInputs(story.step), {
          ...playOf(story.step),
          onOutputs({ runId, html_url = "", distinct_id = "" }) {
            if (!runId || story.id > 0) return;
            Object.assign(story, { id: Number(runId), distinctId: distinct_id });
            // A step that waits gives its first status five seconds.
            lateness.set(html_url, story.step.kind === "waits" ? 0 : story.step.statusLateMs);
            resolve({ rest: rest.then((played) => end(story, played)) });
          },
        });
        rest.then(() => reject(new Error("no run was found")), reject);
      });
    }

    /** With its `post` step. */
    async function end(story: Story, { failure, trace }: Played): Promise<void> {
      const { warnings } = await playPost(target, stepInputs(story.step), trace, { clock });
      if (story.step.kind === "waits") story.toldAtMs = target.nowMs();
      else if (failure !== undefined && !story.isDeleted) story.stepFailure = failure;
      story.stepFailure ??= warnings[0];
    }

    function stepInputs({ context, kind }: Step): Record<string, string> {
      return {
        ...{ token: TOKEN, repo: TARGET, workflow: "deploy.yml", ref: "main" },
        wait_for: kind === "waits" ? "completed" : "found",
        ...{ status_context: context, status_token: STATUS_TOKEN },
      };
    }

    function playOf(step: Step) {
      const { repository, runId, sha } = CALLERS[step.caller] ?? fail();
      return { clock, caller: { repository, runId }, sha, callerApiUrl: callers.apiUrl };
    }

    /** The further attempt that is at work. */
    function rerunOf({ id }: Story): number | undefined {
      const truth = target.run(TARGET, id, target.nowMs());
      return truth && truth.attempt > 1 && truth.status === "in_progress" ? truth.attempt : undefined;
    }

    /** Of the story's context, where that is about its run and its step has left it. */
    function latestOf({ id, step }: Story) {
      const { repository = "" } = CALLERS[step.caller] ?? {};
      const latest = callers.statuses(repository).findLast(({ context }) => context === step.context);
      return step.kind === "leaves" && latest?.url.endsWith(`/runs/${id}`) ? latest : undefined;
    }

    async function deleteLater(story: Story): Promise<void> {
      if (story.step.deletedAfterMs === null) return;
      await clock.sleep(story.step.deletedAfterMs);
      target.deleteRun(story.id);
      story.isDeleted = true;
    }

    /** Plays the attempts as they were planned, and sends the events of each. */
    async function follow(story: Story, startedAtMs: number): Promise<void> {
      const sent: Promise<void>[] = [];
      let beginsAtMs = startedAtMs;
      for (const [index, attempt] of story.step.attempts.entries()) {
        const { queuedMs, durationMs, events } = attempt;
        const [requested, inProgress, completed] = events;
        if (index > 0) {
          beginsAtMs += attempt.afterMs;
          await until(beginsAtMs);
          if (story.isDeleted) break;
          target.rerun(story.id, behaviourOf(attempt));
        } else sent.push(send(story, requested, beginsAtMs, false));
        sent.push(send(story, inProgress, beginsAtMs + queuedMs + 1, false));
        const isLast = index === story.step.attempts.length - 1;
        beginsAtMs += queuedMs + durationMs + 1;
        await until(beginsAtMs);
        sent.push(send(story, completed, beginsAtMs, isLast));
      }
      await Promise.all(sent);
    }

    async function until(atMs: number): Promise<void> {
      await clock.sleep(Math.max(0, atMs - clock.nowMs()));
    }

    async function send(
      story: Story,
      { afterMs, isLost, isRefused, againAfterMs }: Step["attempts"][number]["events"][number],
      atMs: number,
      isLast: boolean,
    ): Promise<void> {
      await until(atMs);
      if (isLost || story.isDeleted) return;
      const payload = eventOf(target, story.id);
      await clock.sleep(afterMs);
      await tell();
      if (againAfterMs === null) return;
      await clock.sleep(againAfterMs);
      await tell();

      async function tell(): Promise<void> {
        const given = {
          callers: CALLERS.map(({ repository }) => repository).join("\n"),
          token: isRefused ? REFUSED : REPORT_TOKEN,
          api_url: callers.apiUrl,
        };
        const [before, hitsBefore] = [rerunOf(story), staleHits];
        const report = await playReport(target, given, { clock, payload });
        const after = rerunOf(story);
        // A step's name does not show at once.
        const isSure =
          staleHits === hitsBefore && clock.nowMs() > slowUntilMs && !isRefused && schedule.sign === "run-name";
        const last = isSure && before !== undefined && before === after ? latestOf(story) : undefined;
        if (last && last.state !== "pending")
          story.unshown = `attempt ${before} goes on, and the status is ${last.state} (${last.description})`;
        story.played.push({ report, isRefused });
        const isTold = isLast && !isRefused && report.failure === undefined && story.step.kind === "leaves";
        if (isTold) story.toldAtMs ??= target.nowMs();
      }
    }
  } finally {
    await Promise.all([target.close(), callers.close()]);
  }
}

function behaviourOf({ conclusion, queuedMs, durationMs }: Step["attempts"][number]): Behaviour {
  return { freshRun404Ms: 0, visibleAfterMs: 0, queuedMs, conclusion, jobs: { identify: { durationMs } } };
}

function problemsOf(stories: readonly Story[], callers: GitHub): string[] {
  const problems: string[] = [];
  for (const { id, played, isDeleted, stepFailure, unshown } of stories) {
    if (unshown !== undefined) problems.push(`run ${id}: ${unshown}`);
    if (stepFailure !== undefined) problems.push(`the step of run ${id}: ${stepFailure}`);
    for (const { report, isRefused } of played)
      if (report.failure !== undefined && !isRefused && !isDeleted) problems.push(`run ${id}: ${report.failure}`);
  }
  for (const [index, { repository }] of CALLERS.entries()) {
    const times = callers.statusTimes(repository);
    const latest = new Map<string, Status>();
    /** What a step has left last. */
    const owners = new Map<string, Status>();
    for (const [nth, each] of callers.statuses(repository).entries()) {
      const status = { ...each, atMs: times[nth] ?? Number.NaN };
      const { context, url } = status;
      const story = storyOf(status, stories);
      const isOwn = story?.step.caller === index && story.step.context === context && story.step.kind !== "forged";
      if (!isOwn) problems.push(`${repository}: ${context} is about ${url}, which was not started for it`);
      if (story) problems.push(...problemsOfWords(story, status));
      const [owner, before] = [owners.get(context), latest.get(context)];
      const isOfStep = isWordOfStep(status) || status.description === LEFT;
      const isCrossing = owner !== undefined && status.atMs - owner.atMs <= CROSSING_MS;
      if (isOfStep) owners.set(context, status);
      else if (before?.url !== url && owner?.url !== url && !isCrossing)
        problems.push(`${url} wrote over ${before?.url}`);
      latest.set(context, status);
    }
    for (const [context, owner] of owners) {
      const last = latest.get(context) ?? owner;
      const story = storyOf(owner, stories);
      if (story?.toldAtMs === undefined) continue;
      if (last.url !== owner.url) {
        // A crossing write that came after all that was to be told.
        if (last.atMs > story.toldAtMs) crossedLast++;
        else problems.push(`${owner.url} was not taken back from ${last.url}`);
        continue;
      }
      const { length } = story.step.attempts;
      const ofLast = story.step.kind === "waits" || last.description.endsWith(length > 1 ? ` (attempt ${length})` : "");
      if (last.state === "pending" || !ofLast) problems.push(`${last.url} stays ${last.state} (${last.description})`);
    }
  }
  return problems;
}

type Status = ReturnType<GitHub["statuses"]>[number] & { atMs: number };

const LEFT = "The remote run continues";
/** In how many schedules' contexts an older run's end came last, after all events of the newer run. */
let crossedLast = 0;

function storyOf({ url }: Status, stories: readonly Story[]): Story | undefined {
  return stories.find(({ id }) => url.endsWith(`/runs/${id}`));
}

/** Of one that waits, or that has failed. */
function isWordOfStep({ state, description }: Pick<Status, "state" | "description">): boolean {
  return description.startsWith("The step wait") || state === "error";
}

function problemsOfWords(story: Story, { url, state, description }: Status): string[] {
  const isOfStep = isWordOfStep({ state, description });
  if (isOfStep && (story.step.kind === "waits" || story.isDeleted)) return [];
  const isWrong =
    isOfStep || story.step.kind === "waits" || (state !== "pending" && !isTrue(story, state, description));
  return isWrong ? [`${url}: ${state} (${description}) is not true`] : [];
}

function isTrue({ step }: Story, state: string, description: string): boolean {
  const [, conclusion, attempt = "1"] =
    /^The remote run ended as (\w+)(?: \(attempt (\d+)\))?$/.exec(description) ?? [];
  const real = step.attempts[Number(attempt) - 1]?.conclusion;
  return conclusion === real && state === (conclusion === "success" ? "success" : "failure");
}

function fail(): never {
  throw new Error("no such caller");
}

test(
  "whatever becomes of its events, a run is told of as it is",
  async () => {
    console.log(`${numRuns} schedules; to repeat them: MODEL_SEED=${seed}`);
    const property = fc.asyncProperty(schedules, async (schedule) => {
      const { problems, log } = await perform(schedule);
      if (problems.length > 0) throw new Error(`${problems.join("\n")}\n${log.join("\n")}`);
    });
    const result = await fc.check(property, { numRuns, seed, endOnFailure: isMode("many") });
    const counterexample = JSON.stringify(result.counterexample?.[0], undefined, 2);
    if (crossedLast > 0) console.log(`an older end stayed on top, as no event came after it: ${crossedLast}`);
    expect(
      result.failed ? `MODEL_SEED=${seed}, after ${result.numRuns}\n${counterexample}\n${result.errorInstance}` : "",
    ).toBe("");
  },
  120_000 + numRuns * 2000,
);
