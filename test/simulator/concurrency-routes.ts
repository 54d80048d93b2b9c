import type { components } from "@octokit/openapi-types";
import { json, reject } from "./answer.ts";
import type { Answer, Call, Route } from "./routes.ts";
import { attemptAt, type JobState, type Run, waitsForItsTurn } from "./run.ts";
import { servers } from "./servers-table.ts";
import { groupOf, lastAttempt } from "./world.ts";

type Schemas = components["schemas"];
type MemberAnswer = Schemas["concurrency-group"]["group_members"][number];

/** Who holds a concurrency group and who waits for it; since 2026, and on no GitHub Enterprise Server. */
export const concurrencyRoutes: readonly Route[] = [
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}/concurrency_groups",
    query: ["per_page", "before", "after"],
    needs: ["actions", "read"],
    isMissing: (server) => !servers[server].hasConcurrencyGroups,
    answer: (call) => {
      const run = call.repository.runs.find(({ id }) => String(id) === call.params.run_id);
      return run && run.knownMs <= call.nowMs ? json(groupsAnswer(run, call)) : reject(404, "Not Found");
    },
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/actions/concurrency_groups/{group}",
    query: ["ahead_of_run", "ahead_of_job"],
    needs: ["actions", "read"],
    isMissing: (server) => !servers[server].hasConcurrencyGroups,
    answer: groupAnswer,
  },
];

/** A run that is in a group, or a job of it by a group of the job's own. */
interface Member {
  run: Run;
  job?: JobState;
  waits: boolean;
}

/** All groups of a run and its jobs, also those that it has left. */
function groupsAnswer(run: Run, call: Call): Schemas["concurrency-group-run-list"] {
  const ofJobs = lastAttempt(run, call.nowMs).timeline.jobs.map(({ group }) => group);
  const names = [...new Set([nameOf(run, call), ...ofJobs])].filter((name) => name !== undefined).sort();
  return {
    total_count: names.length,
    concurrency_groups: names.map((group) => {
      const members = membersOf(group, call);
      const group_members = members.flatMap((member, position) => {
        if (member.run !== run) return [];
        const ahead = member.job ? `ahead_of_job=${member.job.id}` : `ahead_of_run=${run.id}`;
        return [{ ...memberAnswer(member, call), position, position_url: `${addressOf(group, call)}?${ahead}` }];
      });
      return { group_name: group, group_url: addressOf(group, call), group_members };
    }),
  };
}

function groupAnswer(call: Call): Answer {
  const group = (call.params.group ?? "").toLowerCase();
  const members = membersOf(group, call);
  if (members.length === 0) return reject(404, "Not Found");
  const { ahead_of_run: run, ahead_of_job: job } = call.query;
  if (run !== undefined && job !== undefined) return reject(422, "Either ahead_of_run or ahead_of_job.");
  const isAll = run === undefined && job === undefined;
  const last = members.findIndex((each) =>
    job === undefined ? String(each.run.id) === run && !each.job : String(each.job?.id) === job,
  );
  if (!isAll && last < 0) return reject(422, "It is not in this concurrency group.");
  // The one that was asked for comes last.
  const shown = isAll ? members : members.slice(0, last + 1);
  const answer: Schemas["concurrency-group"] = {
    group_name: group,
    group_url: addressOf(group, call),
    total_count: shown.length,
    group_members: shown.map((member) => memberAnswer(member, call)),
  };
  return json(answer);
}

function nameOf(run: Run, { repository }: Call): string | undefined {
  const file = repository.workflows.find((known) => known.file === run.file);
  return file && groupOf(file, run.contexts);
}

/** Who holds the group, then who waits for it, in order. */
function membersOf(group: string, call: Call): Member[] {
  const { repository, nowMs } = call;
  const members = repository.runs.flatMap((run): Member[] => {
    const state = attemptAt(lastAttempt(run, nowMs), nowMs);
    if (run.knownMs > nowMs || state.status === "completed") return [];
    const ofJobs = state.jobs.filter((job) => job.group === group && job.status !== "completed");
    return [
      ...(nameOf(run, call) === group ? [{ run, waits: waitsForItsTurn(state) }] : []),
      ...ofJobs.map((job) => ({ run, job, waits: job.status === "pending" })),
    ];
  });
  return members.toSorted((one, other) => Number(one.waits) - Number(other.waits));
}

function memberAnswer({ run, job, waits }: Member, { repository, bases }: Call): MemberAnswer {
  const { fullName } = repository;
  const page = `${bases.html}/${fullName}/actions/runs/${run.id}`;
  return {
    run_id: run.id,
    run_name: run.displayTitle,
    run_url: `${bases.api}/repos/${fullName}/actions/runs/${run.id}`,
    run_html_url: page,
    ...(job && {
      job_id: job.id,
      job_name: job.name,
      job_url: `${bases.api}/repos/${fullName}/actions/jobs/${job.id}`,
      job_html_url: `${page}/job/${job.id}`,
    }),
    status: waits ? "pending" : "in_progress",
  };
}

function addressOf(group: string, { repository, bases }: Call): string {
  return `${bases.api}/repos/${repository.fullName}/actions/concurrency_groups/${encodeURIComponent(group)}`;
}
