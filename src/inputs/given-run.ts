import type { Target } from "../github/connection.ts";
import type { Id } from "../github/response-fields.ts";
import { inCode } from "../text/wording.ts";
import { DEFAULTS } from "./names.ts";
import type { Reader } from "./reader.ts";

export interface GivenRun {
  event: undefined;
  runId: Id;
}

export interface RunAddress {
  runId: Id;
  /** URL of the run's repository, if `run_id` is the URL of a page. */
  repository: string | undefined;
}

/** Inputs that only a dispatch uses. */
const OF_A_DISPATCH = [
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
  const contradicting = OF_A_DISPATCH.filter((name) => text(name) !== "" && text(name) !== DEFAULTS[name]);
  if (contradicting.length > 0) {
    problems.push(
      `\`run_id\` names a run that already exists, and nothing is dispatched: leave out ${inCode(contradicting, " and ")}, or leave out \`run_id\`.`,
    );
  }
  if (text("wait_for") === "nothing") {
    problems.push("`run_id` with `wait_for: nothing` leaves nothing to do: give `found` or `completed`.");
  }
  const [, repository, idInUrl] =
    /^(https?:\/\/[^/?#@]+\/[^/?#]+\/[^/?#]+)\/actions\/runs\/(\d+)(?:[/?#].*)?$/.exec(given) ?? [];
  const runId = readId(idInUrl ?? given);
  if (runId === undefined) {
    problems.push(
      "`run_id` is neither a run's id nor its URL, such as `https://github.com/octo/deployments/actions/runs/1658821493`.",
    );
  }
  return { runId: runId ?? 0, repository };
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
export function runPageUrl({ owner, repo, apiUrl }: Target, runId: Id): string {
  const { protocol, host } = new URL(apiUrl);
  const web = host.replace(/^api\.(?=github\.com$|.+\.ghe\.com$)/, "");
  return `${protocol}//${web}/${owner}/${repo}/actions/runs/${runId}`;
}
