import type { components } from "@octokit/openapi-types";
import { json, pageOf, reject } from "./answer.ts";
import { type Bases, minimalRepositoryAnswer, nodeId, userAnswer } from "./repository-answers.ts";
import type { Answer, Call, Route } from "./routes.ts";
import { toIso } from "./run.ts";
import { type Repository, resolveRef } from "./world.ts";

type Schemas = components["schemas"];

const STATES = ["error", "failure", "pending", "success"];
/** For one commit and context. */
const MOST = 1000;

/** The statuses of commits. */
export const statusRoutes: readonly Route[] = [
  {
    method: "POST",
    pattern: "/repos/{owner}/{repo}/statuses/{sha}",
    body: ["state", "target_url", "description", "context"],
    needs: ["statuses", "write"],
    answer: setStatus,
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/commits/{ref}/status",
    query: ["per_page", "page"],
    needs: ["statuses", "read"],
    answer: combinedStatus,
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/commits/{ref}/statuses",
    query: ["per_page", "page"],
    needs: ["statuses", "read"],
    answer: listStatuses,
  },
];

function setStatus({ repository, params: { sha = "" }, body, bases, nowMs }: Call): Answer {
  const { state = "", target_url: url = "", description = "", context = "default" } = body as Record<string, string>;
  if (!isSha(sha)) return reject(422, `No commit found for SHA: ${sha}`);
  const before = repository.statuses.filter((each) => each.sha === sha && each.context === context);
  if (!STATES.includes(state) || [...description].length > 140 || before.length >= MOST)
    return reject(422, "Validation Failed");
  repository.statuses.push({ sha, state, context, description, url, setAtMs: nowMs });
  const answer = json<Schemas["status"]>(wholeStatus(repository, repository.statuses.length, bases));
  return { ...answer, status: 201 };
}

/** The latest status of each context. */
function combinedStatus(call: Call): Answer {
  const { repository, bases } = call;
  const { sha, ids } = idsOf(call);
  if (sha === undefined) return reject(404, "Not Found");
  const latest = new Map(ids.map((id) => [repository.statuses[id - 1]?.context, id]));
  const statuses = [...latest.values()].map((id) => statusAnswer(repository, id, bases));
  const { page, link } = pageOf(call, statuses);
  const api = `${bases.api}/repos/${repository.fullName}/commits/${sha}`;
  return json<Schemas["combined-commit-status"]>(
    {
      state: stateOf(statuses.map(({ state }) => state)),
      statuses: page,
      sha,
      total_count: statuses.length,
      repository: minimalRepositoryAnswer(repository, bases),
      commit_url: api,
      url: `${api}/status`,
    },
    link,
  );
}

/** All of a commit, newest first. */
function listStatuses(call: Call): Answer {
  const { sha, ids } = idsOf(call);
  if (sha === undefined) return reject(404, "Not Found");
  const statuses = ids.reverse().map((id) => wholeStatus(call.repository, id, call.bases));
  const { page, link } = pageOf(call, statuses);
  return json<Schemas["status"][]>(page, link);
}

/** In the order of setting; by a replica that lags, those that there were. */
function idsOf({ repository, params: { ref = "" }, nowMs }: Call): { sha: string | undefined; ids: number[] } {
  const sha = isSha(ref) ? ref : resolveRef(repository, ref)?.sha;
  const isThere = (status: Repository["statuses"][number]) => status.sha === sha && status.setAtMs <= nowMs;
  return { sha, ids: repository.statuses.flatMap((status, index) => (isThere(status) ? [index + 1] : [])) };
}

function wholeStatus(repository: Repository, id: number, bases: Bases): Schemas["status"] {
  return { ...statusAnswer(repository, id, bases), creator: userAnswer("octocat", bases) };
}

function stateOf(states: readonly string[]): string {
  if (states.some((state) => state === "error" || state === "failure")) return "failure";
  return states.length === 0 || states.includes("pending") ? "pending" : "success";
}

/** Ids count from 1, in order of setting. */
function statusAnswer(repository: Repository, id: number, bases: Bases): Schemas["simple-commit-status"] {
  const status = repository.statuses[id - 1];
  if (!status) throw new Error(`no status ${id} in ${repository.fullName}`);
  const { sha, state, description, context, url, setAtMs } = status;
  const at = toIso(setAtMs);
  return {
    url: `${bases.api}/repos/${repository.fullName}/statuses/${sha}`,
    avatar_url: null,
    id,
    node_id: nodeId("SC", id),
    state,
    description,
    target_url: url === "" ? null : url,
    context,
    created_at: at,
    updated_at: at,
  };
}

function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}
