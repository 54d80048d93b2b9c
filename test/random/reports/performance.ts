import { type Behaviour, startGitHub, VirtualClock } from "../../simulator/index.ts";
import { receiver } from "../../support/receivers.ts";
import {
  addCallersRun,
  eventOf,
  OWN_TOKEN,
  playReport,
  REPORT_TOKEN,
  STATUS_TOKEN,
} from "../../support/report-stage.ts";
import { type Played, playPost, playStep } from "../../support/step.ts";
import { problemsOf } from "./rules.ts";
import { CALLERS, REFUSED, type Schedule, type Step, TARGET, TOKEN } from "./schedules.ts";

export interface Story {
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

/** Plays the steps, the runs and the reports of their events; then the statuses of the callers judge. */
export async function perform(schedule: Schedule) {
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
    const judged = problemsOf(stories, callers);
    const problems = [...judged.problems, ...target.violations, ...callers.violations];
    return { ...judged, problems, log: callers.transcript() };

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

function fail(): never {
  throw new Error("no such caller");
}
