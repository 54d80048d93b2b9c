/** Reads the action's inputs: strings → `Inputs`, or one error that lists every problem. Nothing has been sent yet. */

import { Failure } from "../edges/failure.ts";
import { inCode } from "../edges/wording.ts";
import { CONCLUSIONS } from "../github/conclusions.ts";
import type { Target } from "../github/connection.ts";
import { readArtifactName } from "./artifact-name.ts";
import { type CommitStatus, readCommitStatus } from "./commit-status.ts";
import { type GivenCredentials, readCredentials } from "./credentials.ts";
import { generateDistinctId, KEY_LENGTH } from "./distinct-id.ts";
import { areTwoPlaces, type RunAddress, readRunAddress } from "./given-run.ts";
import { problemsOnImitation } from "./imitation.ts";
import { readJobNames } from "./job-names.ts";
import { type InputName, judgeNames } from "./names.ts";
import { type DistinctId, type Mappings, type Order, readOrder } from "./order.ts";
import { type Reader, readerOf } from "./reader.ts";
import { reuseKey } from "./reuse-key.ts";
import { readTarget, withoutSlash } from "./target.ts";

/** What the step was asked to do. */
export interface Inputs {
  credentials: GivenCredentials;
  target: Target;
  /** Which input decides the target's server. */
  serverIn: InputName;
  order: Order;
  distinctId: DistinctId;
  /** Which equal runs the step takes instead of starting another. */
  reuse: "never" | "queued" | "running" | "success";
  waitFor: "nothing" | "found" | "completed";
  findTimeoutMs: number;
  /** It is the default, which the runner fills in: so probably nobody has set it. */
  findTimeoutIsDefault: boolean;
  timeoutMs: number;
  /** How long the found run may take to begin; undefined: as long as to complete. */
  startTimeoutMs: number | undefined;
  pollIntervalMs: number;
  maxRuns: number;
  successConclusions: ReadonlySet<string>;
  cancelRunOn: ReadonlySet<string>;
  /** Names of the jobs that decide, with `*` for any text; none: the whole run decides. */
  decidingJobs: readonly string[];
  /** A job that ends red ends the step. */
  failsFast: boolean;
  /** The artifact with the JSON object that the run leaves for its caller; undefined: none is read. */
  outputsFrom: string | undefined;
  /** How many lines of a failed job's log are shown; undefined: the usual number, where that tells nobody anything secret. */
  failedLogLines: number | undefined;
  /** How often the failed jobs are run again before the verdict. */
  reruns: number;
  /** How long after a red end the step waits for somebody else to start a further attempt. */
  rerunGraceMs: number;
  /** Undefined: none is asked for. */
  commitStatus: CommitStatus | undefined;
  writesSummary: boolean;
  /** Nothing is dispatched; the step only looks at everything that a dispatch needs. */
  isDryRun: boolean;
  /** The target is the caller's own repository. */
  isOwnTarget: boolean;
  /** Which attempt of the caller's run this is. */
  callersAttempt: number;
  /** What is odd about the inputs, but no reason to stop. */
  warnings: readonly string[];
}

/** The caller: where the step runs, by the runner's environment. */
export interface Caller {
  /** `owner/name` of the repository that the step runs in. */
  repository: string;
  apiUrl: string;
  runId: string;
  runAttempt: string;
  /** The commit that the caller's run is about: of a pull request its head, else `GITHUB_SHA`. */
  sha?: string;
}

/** Bad inputs. The message lists every problem, names inputs and keys, and quotes no token and no payload value. */
export class InputError extends Failure {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? "There is a problem" : `There are ${problems.length} problems`;
    super(`${count} with the inputs, so nothing was sent:\n${problems.map((problem) => `- ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

const NOT_SENT: DistinctId = { value: "", key: undefined, isGiven: false };
const FIND_TIMEOUT_SECONDS = 300;
/** More would not fit into one annotation. */
export const MAX_LOG_LINES = 50;

/**
 * Reads all inputs. `read` gives an input's text; an empty one means the default, except for `distinct_id_key` (the id is not
 * sent) and `token` (an error: the secret is empty). `idHex` ends a generated id (`freshHex`); `mappings` are needed where
 * `givesObjects` says so; `names` are those of all inputs that were given, even of those that do not exist.
 * @throws InputError with every problem
 */
export function readInputs(
  read: (name: string) => string,
  caller: Caller,
  idHex: string,
  mappings?: Mappings,
  names: readonly string[] = [],
): Inputs {
  const reader = readerOf(read);
  const { problems, text, number, word, words, isTrue } = reader;

  // Problems are listed in this order.
  const judged = judgeNames(names);
  problems.push(...judged.problems);
  const credentials = readCredentials(reader);
  const address = readRunAddress(reader);
  const target = chooseTarget(reader, caller, address);
  const waitFor = word("wait_for", "found", ["nothing", "found", "completed"]);
  const freshId = generateDistinctId(caller, idHex);
  const inputs = {
    credentials,
    waitFor,
    ...(address
      ? { order: { event: undefined, runId: address.runId }, distinctId: NOT_SENT }
      : readOrder(reader, { freshId, mustFind: waitFor !== "nothing", mappings })),
    findTimeoutMs: 1000 * number("find_timeout_seconds", FIND_TIMEOUT_SECONDS, [1, 86_400]),
    findTimeoutIsDefault: ["", String(FIND_TIMEOUT_SECONDS)].includes(text("find_timeout_seconds")),
    timeoutMs: 1000 * number("timeout_seconds", 3600, [1, 2_592_000]),
    startTimeoutMs: text("start_timeout_seconds")
      ? 1000 * number("start_timeout_seconds", 1, [1, 2_592_000])
      : undefined,
    pollIntervalMs: 1000 * number("poll_interval_seconds", 10, [1, 3600]),
    maxRuns: number("max_runs", 500, [1, 10_000]),
    successConclusions: words("success_conclusions", "success", [...CONCLUSIONS, "any"]),
    cancelRunOn: words("cancel_run_on", "", ["cancel", "timeout", "failure"]),
    decidingJobs: readJobNames(reader, waitFor),
    failsFast: isTrue("fail_fast", false),
    outputsFrom: readArtifactName(reader, waitFor),
    failedLogLines: text("failed_log_lines") ? number("failed_log_lines", 0, [0, MAX_LOG_LINES]) : undefined,
    reruns: number("rerun_failed", 0, [0, 3]),
    rerunGraceMs: 1000 * number("rerun_grace_seconds", 0, [0, 3600]),
    reuse: word("reuse", "never", ["never", "queued", "running", "success"]),
    commitStatus: readCommitStatus(reader, caller, waitFor),
    writesSummary: isTrue("summary", true),
    isDryRun: isTrue("dry_run", false),
    callersAttempt: Number(caller.runAttempt),
  };
  problems.push(
    ...problemsOfWait(inputs),
    ...problemsOfReuse(inputs, text("reuse_key")),
    ...problemsOnImitation(target?.apiUrl ?? "", inputs),
  );
  // Beside another problem, a name that is not known may be what it comes from.
  if (problems.length > 0 || !target) throw new InputError([...judged.warnings, ...problems]);
  const isOwnTarget =
    `${target.owner}/${target.repo}`.toLowerCase() === caller.repository.toLowerCase() &&
    target.apiUrl === withoutSlash(caller.apiUrl);
  const isAtApiUrl = target.apiUrl === withoutSlash(text("api_url") || caller.apiUrl);
  const serverIn = isAtApiUrl ? "api_url" : address?.repository === undefined ? "repo" : "run_id";
  const unused = unusedOwner(text("owner"), caller, target, address ? "run_id" : "repo");
  const { order, reuse } = inputs;
  if (order.event && reuse !== "never") {
    const hex = reuseKey(order, target, text("reuse_key")) + idHex.slice(KEY_LENGTH);
    inputs.distinctId = { ...inputs.distinctId, value: generateDistinctId(caller, hex) };
  }
  const warnings = [...judged.warnings, ...unused, ...idleTimeout(inputs)];
  return { ...inputs, target, serverIn, isOwnTarget, warnings };
}

/** A warning, where nobody waits until the run could be cancelled for it. */
function idleTimeout({ waitFor, cancelRunOn }: Pick<Inputs, "waitFor" | "cancelRunOn">): string[] {
  if (waitFor === "completed" || !cancelRunOn.has("timeout")) return [];
  return [
    `\`cancel_run_on\` has \`timeout\`, which does nothing with \`wait_for: ${waitFor}\`: only \`wait_for: completed\` waits until \`timeout_seconds\` or \`start_timeout_seconds\` has passed.`,
  ];
}

/** Problems with the inputs that are only about the wait for a run's end: without that wait, and with each other. */
function problemsOfWait(inputs: Omit<Inputs, "target" | "serverIn" | "isOwnTarget" | "warnings">): string[] {
  const { waitFor, failsFast, startTimeoutMs, cancelRunOn, reruns, rerunGraceMs } = inputs;
  const ofTheWait = {
    fail_fast: failsFast,
    start_timeout_seconds: startTimeoutMs !== undefined,
    rerun_failed: reruns > 0,
    rerun_grace_seconds: rerunGraceMs > 0,
  };
  const given = Object.entries(ofTheWait).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
  if (waitFor !== "completed" && given.length > 0)
    return given.map(
      (name) => `\`${name}\` is about the wait for the run's end: it goes with \`wait_for: completed\` only.`,
    );
  const again = given.filter((name) => name.startsWith("rerun_"));
  const problems = [];
  if (again.length > 1)
    problems.push(
      "`rerun_failed` runs the failed jobs again, `rerun_grace_seconds` waits for somebody else to do it: give one of them.",
    );
  if (failsFast && again.length > 0)
    problems.push(`\`fail_fast\` ends the step before anything is run again: leave it out, or ${inCode(again)}.`);
  if (!failsFast && cancelRunOn.has("failure"))
    problems.push(
      "`cancel_run_on` has `failure`, which cancels what goes on after `fail_fast`: give `fail_fast: true`.",
    );
  return problems;
}

function problemsOfReuse(
  { reuse, order, distinctId }: Pick<Inputs, "reuse" | "order" | "distinctId">,
  reuseKey: string,
): string[] {
  if (order.event === undefined) return [];
  if (reuse === "never") return reuseKey === "" ? [] : ["`reuse_key` goes with `reuse` only: give both, or none."];
  const problems = [];
  if (distinctId.isGiven)
    problems.push("`reuse` knows equal runs by the id that it generates: leave out `distinct_id`, or `reuse`.");
  if (distinctId.key === undefined)
    problems.push("`distinct_id_key` is empty, so that no run could show its key: give a key, or leave out `reuse`.");
  return problems;
}

/** The target. The page of a given run takes precedence over all other inputs. Undefined where there are problems. */
function chooseTarget({ text, problems }: Reader, caller: Caller, address: RunAddress | undefined): Target | undefined {
  const owner = text("owner") || ownerOf(caller);
  const apiUrl = text("api_url") || caller.apiUrl;
  const named = readTarget({ owner, repo: text("repo") || caller.repository, apiUrl });
  const target = address?.repository === undefined ? named : readTarget({ owner, repo: address.repository, apiUrl });
  if ("problems" in target) {
    problems.push(...target.problems);
    return undefined;
  }
  // The caller's own repository is what the runner fills in.
  const isRepoGiven = text("repo") !== "" && text("repo") !== caller.repository;
  if (target !== named && isRepoGiven && ("problems" in named || areTwoPlaces(target, named)))
    problems.push("`repo` names another repository than the URL in `run_id`: give only one of them.");
  return target;
}

function ownerOf({ repository }: Caller): string {
  return repository.split("/")[0] ?? "";
}

/** A warning, where the input `owner` is given and `deciding` names another owner. */
function unusedOwner(given: string, caller: Caller, target: Target, deciding: InputName): string[] {
  const owner = given || ownerOf(caller);
  if ([ownerOf(caller), target.owner].some((each) => each.toLowerCase() === owner.toLowerCase())) return [];
  const name = `${target.owner}/${target.repo}`;
  return [`\`owner\` (${owner}) is not used, since \`${deciding}\` names its owner itself: the target is ${name}.`];
}
