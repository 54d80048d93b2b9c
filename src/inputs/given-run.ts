import type { Target } from "../github/connection.ts";
import type { Id } from "../github/response-fields.ts";
import { inCode } from "../text/wording.ts";
import { DEFAULTS } from "./names.ts";
import type { Reader } from "./reader.ts";
import { type Caller, isPlain, readTarget, rootOfPage, webHost } from "./target.ts";

export interface GivenRun {
  event: undefined;
  runId: Id;
}

export interface RunAddress {
  runId: Id;
  /** If `run_id` is the URL of a page. `origin` is foreign: it chooses a server, and gets no request itself. */
  page: { origin: string; repository: string } | undefined;
  /** If `run_id` is the URL of one. */
  attempt?: string | undefined;
}

/** Inputs that only a dispatch uses. */
export const DISPATCH_INPUTS = [
  "event_type",
  "client_payload",
  "workflow",
  "workflow_inputs",
  "ref",
  "distinct_id",
  "distinct_id_key",
  "max_runs",
  "reuse",
  "reuse_key",
] as const;

/** Undefined where `run_id` is not given. An invalid one adds a problem, and gives the id 0. */
export function readRunAddress({ text, problems }: Reader): RunAddress | undefined {
  const given = text("run_id");
  if (given === "") return undefined;
  const contradicting = DISPATCH_INPUTS.filter((name) => text(name) !== "" && text(name) !== DEFAULTS[name]);
  if (contradicting.length > 0) {
    problems.push(
      `\`run_id\` names a run that already exists, and nothing is dispatched: leave out ${inCode(contradicting, " and ")}, or leave out \`run_id\`.`,
    );
  }
  if (text("wait_for") === "nothing") {
    problems.push("`run_id` with `wait_for: nothing` leaves nothing to do: set `found` or `completed`.");
  }
  const [, origin, repository, idInUrl] =
    /^(https?:\/\/[^/\\?#@\s]+)\/([^/\\?#\s]+\/[^/\\?#\s]+)\/actions\/runs\/(\d+)(?:[/?#].*)?$/.exec(given) ?? [];
  const isPage = origin !== undefined && URL.canParse(origin);
  const runId = readId(isPage ? (idInUrl ?? "") : given);
  if (runId === undefined) {
    problems.push(
      "`run_id` is neither a run's id nor its URL, such as `https://github.com/octo/deployments/actions/runs/1658821493`.",
    );
  }
  const [, attempt] = /\/runs\/\d+\/attempts\/(\d+)/.exec(given) ?? [];
  return { runId: runId ?? 0, page: isPage && repository ? { origin, repository } : undefined, attempt };
}

export function warnOfAttempt({ attempt }: Partial<RunAddress> = {}): string[] {
  if (attempt === undefined) return [];
  return [
    `\`run_id\` names attempt ${attempt} of its run, which is not followed as such: the run's newest attempt counts.`,
  ];
}

/**
 * The page chooses among the servers that other inputs (`named`) or the caller name: a token goes to no host that only a run's
 * address names, and by plain `http` to none but `api_url`'s.
 */
export function targetOfPage(
  { origin, repository }: NonNullable<RunAddress["page"]>,
  named: ReturnType<typeof readTarget>,
  apiUrl: string,
  caller: Caller,
): ReturnType<typeof readTarget> {
  const others = [...("problems" in named ? [] : [named.apiUrl]), caller.apiUrl].filter((root) => !isPlain(root));
  const root = rootOfPage(origin, [apiUrl, ...others]);
  if (root !== undefined) return readTarget({ owner: "", repo: repository, apiUrl: root });
  const { host } = new URL(origin);
  const how = origin.startsWith("http:") ? " by plain `http`" : "";
  return {
    problems: [
      `\`run_id\` is the URL of a run on \`${host}\`${how}, and no token goes there unless another input says so: give \`api_url\` for that server, or only the run's id.`,
    ],
  };
}

/** A bigint beyond 2^53. */
function readId(digits: string): Id | undefined {
  if (!/^[1-9]\d{0,18}$/.test(digits)) return undefined;
  const id = Number(digits);
  return Number.isSafeInteger(id) ? id : BigInt(digits);
}

/** GitHub ignores the case of names. */
export function areDifferentRepositories(one: Target, other: Target): boolean {
  const [first, second] = [one, other].map(({ owner, repo, apiUrl }) => `${apiUrl}/${owner}/${repo}`.toLowerCase());
  return first !== second;
}

/** The URL of a run's page, for use before any response has given it. */
export function runPageUrl(target: Target, runId: Id): string {
  return `${actionsPageUrl(target)}/runs/${runId}`;
}

export function actionsPageUrl({ owner, repo, apiUrl }: Target): string {
  const server = new URL(apiUrl);
  return `${server.protocol}//${webHost(server)}/${owner}/${repo}/actions`;
}
