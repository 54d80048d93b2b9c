/** Who holds a concurrency group, and who waits for it (docs/platform.md#concurrency-groups). */

import { fields, type Id, InvalidResponse, isId, nameOf } from "./response-fields.ts";

/** GitHub's limit for `queue: max`. */
export const MOST_WAITING = 100;

export interface ConcurrencyGroup {
  name: string;
  /** The holder, then those that wait, in order. */
  members: readonly GroupMember[];
}

/** A run, or a job with a group of its own. */
export interface GroupMember {
  runId: Id;
  runName: string;
  htmlUrl: string;
  job: { id: Id; name: string } | undefined;
  isPending: boolean;
}

/** Lists only the run and its jobs as members. */
export function readRunsGroups(data: unknown): ConcurrencyGroup[] {
  const { concurrency_groups } = fields(data, "concurrency-group-run-list");
  if (!Array.isArray(concurrency_groups)) throw new InvalidResponse("concurrency-group-run-list", "concurrency_groups");
  return concurrency_groups.map(readConcurrencyGroup);
}

export function readConcurrencyGroup(data: unknown): ConcurrencyGroup {
  const { group_name, group_members } = fields(data, "concurrency-group");
  // Sent back to GitHub unchanged and never shown, so control characters stay.
  if (typeof group_name !== "string") throw new InvalidResponse("concurrency-group", "group_name");
  if (!Array.isArray(group_members)) throw new InvalidResponse("concurrency-group", "group_members");
  return { name: group_name, members: group_members.map(readMember) };
}

/** One unreadable member makes the group unreadable: without it, all behind it would seem one place further ahead. */
function readMember(data: unknown): GroupMember {
  const { run_id, run_name, run_html_url, job_id, job_name, job_html_url, status } = fields(data, "list");
  if (!isId(run_id)) throw new InvalidResponse("concurrency-group", "group_members");
  return {
    runId: run_id,
    runName: nameOf(run_name),
    htmlUrl: nameOf(job_html_url) || nameOf(run_html_url),
    job: isId(job_id) ? { id: job_id, name: nameOf(job_name) } : undefined,
    isPending: status === "pending",
  };
}
