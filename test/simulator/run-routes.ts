import type { components } from "@octokit/openapi-types";
import { json, pageOf, reject } from "./answer.ts";
import { annotationsOf, jobLog, logIsThere } from "./job-logs.ts";
import type { Answer, Call, Route } from "./routes.ts";
import { type Attempt, attemptAt, type JobState, type Run } from "./run.ts";
import { jobAnswer, pendingDeploymentAnswer, runAnswer } from "./run-answers.ts";
import { storageOf } from "./storage.ts";
import type { PlannedJob } from "./timeline.ts";
import { lastAttempt, type Repository } from "./world.ts";

type Schemas = components["schemas"];

const runs = "/repos/{owner}/{repo}/actions/runs";
const filters = ["event", "branch", "actor", "status", "created", "head_sha", "check_suite_id"] as const;
/** How far the search index behind filtered lists lags. */
const staleMs = 300_000;

/** Runs, their attempts and jobs, and what can be done to them. */
export const runRoutes: readonly Route[] = [
  {
    method: "GET",
    pattern: runs,
    query: ["per_page", "page", "exclude_pull_requests", ...filters],
    needs: ["actions", "read"],
    answer: listRuns,
  },
  {
    method: "GET",
    pattern: `${runs}/{run_id}`,
    query: ["exclude_pull_requests"],
    needs: ["actions", "read"],
    answer: (call) => withRun(call, (run) => json(runIn(call, run, lastAttempt(run, call.nowMs)))),
  },
  {
    method: "GET",
    pattern: `${runs}/{run_id}/jobs`,
    query: ["per_page", "page", "filter"],
    needs: ["actions", "read"],
    answer: (call) =>
      withRun(call, (run) =>
        listJobs(call, run, call.query.filter === "all" ? run.attempts.toReversed() : [lastAttempt(run, call.nowMs)]),
      ),
  },
  {
    method: "GET",
    pattern: `${runs}/{run_id}/attempts/{attempt}`,
    query: ["exclude_pull_requests"],
    needs: ["actions", "read"],
    answer: (call) => withAttempt(call, (run, attempt) => json(runIn(call, run, attempt))),
  },
  {
    method: "GET",
    pattern: `${runs}/{run_id}/attempts/{attempt}/jobs`,
    query: ["per_page", "page"],
    needs: ["actions", "read"],
    answer: (call) => withAttempt(call, (run, attempt) => listJobs(call, run, [attempt])),
  },
  {
    method: "GET",
    pattern: `${runs}/{run_id}/pending_deployments`,
    needs: ["actions", "read"],
    answer: (call) =>
      withRun(call, (run) => {
        const attempt = lastAttempt(run, call.nowMs);
        const { status, jobs } = attemptAt(attempt, call.nowMs);
        const waiting = jobs.filter((job) => job.status === "waiting").map(({ environment }) => environment);
        const names = status === "waiting" && attempt.behaviour.environment ? [attempt.behaviour.environment] : waiting;
        const environments = [...new Set(names)].filter((name) => name !== undefined);
        return json<Schemas["pending-deployment"][]>(
          environments.map((name) => pendingDeploymentAnswer(name, attempt, call.bases)),
        );
      }),
  },
  {
    method: "POST",
    pattern: `${runs}/{run_id}/cancel`,
    needs: ["actions", "write"],
    answer: (call) => withRun(call, (run) => cancel(call, run, false)),
  },
  {
    method: "POST",
    pattern: `${runs}/{run_id}/force-cancel`,
    needs: ["actions", "write"],
    answer: (call) => withRun(call, (run) => cancel(call, run, true)),
  },
  {
    method: "POST",
    pattern: `${runs}/{run_id}/rerun-failed-jobs`,
    needs: ["actions", "write"],
    answer: (call) => withRun(call, (run) => rerunFailed(call, run)),
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs",
    needs: ["actions", "read"],
    answer: (call) =>
      withPlannedJob(call, (job, startedMs) => {
        if (!logIsThere(job, startedMs, call.nowMs)) return reject(404, "Not Found");
        const host = storageOf(call.bases.html);
        return {
          status: 302,
          headers: { location: `${host}/job-logs/${call.params.job_id}?sig=permission` },
        };
      }),
  },
  {
    method: "GET",
    pattern: "/job-logs/{job_id}",
    isElsewhere: true,
    query: ["sig"],
    answer: (call) => {
      if (call.hasAuthorization) return call.violate("a token was sent to where the logs are");
      const repository = call.world.repositories.find((each) => plannedJob(each, call.params.job_id));
      const [job, startedMs] = (repository && plannedJob(repository, call.params.job_id)) ?? [];
      if (!job || startedMs === undefined) return reject(404, "Not Found");
      return { status: 200, text: jobLog(job, startedMs) };
    },
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/check-runs/{job_id}/annotations",
    query: ["per_page", "page"],
    needs: ["checks", "read"],
    answer: (call) =>
      withPlannedJob(call, (job, startedMs) => {
        const isOver = startedMs + job.endMs <= call.nowMs;
        const url = `${call.bases.html}/${call.repository.fullName}`;
        const { page, link } = pageOf(call, isOver ? annotationsOf(job, url) : []);
        return json<Schemas["check-annotation"][]>(page, link);
      }),
  },
];

/** The job of that id as it was planned, and when its attempt began. */
function plannedJob(repository: Repository, id: string | undefined): [PlannedJob, number] | undefined {
  for (const { timeline, jobIds, startedMs } of repository.runs.flatMap(({ attempts }) => attempts)) {
    const job = timeline.jobs[jobIds.findIndex((each) => String(each) === id)];
    if (job) return [job, startedMs];
  }
  return undefined;
}

function withPlannedJob(call: Call, answer: (job: PlannedJob, startedMs: number) => Answer): Answer {
  const found = plannedJob(call.repository, call.params.job_id);
  return found ? answer(...found) : reject(404, "Not Found");
}

function listRuns(call: Call): Answer {
  const { repository, query } = call;
  const filtered = filters.some((name) => query[name] !== undefined);
  if (filtered) call.countFilteredList();
  const nowMs = filtered ? call.nowMs - staleMs : call.nowMs;
  const shown = repository.runs
    .filter((run) => run.listedMs <= nowMs && (!filtered || isWanted(run, query, nowMs)))
    .toSorted((one, other) => other.createdMs - one.createdMs || other.id - one.id);
  const { page, link } = pageOf(call, shown);
  const workflow_runs: Schemas["workflow-run"][] = page.map((run) => runIn(call, run, lastAttempt(run, nowMs), nowMs));
  return json({ total_count: shown.length, workflow_runs }, link);
}

/** With its pull requests, unless the call excludes them. */
function runIn({ repository, query, bases, ...call }: Call, run: Run, attempt: Attempt, nowMs = call.nowMs) {
  const answer = runAnswer(run, attempt, repository, bases, nowMs);
  return query.exclude_pull_requests === "true" ? { ...answer, pull_requests: [] } : answer;
}

function isWanted(run: Run, query: Call["query"], nowMs: number): boolean {
  const { status, conclusion } = attemptAt(lastAttempt(run, nowMs), nowMs);
  const since = /^>=?(.*)$/.exec(query.created ?? "")?.[1];
  return (
    (query.event ?? run.event) === run.event &&
    (query.branch ?? run.ref.name) === run.ref.name &&
    (query.actor ?? run.actor) === run.actor &&
    (query.head_sha ?? run.ref.sha) === run.ref.sha &&
    [undefined, status, conclusion].includes(query.status) &&
    (since === undefined || run.createdMs >= Date.parse(since))
  );
}

function listJobs(call: Call, run: Run, attempts: readonly Run["attempts"][number][]): Answer {
  const jobs = attempts.flatMap((attempt) =>
    jobsOf(attempt, call.nowMs).map(([job, of]) => jobAnswer(job, run, of, call.repository, call.bases)),
  );
  const { page, link } = pageOf(call, jobs);
  return json<{ total_count: number; jobs: Schemas["job"][] }>({ total_count: jobs.length, jobs: page }, link);
}

/** Its jobs, and those that stay from the attempts before it. */
function jobsOf(attempt: Attempt, nowMs: number): [JobState, Attempt][] {
  const { kept } = attempt;
  const stay = kept ? jobsOf(kept.attempt, nowMs).filter(([{ name }]) => kept.names.has(name)) : [];
  return [...stay, ...attemptAt(attempt, nowMs).jobs.map((job): [JobState, Attempt] => [job, attempt])];
}

/** GitHub's own words are not published: these say as much. */
function rerunFailed(call: Call, run: Run): Answer {
  const last = lastAttempt(run);
  const { mostReruns = 50 } = run.attempts[0]?.behaviour ?? {};
  if (attemptAt(last, call.nowMs).status !== "completed") return reject(403, "This workflow is already running");
  if (last.number > mostReruns) return reject(403, "This workflow run cannot be retried");
  call.world.rerunFailed(call.repository, run);
  return { status: 201, body: {} };
}

function cancel({ world, repository, nowMs }: Call, run: Run, force: boolean): Answer {
  const attempt = lastAttempt(run, nowMs);
  const how = force ? "works" : (attempt.behaviour.cancel ?? "works");
  const open = attemptAt(attempt, nowMs).status !== "completed";
  if (!open || how === "409") {
    return reject(409, "Cannot cancel a workflow run that is completed.");
  }
  world.cancel(repository, run, how);
  return { status: 202, body: {} };
}

function withRun(call: Call, answer: (run: Run) => Answer): Answer {
  const run = call.repository.runs.find(({ id }) => String(id) === call.params.run_id);
  return run && run.knownMs <= call.nowMs ? answer(run) : reject(404, "Not Found");
}

function withAttempt(call: Call, answer: (run: Run, attempt: Run["attempts"][number]) => Answer): Answer {
  return withRun(call, (run) => {
    const attempt = run.attempts.find(({ number }) => String(number) === call.params.attempt);
    return attempt ? answer(run, attempt) : reject(404, "Not Found");
  });
}
