/** What a table of receivers is made of: with what GitHub makes of each, and what there is to say about it. */

/** Stands in the table for the id. */
export const ID = "ID";

export interface AsWritten {
  /** File name → its text; `deploy.yml` is the one that is meant. */
  files: Record<string, string>;
  /** Inputs of the step; by default the event `deploy` and a generated id. */
  given: Record<string, string>;
  /** The files that GitHub cannot read, or does not start. */
  repository: { unreadable?: string[]; disabled?: string[] };
  /** What GitHub's own parser (0.3.61) says otherwise, and why that counts for nothing here. */
  parser: string | undefined;
  /** Names of the runs and their jobs and steps, as GitHub shows them at the end: those that matter. Empty: nothing starts. */
  shows: readonly string[];
  /** Where the search finds the id. */
  found: "its name" | "a job's name" | "a step's name" | undefined;
  /** The line that says so beforehand: right, wrong or (with `?`) not to be known. */
  says: string;
  /** What to change: it is in the same finding. */
  change: string | undefined;
}

export const PAYLOAD = "github.event.client_payload.distinct_id";
export const E = `\${{ ${PAYLOAD} }}`;
export const ON_EVENT = "on:\n  repository_dispatch:\n    types: [deploy]\n";
export const ON_HAND = "on:\n  workflow_dispatch:\n    inputs:\n      distinct_id:\n        required: false\n";
export const WITH_STAGE = `${ON_HAND}      stage:\n        required: false\n`;
export const STEPS = "    runs-on: ubuntu-latest\n    steps:\n      - name: Deploy\n        run: ./deploy\n";
export const JOBS = `jobs:\n  deploy:\n${STEPS}`;
export const BY_HAND = { workflow: "deploy.yml", ref: "main" };
export const GIVEN = { event_type: "deploy", distinct_id: "run-1" };

/** Its head before `on:`, and its jobs. */
export function on(head: string, jobs = JOBS, trigger = ON_EVENT): string {
  return `name: Deploy\n${head}${head && "\n"}${trigger}${jobs}`;
}

/** One job with these lines before its usual step. */
export function job(lines: string, steps = ""): string {
  const indent = (text: string, by: number) => text.replace(/^(?=.)/gm, " ".repeat(by));
  return `jobs:\n  deploy:\n${indent(lines, 4)}\n${STEPS.replace("    steps:\n", `    steps:\n${indent(steps, 6)}\n`)}`;
}

export type Row = Partial<AsWritten>;

export function row(text: string, about: Row): AsWritten {
  return {
    files: { "deploy.yml": text },
    given: { event_type: "deploy" },
    repository: {},
    parser: undefined,
    shows: [],
    found: undefined,
    says: "",
    change: undefined,
    ...about,
  };
}

export const FOUND: Record<string, AsWritten["found"]> = {
  "its `run-name`": "its name",
  "a job's name": "a job's name",
  "a step's name": "a step's name",
};

/** It shows the id in a name. */
export function shown(text: string, place: string, name: string, about: Row = {}): AsWritten {
  return row(text, { shows: [name], found: FOUND[place], says: `✓ deploy.yml shows the id in ${place}.`, ...about });
}

/** It does not show the id, and its names are these. */
export function silent(text: string, names: readonly string[], about: Row = {}): AsWritten {
  return row(text, {
    shows: names,
    says: "✗ deploy.yml does not show the id, so its run would not be found.",
    change: `run-name: Deploy [${E}]`,
    ...about,
  });
}

/** GitHub cannot read it: nothing starts. */
export function unread(text: string, what: string, about: Row = {}): AsWritten {
  return row(text, { repository: { unreadable: ["deploy.yml"] }, says: `✗ deploy.yml is not ${what}`, ...about });
}

export const RUN_NAME = "its `run-name`";
export const JOB = "a job's name";
export const STEP = "a step's name";
export const NEWER = "its keys are newer than the parser";
