/** The runs of one repository for many that poll them: one list serves all. */

import { setMaxListeners } from "node:events";
import { abortAfter, whenAborted } from "../runner/cancellation.ts";
import type { Clock } from "../runner/clock.ts";
import type { GitHub } from "./api.ts";
import type { RequestOptions } from "./http.ts";
import { PURPOSES, type Purpose } from "./purposes.ts";
import { RequestError } from "./request-error.ts";
import { type Id, PAGE_LENGTH, type Page } from "./response-fields.ts";
import type { Job, Run } from "./responses.ts";

/** Whoever asks this soon after a list was requested gets the same list. */
const FRESH_MS = 500;
const REQUEST_TIMEOUT_MS = 20_000;
/** Whoever follows a run is woken by a new list, and comes for it this soon. Nobody renews a list that nobody waits for. */
const NEWS_MS = 5000;
const RUNS = { request: "GET …/actions/runs", purpose: PURPOSES.readRuns };
const JOBS = { request: "GET …/jobs", purpose: PURPOSES.readRun };

interface List {
  /** When it was requested, by the clock: it shows what had happened by then. */
  atMs: number;
  arrivedAtMs: number;
  page: Page<Run>;
}

/**
 * The same API, in which `getRun` and the first page of `listRuns` share a list, and `pause` ends when a new one has come. A page
 * of jobs is shared where it may be (`sinceMs`).
 */
export function shareRuns(github: GitHub, clock: Clock): GitHub {
  const runs = new Map<Id, Run>();
  /** When each run's state was last handed out, by the clock. */
  const handedOutMs = new Map<Id, number>();
  let last: List | undefined;
  let requested: Promise<List> | undefined;
  let renewed = wakeUpCall();
  /** Of those who search for their run in the jobs of all, by run and page. */
  const jobs = new Map<string, { atMs: number; page: Promise<Page<Job>> }>();
  /** How many pause at the moment. */
  let pausing = 0;

  function request(): Promise<List> {
    const atMs = clock.nowMs();
    const options = { timeoutMs: REQUEST_TIMEOUT_MS };
    requested = github
      .listRuns({ perPage: PAGE_LENGTH, page: 1 }, options)
      .then((page) => {
        last = { atMs, arrivedAtMs: clock.nowMs(), page: { ...page, items: page.items.map(unchanged) } };
        for (const [key, { atMs: jobsAtMs }] of jobs) if (jobsAtMs < atMs - REQUEST_TIMEOUT_MS) jobs.delete(key);
        const before = renewed;
        renewed = wakeUpCall();
        before.abort();
        return last;
      })
      .finally(() => {
        requested = undefined;
      });
    // All who waited for it may have left.
    requested.catch(() => {});
    return requested;
  }

  /** The object of before, if nothing of the run has changed: who follows it tells news by that. */
  function unchanged(run: Run): Run {
    const before = runs.get(run.id);
    const same = before && isSame(before, run) ? before : run;
    runs.set(run.id, same);
    return same;
  }

  const isFresh = (list: List | undefined): list is List => list !== undefined && clock.nowMs() - list.atMs < FRESH_MS;

  /** The list that whoever follows the run has not seen. */
  function newsOf(id: Id): List | undefined {
    const seenMs = handedOutMs.get(id);
    if (!last || seenMs === undefined || clock.nowMs() - last.arrivedAtMs > NEWS_MS) return undefined;
    return last.atMs > seenMs ? last : undefined;
  }

  /** Whether another's request serves. */
  const isShared = (): boolean => isFresh(last) || requested !== undefined;

  async function listFor(options: RequestOptions): Promise<List> {
    return isFresh(last) ? last : within(requested ?? request(), options, clock, RUNS);
  }

  return {
    ...github,
    sharesRuns: true,
    async listRuns({ perPage, page }, options) {
      if (page > 1) return github.listRuns({ perPage, page }, options);
      if (isShared()) options.onShared?.();
      const list = (await listFor(options)).page;
      return { ...list, items: list.items.slice(0, perPage) };
    },
    async getRun(id, options) {
      const news = newsOf(id);
      const isOthers = news !== undefined || isShared();
      const list = news ?? (await listFor(options));
      handedOutMs.set(id, list.atMs);
      const listed = list.page.items.find((run) => run.id === id);
      if (listed && isOthers) options.onShared?.();
      return listed ?? unchanged(await github.getRun(id, options));
    },
    async listJobs(runId, page, options) {
      const { sinceMs } = options;
      if (sinceMs === undefined) return github.listJobs(runId, page, options);
      const key = `${runId} ${page}`;
      let shared = jobs.get(key);
      if (shared && shared.atMs >= sinceMs) options.onShared?.();
      else {
        shared = { atMs: clock.nowMs(), page: github.listJobs(runId, page, { timeoutMs: REQUEST_TIMEOUT_MS }) };
        jobs.set(key, shared);
        shared.page.catch(() => jobs.delete(key));
      }
      return within(shared.page, options, clock, JOBS);
    },
    async pause(ms, signal) {
      const wake = renewed.signal;
      const timer = new AbortController();
      const stop = () => timer.abort();
      const forget = [wake, signal].map((each) => whenAborted(each, stop));
      // All of them poll as one.
      if (pausing++ === 0) github.limits.pollers++;
      github.limits.polledRuns++;
      await clock.sleep(ms, timer.signal).catch(() => {});
      if (--pausing === 0) github.limits.pollers--;
      github.limits.polledRuns--;
      for (const each of forget) each();
      const isWoken = wake.aborted;
      signal.throwIfAborted();
      return isWoken ? "woken" : "over";
    },
  };
}

/** Many listen to it. */
function wakeUpCall(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

function isSame(one: Run, other: Run): boolean {
  return Object.entries(one).every(([name, value]) => other[name as keyof Run] === value);
}

/** A request that others wait for as well is not ended by one of them, who only stops waiting. */
async function within<Answer>(
  response: Promise<Answer>,
  options: RequestOptions,
  clock: Clock,
  requested: { request: string; purpose: Purpose },
): Promise<Answer> {
  const tooLate = () => new RequestError("lost", { ...requested, code: "ETIMEDOUT", answer: "no answer in time" });
  const timer = abortAfter(clock, options.timeoutMs, tooLate, options.signal);
  const ended = new Promise<never>((_, reject) => {
    timer.signal.addEventListener("abort", () => reject(timer.signal.reason), { once: true });
  });
  return Promise.race([response, ended]).finally(() => timer.release());
}
