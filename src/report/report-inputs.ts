/** The inputs of `report`, the half that stands in the target. */

import { CONCLUSIONS } from "../github/conclusions.ts";
import type { Target } from "../github/connection.ts";
import { type GivenCredentials, mayBeToken, readCredentials } from "../inputs/credentials.ts";
import { InputError } from "../inputs/inputs.ts";
import { adviceFor } from "../inputs/names.ts";
import { readerOf } from "../inputs/reader.ts";
import { readTarget } from "../inputs/target.ts";
import { inCode } from "../text/wording.ts";

/** As report/action.yml has them. */
export const REPORT_INPUTS = [
  "callers",
  "token",
  "app_id",
  "app_private_key",
  "api_url",
  "own_token",
  "status_context",
  "success_conclusions",
  "dry_run",
] as const;

export interface ReportInputs {
  /** Repositories that may be told. */
  callers: readonly Target[];
  credentials: GivenCredentials;
  ownToken: string;
  /** Names of statuses; empty: every one that waits for the run. */
  contexts: readonly string[];
  successConclusions: ReadonlySet<string>;
  isDryRun: boolean;
}

const MAX_CALLERS = 20;

/** `owner` is for callers that are named without one. @throws InputError with every problem */
export function readReportInputs(
  read: (name: string) => string,
  names: readonly string[],
  { owner, apiUrl }: Pick<Target, "owner" | "apiUrl">,
): ReportInputs {
  const reader = readerOf(read);
  const { problems, text, words, isTrue } = reader;
  problems.push(...problemsOfNames(names));
  const callers = listIn(read("callers")).map((repo) => readTarget({ owner, repo, apiUrl: text("api_url") || apiUrl }));
  for (const caller of callers) if ("problems" in caller) problems.push(...caller.problems.map(asOfCallers));
  if (callers.length === 0) problems.push("`callers` is empty: name the repositories that may be told, one a line.");
  if (callers.length > MAX_CALLERS)
    problems.push(`\`callers\` has ${callers.length} names; at most ${MAX_CALLERS} can be told by one workflow.`);
  const ownToken = read("own_token").trim();
  if (!mayBeToken(ownToken)) problems.push("`own_token` is empty, or has a character that no token has.");
  const inputs = {
    callers: callers.filter((caller): caller is Target => !("problems" in caller)),
    credentials: readCredentials({
      ...reader,
      text: (name) => (REPORT_INPUTS.some((each) => each === name) ? text(name) : ""),
    }),
    ownToken,
    contexts: linesIn(read("status_context")),
    successConclusions: words("success_conclusions", [...CONCLUSIONS, "any"]),
    isDryRun: isTrue("dry_run"),
  };
  if (problems.length > 0) throw new InputError([...new Set(problems)]);
  return inputs;
}

function asOfCallers(problem: string): string {
  return problem.replace("`repo` or `owner`", "`callers`").replaceAll("`repo`", "`callers`");
}

/** One a line, or separated by commas. */
function listIn(text: string): string[] {
  return linesIn(text.replaceAll(",", "\n"));
}

/** A status may have a comma in its name, as `test (linux, 20)` has. */
function linesIn(text: string): string[] {
  return text.split("\n").flatMap((line) => line.replace(/^\s*-\s/, "").trim() || []);
}

function problemsOfNames(names: readonly string[]): string[] {
  const unknown = names.filter((name) => !REPORT_INPUTS.some((each) => each === name));
  return unknown.map((name) => {
    const advice = adviceFor(name, REPORT_INPUTS) ?? `it takes ${inCode(REPORT_INPUTS)}`;
    return `\`${name}\` is not an input of \`report\`: ${advice}.`;
  });
}
