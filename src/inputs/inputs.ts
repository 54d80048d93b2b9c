/** Reads the action's inputs before anything is sent: strings → `Inputs`, or one error that lists every problem. */

import { CONCLUSIONS } from "../github/conclusions.ts";
import type { Target } from "../github/connection.ts";
import { StepError } from "../runner/step-error.ts";
import { problemsOfReuse, problemsOfWait, problemsOnGitea, warnOfIdleTimeout } from "./combinations.ts";
import { type CommitStatusInputs, problemsOfAdoptedId, readCommitStatus } from "./commit-status.ts";
import { type GivenCredentials, problemsOfIdToken, readCredentials } from "./credentials.ts";
import { type DistinctId, type Mappings, type RunSource, readDispatchRequest } from "./dispatch-request.ts";
import { generateDistinctId } from "./distinct-id.ts";
import { areDifferentRepositories, type RunAddress, readRunAddress, targetOfPage, warnOfAttempt } from "./given-run.ts";
import { asMeant, checkNames, DEFAULTS, type InputName } from "./names.ts";
import { type Reader, readerOf } from "./reader.ts";
import { type Caller, isPlain, ownerOf, readTarget, unusedOwner, withoutTrailingSlash } from "./target.ts";
import { readTargetTokens, tokenFor, unfitTokens } from "./target-tokens.ts";

export interface Inputs {
  credentials: GivenCredentials;
  target: Target;
  /** The input that decides the target's server. */
  serverIn: InputName;
  source: RunSource;
  distinctId: DistinctId;
  /** Which equal runs to take instead of starting another. */
  reuse: "never" | "queued" | "running" | "success";
  /** `reuse_key`, or empty. */
  reuseKey: string;
  waitFor: "nothing" | "found" | "completed";
  findTimeoutMs: number;
  /** The runner fills in the default, so probably nobody has set it. */
  findTimeoutIsDefault: boolean;
  timeoutMs: number;
  /** How long the found run may take to start; undefined: as long as to complete. */
  startTimeoutMs: number | undefined;
  pollIntervalMs: number;
  maxRuns: number;
  successConclusions: ReadonlySet<string>;
  cancelRunOn: ReadonlySet<string>;
  /** Names of the jobs that decide, with `*` for any text; empty: the whole run decides. */
  decidingJobs: readonly string[];
  failsFast: boolean;
  /** Name of the artifact with the JSON object that the run leaves for its caller; undefined: none is read. */
  outputsFrom: string | undefined;
  /** Log lines per failed job; undefined: the default number, unless that would disclose private output. */
  failedLogLines: number | undefined;
  /** How often to re-run the failed jobs before the verdict. */
  reruns: number;
  /** How long after a failure to wait for a re-run by somebody else. */
  rerunGraceMs: number;
  commitStatus: CommitStatusInputs | undefined;
  /** A red run whose predecessor was red as well leaves the step green. */
  allowsKnownFailures: boolean;
  writesSummary: boolean;
  isDryRun: boolean;
  isOwnTarget: boolean;
  callersRunId: string;
  callersAttempt: number;
  warnings: readonly string[];
}

/** Lists every problem. Quotes no token and no payload value. */
export class InputError extends StepError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? "There is a problem" : `There are ${problems.length} problems`;
    super(`${count} with the inputs, so nothing was sent:\n${problems.map((problem) => `- ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

const NOT_SENT: DistinctId = { value: "", key: undefined, isGiven: false };
/** More would not fit into one annotation. */
export const MAX_LOG_LINES = 50;

/**
 * `read` gives an input's text. Empty means the default, except for `distinct_id_key` (the id is not sent) and `token` (an
 * error: the secret is empty). `idHex` ends a generated id (`generateIdHex`); `mappings` are needed if `givesObjects`; `names` are
 * all inputs that were given, even unknown ones.
 * @throws InputError with every problem
 */
export function readInputs(
  read: (name: string) => string,
  caller: Caller,
  idHex: string,
  mappings?: Mappings,
  names: readonly string[] = [],
): Inputs {
  const reader = readerOf(asMeant(read, names));
  const { problems, text, number, word, words, isTrue } = reader;

  // Problems are listed in this order.
  const nameCheck = checkNames(names);
  problems.push(...nameCheck.problems);
  const address = readRunAddress(reader);
  const targetProblems: string[] = [];
  const target = chooseTarget({ ...reader, problems: targetProblems }, caller, address);
  const apiUrl = withoutTrailingSlash(text("api_url") || caller.apiUrl);
  const tokens = readTargetTokens(reader, apiUrl, mappings);
  const credentials = readCredentials(reader, tokenFor(tokens, target)?.token);
  problems.push(...problemsOfIdToken(credentials, caller), ...targetProblems);
  const waitFor = word("wait_for", ["nothing", "found", "completed"]);
  const freshId = generateDistinctId(caller, idHex);
  const inputs = {
    credentials,
    waitFor,
    ...(address
      ? { source: { event: undefined, runId: address.runId }, distinctId: NOT_SENT }
      : readDispatchRequest(reader, { freshId, mustFind: waitFor !== "nothing", mappings })),
    findTimeoutMs: 1000 * number("find_timeout_seconds", [1, 86_400]),
    findTimeoutIsDefault: ["", DEFAULTS.find_timeout_seconds].includes(text("find_timeout_seconds")),
    timeoutMs: 1000 * number("timeout_seconds", [1, 2_592_000]),
    startTimeoutMs: text("start_timeout_seconds") ? 1000 * number("start_timeout_seconds", [1, 2_592_000]) : undefined,
    pollIntervalMs: 1000 * number("poll_interval_seconds", [1, 3600]),
    maxRuns: number("max_runs", [1, 10_000]),
    successConclusions: words("success_conclusions", [...CONCLUSIONS, "any"]),
    cancelRunOn: words("cancel_run_on", ["cancel", "timeout", "failure"]),
    decidingJobs: readJobNames(reader, waitFor),
    failsFast: isTrue("fail_fast"),
    outputsFrom: readArtifactName(reader, waitFor),
    failedLogLines: text("failed_log_lines") ? number("failed_log_lines", [0, MAX_LOG_LINES]) : undefined,
    reruns: number("rerun_failed", [0, 3]),
    rerunGraceMs: 1000 * number("rerun_grace_seconds", [0, 3600]),
    reuse: word("reuse", ["never", "queued", "running", "success"]),
    reuseKey: text("reuse_key"),
    commitStatus: readCommitStatus(reader, caller, waitFor),
    allowsKnownFailures: isTrue("allow_known_failures"),
    writesSummary: isTrue("summary"),
    isDryRun: isTrue("dry_run"),
    callersRunId: caller.runId,
    callersAttempt: Number(caller.runAttempt),
  };
  problems.push(
    ...problemsOfWait(inputs),
    ...problemsOfReuse(inputs),
    ...(inputs.commitStatus && waitFor === "found" ? problemsOfAdoptedId(reader, inputs.distinctId) : []),
    ...problemsOnGitea(target?.apiUrl ?? "", inputs),
  );
  // An unknown name may be the cause of another problem, so its warning is listed as well.
  if (problems.length > 0 || !target) throw new InputError([...nameCheck.warnings, ...problems]);
  const isOwnTarget =
    `${target.owner}/${target.repo}`.toLowerCase() === caller.repository.toLowerCase() &&
    target.apiUrl === withoutTrailingSlash(caller.apiUrl);
  const serverIn = target.apiUrl === apiUrl ? "api_url" : address?.page === undefined ? "repo" : "run_id";
  const unused = unusedOwner(text("owner"), caller, target, address ? "run_id" : "repo");
  // With `targets`, a token may be for another entry.
  const unfit = text("targets") === "" ? unfitTokens(tokens, [target]) : [];
  const warnings = [
    ...nameCheck.warnings,
    ...unused,
    ...unfit,
    ...warnOfAttempt(address),
    ...warnOfIdleTimeout(inputs),
  ];
  return { ...inputs, target, serverIn, isOwnTarget, warnings };
}

/** The URL of a given run takes precedence over all other inputs. Undefined where there are problems. */
function chooseTarget({ text, problems }: Reader, caller: Caller, address: RunAddress | undefined): Target | undefined {
  const owner = text("owner") || ownerOf(caller);
  const apiUrl = text("api_url") || caller.apiUrl;
  const named = readTarget({ owner, repo: text("repo") || caller.repository, apiUrl });
  const target = address?.page ? targetOfPage(address.page, named, apiUrl, caller) : named;
  if ("problems" in target) {
    problems.push(...target.problems);
    return undefined;
  }
  // The runner fills in the caller's own repository.
  const isRepoGiven = text("repo") !== "" && text("repo") !== caller.repository;
  if (target !== named && isRepoGiven && ("problems" in named || areDifferentRepositories(target, named)))
    problems.push("`repo` names another repository than the URL in `run_id`: give only one of them.");
  if (isPlain(target.apiUrl) && target.apiUrl !== withoutTrailingSlash(apiUrl)) {
    problems.push(
      `\`repo\` is a URL of plain \`http\`, which everybody on the way can read: give \`https\`, or set \`api_url\` to ${target.apiUrl} as well.`,
    );
  }
  return target;
}

/** actions/upload-artifact v4 and later refuse these characters. */
const FORBIDDEN_IN_NAMES = /["*/:<>?\\|]/;

export function readArtifactName({ line, problems }: Reader, waitFor: string): string | undefined {
  const name = line("outputs_from");
  if (name === "") return undefined;
  if (waitFor !== "completed")
    problems.push("`outputs_from` reads the artifact of an ended run: it requires `wait_for: completed`.");
  if (FORBIDDEN_IN_NAMES.test(name))
    problems.push(
      '`outputs_from` is not an artifact name: use it without a path, and without any of `" * : < > ? | \\ /`.',
    );
  return name;
}

/** One name per line, or a JSON list; `*` stands for any text. Commas are part of a name: `test (linux, 20)`. */
export function readJobNames({ text, problems }: Reader, waitFor: string): readonly string[] {
  const jobs = text("jobs");
  if (jobs === "") return [];
  if (waitFor !== "completed") problems.push("`jobs` decide when the step ends: they require `wait_for: completed`.");
  // What begins like a list is meant as one: no job has such a name.
  const isList = /^\[.*\]$|^\[\s*"/s.test(jobs) || jobs.split("\n").every((line) => /^\s*(- .*)?$/.test(line));
  const names = isList ? readList(jobs) : jobs.split("\n");
  const trimmed = (names ?? []).map((name) => name.trim());
  const given = trimmed.filter((name) => name !== "");
  if (isList && given.length > 0 && given.length < trimmed.length)
    problems.push(
      "`jobs` has an empty name in its list: no job is called so. See why the expression behind it is empty, or leave it out.",
    );
  if (given.length === 0) {
    problems.push(
      '`jobs` is neither names, one per line, nor a JSON list of them, such as `["build", "test (linux, 20)"]`.',
    );
  }
  return [...new Set(given)];
}

function readList(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((each) => typeof each === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}
