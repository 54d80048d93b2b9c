import type { components } from "@octokit/openapi-types";
import { pullRequestInRun } from "./pull-request-answers.ts";
import { type Bases, longAgo, minimalRepositoryAnswer, nodeId, userAnswer } from "./repository-answers.ts";
import { attemptAt, type JobState, type Run, toIso } from "./run.ts";
import { commitMessage, type Repository, shaOf } from "./world.ts";

type Schemas = components["schemas"];

/** A run as it is at this moment, in its last attempt or an earlier one. */
export function runAnswer(
  run: Run,
  attempt: Run["attempts"][number],
  repository: Repository,
  bases: Bases,
  nowMs: number,
): Schemas["workflow-run"] {
  const state = attemptAt(attempt, nowMs);
  const file = repository.workflows.find((known) => known.file === run.file);
  const api = `${bases.api}/repos/${repository.fullName}`;
  const url = `${api}/actions/runs/${run.id}`;
  const path = `.github/workflows/${run.file}`;
  const author = { name: "Mona", email: "mona@example.com" };
  const minimal = minimalRepositoryAnswer(repository, bases);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("WFR", run.id),
    check_suite_id: run.id + 1,
    check_suite_node_id: nodeId("CS", run.id + 1),
    head_branch: run.ref.name,
    head_sha: run.ref.sha,
    path: attempt.behaviour.pathWithRef ? `${path}@${run.ref.full}` : path,
    display_title: run.displayTitle,
    run_number: run.number,
    run_attempt: attempt.number,
    referenced_workflows: [],
    event: run.event,
    status: state.status,
    conclusion: state.conclusion,
    workflow_id: file?.id ?? 0,
    url,
    html_url: `${bases.html}/${repository.fullName}/actions/runs/${run.id}`,
    pull_requests: pullRequestsOf(run, repository, bases),
    created_at: toIso(run.createdMs),
    updated_at: toIso(state.updatedMs),
    run_started_at: toIso(attempt.startedMs),
    actor: userAnswer(run.actor, bases),
    triggering_actor: userAnswer(run.actor, bases),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${api}/check-suites/${run.id + 1}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt.number > 1 ? `${url}/attempts/${attempt.number - 1}` : null,
    workflow_url: `${api}/actions/workflows/${file?.id ?? 0}`,
    head_commit: {
      id: run.ref.sha,
      tree_id: shaOf(`tree ${run.ref.sha}`),
      message: commitMessage,
      timestamp: longAgo,
      author,
      committer: author,
    },
    repository: minimal,
    head_repository:
      run.headRepository === undefined ? minimal : { ...minimal, full_name: run.headRepository, fork: true },
  };
}

/** None from a fork. */
function pullRequestsOf(
  { pullRequests }: Run,
  repository: Repository,
  bases: Bases,
): Schemas["pull-request-minimal"][] {
  const known = repository.pullRequests.filter(
    ({ number, isFromFork }) => pullRequests.includes(number) && !isFromFork,
  );
  return known.map((pullRequest) => pullRequestInRun(pullRequest, repository, bases));
}

export function jobAnswer(
  job: JobState,
  run: Run,
  { number, behaviour }: Run["attempts"][number],
  repository: Repository,
  bases: Bases,
): Schemas["job"] {
  const api = `${bases.api}/repos/${repository.fullName}`;
  const started = job.steps.length > 0;
  const file = repository.workflows.find((known) => known.file === run.file);
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: number,
    node_id: nodeId("CR", job.id),
    head_sha: run.ref.sha,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${bases.html}/${repository.fullName}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: toIso(job.createdMs),
    started_at: toIso(job.startedMs),
    completed_at: job.completedMs === undefined ? null : toIso(job.completedMs),
    name: job.name,
    ...(!behaviour.omitsSteps && { steps: job.steps }),
    check_run_url: `${api}/check-runs/${job.id}`,
    labels: ["ubuntu-latest"],
    runner_id: started ? 1 : null,
    runner_name: started ? "GitHub Actions 1" : null,
    runner_group_id: started ? 0 : null,
    runner_group_name: started ? "GitHub Actions" : null,
    workflow_name: file?.workflow.name ?? null,
    head_branch: run.ref.name,
  };
}

export function pendingDeploymentAnswer(
  name: string,
  { behaviour: { reviewers = [], waitTimerMin = 0 }, startedMs }: Run["attempts"][number],
  bases: Bases,
): Schemas["pending-deployment"] {
  const { api, html } = bases;
  const id = Number.parseInt(shaOf(name).slice(0, 6), 16);
  return {
    environment: {
      id,
      node_id: nodeId("EN", id),
      name,
      url: `${api}/environments/${name}`,
      html_url: `${html}/deployments/${name}`,
    },
    wait_timer: waitTimerMin,
    wait_timer_started_at: waitTimerMin > 0 ? toIso(startedMs) : null,
    current_user_can_approve: false,
    reviewers: reviewers.map((login) => ({ type: "User", reviewer: userAnswer(login, bases) })),
  };
}
