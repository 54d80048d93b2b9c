/** Reads `targets`: each entry's inputs, or one error that lists the problems of all. Nothing is sent before. */

import {
  type CommitStatusInputs,
  problemsOfAdoptedId,
  problemsOfLeaving,
  readCommitStatus,
} from "../inputs/commit-status.ts";
import { DISPATCH_INPUTS } from "../inputs/given-run.ts";
import { InputError, type Inputs, readInputs } from "../inputs/inputs.ts";
import type { Json, Mapping } from "../inputs/mapping.ts";
import { checkNames, DEFAULTS, type InputName } from "../inputs/names.ts";
import { readerOf } from "../inputs/reader.ts";
import { type Caller, withoutTrailingSlash } from "../inputs/target.ts";
import { readTargetTokens, unfitTokens } from "../inputs/target-tokens.ts";
import { type Needing, problemsOfNeeds } from "./needs.ts";
import { aboutEntry, type Entry, MAX_ENTRIES, readEntries } from "./read-entries.ts";

export interface TargetEntry extends Needing {
  continuesOnError: boolean;
  inputs: Inputs;
}

export interface Targets {
  entries: readonly TargetEntry[];
  /** How many are under way at once. */
  maxParallel: number;
  /** One for all. */
  commitStatus: CommitStatusInputs | undefined;
  /** Each entry has a status of its own, which the target ends (`wait_for: found`). */
  leavesStatuses: boolean;
  isDryRun: boolean;
  writesSummary: boolean;
  warnings: readonly string[];
}

type Mappings = typeof import("../inputs/mapping.ts");

/** Inputs that belong to the step; its entries have them without asking, or not at all. */
const NOT_OF_AN_ENTRY: readonly InputName[] = ["max_parallel", "distinct_id", "run_id", "status_context", "status_sha"];

/**
 * `read` gives an input of the step. `nextIdHex` gives the end of each entry's generated id.
 * @throws InputError with every problem of every entry
 */
export function readTargets(
  read: (name: string) => string,
  caller: Caller,
  nextIdHex: () => string,
  mappings: Mappings,
  names: readonly string[] = [],
): Targets {
  const reader = readerOf(read);
  const { problems, text, number, word, isTrue } = reader;
  const nameCheck = checkNames(names);
  problems.push(...nameCheck.problems);
  for (const name of ["distinct_id", "run_id"] as const)
    if (text(name) !== "")
      problems.push(
        `\`${name}\` is about one run: with \`targets\`, ${name === "run_id" ? "give it in an entry" : "each entry has an id of its own"}.`,
      );
  const maxParallel = text("max_parallel") === "" ? MAX_ENTRIES : number("max_parallel", [1, MAX_ENTRIES]);
  const waitFor = word("wait_for", ["nothing", "found", "completed"]);
  const own = {
    commitStatus: readCommitStatus(reader, caller, waitFor),
    isDryRun: isTrue("dry_run"),
    writesSummary: isTrue("summary"),
  };
  const list = readEntries(text("targets"));
  problems.push(...list.problems);

  const leavesStatuses = own.commitStatus !== undefined && waitFor === "found";
  const readings = list.entries.map((entry) => {
    const readEntry = readerFor(entry, read, mappings);
    const ofEntry = readerOf(readEntry);
    const leaving = leavesStatuses ? problemsOfLeaving(ofEntry, caller) : [];
    try {
      const inputs = readInputs(readEntry, caller, nextIdHex(), mappings);
      if (leavesStatuses) leaving.push(...problemsOfAdoptedId(ofEntry, inputs.distinctId));
      return { entry, inputs, problems: leaving };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { entry, inputs: undefined, problems: [...error.problems, ...leaving] };
    }
  });
  problems.push(...problemsOfEntries(readings));
  const entries = readings.flatMap(({ entry, inputs }) => (inputs ? [{ entry, inputs }] : []));
  const named = namesOf(entries, leavesStatuses ? own.commitStatus : undefined);
  // Names are made of inputs: without all of them, a name that is needed may be missing for that reason alone.
  if (entries.length === list.entries.length)
    problems.push(...named.problems, ...problemsOfNeeds(named.entries, waitFor));
  if (problems.length > 0) throw new InputError([...nameCheck.warnings, ...new Set(problems)]);
  const tokens = readTargetTokens({ text, problems }, withoutTrailingSlash(text("api_url") || caller.apiUrl), mappings);
  const warnings = [
    ...nameCheck.warnings,
    ...unfitTokens(
      tokens,
      named.entries.map(({ inputs }) => inputs.target),
    ),
    ...new Set(named.entries.flatMap(({ inputs }) => inputs.warnings)),
  ];
  return { entries: named.entries, maxParallel, ...own, leavesStatuses, warnings };
}

/** A problem that all entries have is the step's. */
function problemsOfEntries(readings: readonly { entry: Entry; problems: readonly string[] }[]): string[] {
  const shared = readings[0]?.problems.filter((problem) =>
    readings.every(({ problems }) => problems.includes(problem)),
  );
  const own = readings.flatMap(({ entry, problems }) =>
    problems.flatMap((problem) => (shared?.includes(problem) ? [] : [aboutEntry(entry, problem)])),
  );
  return [...(shared ?? []), ...own];
}

/** How `readInputs` reads an entry: what it does not say is taken from the step. */
function readerFor({ given }: Entry, ofStep: (name: string) => string, mappings: Mappings): (name: string) => string {
  const isDispatched = given.run_id === undefined;
  const isOwnDispatch = !isDispatched || given.event_type !== undefined || given.workflow !== undefined;
  const ofSteps = (name: InputName, isTaken: boolean) => (isTaken ? ofStep(name) : DEFAULTS[name]);
  const eventType = given.event_type ?? ofSteps("event_type", !isOwnDispatch);
  // The step may have both kinds of values, for entries of both kinds.
  const payload = ofSteps("client_payload", isDispatched && eventType !== "");
  const inputs = ofSteps("workflow_inputs", isDispatched && eventType === "");
  const texts: Partial<Record<string, string>> = {
    ...given,
    event_type: eventType,
    workflow: given.workflow ?? ofSteps("workflow", !isOwnDispatch),
    client_payload: merged(payload, given.client_payload, mappings.readMapping),
    workflow_inputs: merged(inputs, given.workflow_inputs, mappings.readScalars),
  };
  const withheld: readonly string[] = [...NOT_OF_AN_ENTRY, ...(isDispatched ? [] : DISPATCH_INPUTS)];
  return (name) => texts[name] ?? (withheld.includes(name) ? DEFAULTS[name as InputName] : ofStep(name));
}

/** Merges two objects by their top keys. A text that cannot be read is returned as it is: `readInputs` says why. */
function merged(ofStep: string, own: string | undefined, read: (text: string) => Mapping<Json>): string {
  if (own === undefined) return ofStep;
  const [one, other] = [read(ofStep), read(own)];
  if ("problems" in one) return ofStep;
  return "problems" in other ? own : JSON.stringify({ ...one.value, ...other.value });
}

/** The names of entries: given, or by default the repository, with the workflow or event where it comes twice. */
function namesOf(
  read: readonly { entry: Entry; inputs: Inputs }[],
  ofStep: CommitStatusInputs | undefined,
): { entries: TargetEntry[]; problems: string[] } {
  const repositories = read.map(({ inputs }) => `${inputs.target.owner}/${inputs.target.repo}`);
  const entries = read.map(({ entry, inputs }, index) => {
    const repository = repositories[index] ?? "";
    const isAlone = repositories.filter((each) => each.toLowerCase() === repository.toLowerCase()).length === 1;
    const name = entry.name ?? (isAlone ? repository : `${repository} (${whatOf(inputs)})`);
    const { needs, continuesOnError } = entry;
    const commitStatus = ofStep && { ...ofStep, context: `${ofStep.context} / ${name}` };
    // Its red jobs are no reason to end the step.
    return {
      name,
      needs,
      continuesOnError,
      inputs: { ...inputs, commitStatus, failsFast: inputs.failsFast && !continuesOnError },
    };
  });
  const problems = entries.flatMap(({ name }, index) => {
    const first = entries.findIndex((each) => each.name === name);
    if (first === index) return [];
    return [
      `\`targets\` has two entries called \`${name}\` (lines ${read[first]?.entry.line} and ${read[index]?.entry.line}): give each a \`name\` of its own.`,
    ];
  });
  return { entries, problems };
}

function whatOf({ source }: Inputs): string {
  if (source.event === undefined) return `run ${source.runId}`;
  return source.event === "repository_dispatch" ? source.eventType : source.workflow.value;
}
