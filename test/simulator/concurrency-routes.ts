import { json, reject } from "./answer.ts";
import type { Answer, Call, Route } from "./routes.ts";
import { attemptAt, type Run } from "./run.ts";
import { servers } from "./servers-table.ts";
import { groupOf, lastAttempt } from "./world.ts";

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
      if (!run || run.knownMs > call.nowMs) return reject(404, "Not Found");
      const group = nameOf(run, call);
      if (group === undefined) return json({ total_count: 0, concurrency_groups: [] });
      const url = addressOf(group, call);
      const position = membersOf(group, call).indexOf(run);
      const position_url = `${url}?ahead_of_run=${run.id}`;
      const group_members = position < 0 ? [] : [{ ...memberAnswer(run, call), position, position_url }];
      return json({
        total_count: 1,
        concurrency_groups: [{ group_name: group, group_url: url, group_members }],
      });
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

function groupAnswer(call: Call): Answer {
  const group = (call.params.group ?? "").toLowerCase();
  const members = membersOf(group, call);
  if (members.length === 0) return reject(404, "Not Found");
  const { ahead_of_run: ahead } = call.query;
  const last = members.findIndex(({ id }) => String(id) === ahead);
  if (ahead !== undefined && last < 0) return reject(422, "The run is not in this concurrency group.");
  // The one that was asked for comes last.
  const shown = ahead === undefined ? members : members.slice(0, last + 1);
  return json({
    group_name: group,
    group_url: addressOf(group, call),
    total_count: shown.length,
    group_members: shown.map((run) => memberAnswer(run, call)),
  });
}

function nameOf(run: Run, { repository }: Call): string | undefined {
  const file = repository.workflows.find((known) => known.file === run.file);
  return file && groupOf(file, run.contexts);
}

/** Who holds the group, then who waits for it, in order. */
function membersOf(group: string, call: Call): Run[] {
  const { repository, nowMs } = call;
  const open = repository.runs.filter(
    (run) => run.knownMs <= nowMs && stateOf(run, nowMs) !== "completed" && nameOf(run, call) === group,
  );
  return open.toSorted((one, other) => Number(waits(one, nowMs)) - Number(waits(other, nowMs)));
}

function memberAnswer(run: Run, { repository, bases, nowMs }: Call) {
  return {
    run_id: run.id,
    run_name: run.displayTitle,
    run_url: `${bases.api}/repos/${repository.fullName}/actions/runs/${run.id}`,
    run_html_url: `${bases.html}/${repository.fullName}/actions/runs/${run.id}`,
    status: waits(run, nowMs) ? "pending" : "in_progress",
  };
}

function waits(run: Run, nowMs: number): boolean {
  return stateOf(run, nowMs) === "pending";
}

function stateOf(run: Run, nowMs: number): string {
  return attemptAt(lastAttempt(run), nowMs).status;
}

function addressOf(group: string, { repository, bases }: Call): string {
  return `${bases.api}/repos/${repository.fullName}/actions/concurrency_groups/${encodeURIComponent(group)}`;
}
