/** Reads the action's inputs: strings → `Inputs`, or one error that lists every problem. Nothing has been sent yet. */

import { Failure } from "../edges/failure.ts";
import { CONCLUSIONS } from "../github/conclusions.ts";
import type { Target } from "../github/connection.ts";
import { type GivenCredentials, readCredentials } from "./credentials.ts";
import { generateDistinctId } from "./distinct-id.ts";
import { type DistinctId, type Mappings, type Order, readOrder } from "./order.ts";
import { readTarget } from "./target.ts";

/** What the step was asked to do. */
export interface Inputs {
  credentials: GivenCredentials;
  target: Target;
  order: Order;
  distinctId: DistinctId;
  waitFor: WaitFor;
  findTimeoutMs: number;
  timeoutMs: number;
  pollIntervalMs: number;
  maxRuns: number;
  successConclusions: ReadonlySet<string>;
  cancelRunOn: ReadonlySet<string>;
  /** How many lines of a failed job's log are shown; undefined: as many as usual, where that gives nothing away. */
  failedLogLines: number | undefined;
  writesSummary: boolean;
  /** Nothing is dispatched; what can be looked at is. */
  isDryRun: boolean;
  /** What is odd about the inputs, and no reason to stop. */
  warnings: readonly string[];
}

export type WaitFor = "nothing" | "found" | "completed";

/** The caller's side of the story, from the runner's environment. */
export interface Caller {
  /** `owner/name` of the repository that the step runs in. */
  repository: string;
  apiUrl: string;
  runId: string;
  runAttempt: string;
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

/** More would not fit into one annotation. */
export const MAX_LOG_LINES = 50;
const WAIT_FOR = ["nothing", "found", "completed"] as const;
const CANCEL_RUN_ON = ["cancel", "timeout"] as const;
/**
 * Reads all inputs. `read` gives an input's text; an empty one means the default, save for `distinct_id_key` (do not
 * send) and `token` (an error: the secret is empty). `idHex` ends a generated id (`freshHex`); `mappings` are needed where
 * `givesObjects` says so.
 * @throws InputError with every problem
 */
export function readInputs(read: (name: string) => string, caller: Caller, idHex: string, mappings?: Mappings): Inputs {
  const problems: string[] = [];
  const text = (name: string) => read(name).trim();

  const credentials = readCredentials(text, problems);

  const [callersOwner = ""] = caller.repository.split("/");
  const target = readTarget({
    owner: text("owner") || callersOwner,
    repo: text("repo") || caller.repository,
    apiUrl: text("api_url") || caller.apiUrl,
  });
  if ("problems" in target) problems.push(...target.problems);

  const waitFor = readWord("wait_for", text("wait_for") || "found", WAIT_FOR, problems);
  const freshId = generateDistinctId(caller, idHex);
  const { order, distinctId } = readOrder(text, { freshId, mustFind: waitFor !== "nothing", mappings }, problems);

  const number = (name: string, byDefault: number, max: number) =>
    readNumber(name, text(name) || String(byDefault), [1, max], problems);
  const isTrue = (name: string, byDefault: boolean) =>
    readWord(name, (text(name) || String(byDefault)).toLowerCase(), ["true", "false"], problems) === "true";
  const inputs = {
    credentials,
    order,
    distinctId,
    waitFor,
    findTimeoutMs: number("find_timeout_seconds", 300, 86_400) * 1000,
    timeoutMs: number("timeout_seconds", 3600, 2_592_000) * 1000,
    pollIntervalMs: number("poll_interval_seconds", 10, 3600) * 1000,
    maxRuns: number("max_runs", 500, 10_000),
    successConclusions: readWords("success_conclusions", text, "success", [...CONCLUSIONS, "any"], problems),
    cancelRunOn: readWords("cancel_run_on", text, "", CANCEL_RUN_ON, problems),
    failedLogLines: text("failed_log_lines")
      ? readNumber("failed_log_lines", text("failed_log_lines"), [0, MAX_LOG_LINES], problems)
      : undefined,
    writesSummary: isTrue("summary", true),
    isDryRun: isTrue("dry_run", false),
  };
  if (problems.length > 0 || "problems" in target) throw new InputError(problems);
  const owner = text("owner") || callersOwner;
  const isIgnored = ![callersOwner, target.owner].some((each) => each.toLowerCase() === owner.toLowerCase());
  const warnings = isIgnored
    ? [
        `\`owner\` (${owner}) is not used, since \`repo\` names its owner itself: the target is ${target.owner}/${target.repo}.`,
      ]
    : [];
  return { ...inputs, target, warnings };
}

function readNumber(name: string, text: string, [min, max]: readonly [number, number], problems: string[]): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  problems.push(`\`${name}\` is \`${text}\`: give a whole number from ${min} to ${max}.`);
  return min;
}

function readWord<Word extends string>(name: string, text: string, words: readonly Word[], problems: string[]): Word {
  const word = words.find((each) => each === text);
  if (word === undefined) problems.push(`\`${name}\` is \`${text}\`: give one of ${quoted(words)}.`);
  return word ?? (words[0] as Word);
}

/** A list, separated by commas, spaces or lines. */
function readWords(
  name: string,
  text: (name: string) => string,
  byDefault: string,
  words: readonly string[],
  problems: string[],
): ReadonlySet<string> {
  const given = (text(name) || byDefault).split(/[\s,]+/).filter((word) => word !== "");
  if (given.length === 0 && byDefault !== "") problems.push(`\`${name}\` names none: it takes ${quoted(words)}.`);
  const unknown = given.filter((word) => !words.includes(word));
  if (unknown.length > 0) problems.push(`\`${name}\` has ${quoted(unknown)}: it takes ${quoted(words)}.`);
  return new Set(given);
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}
