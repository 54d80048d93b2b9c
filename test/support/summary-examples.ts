/** Facts for summaries, and what a test reads of them. */

import type { Job, Run } from "../../src/github/responses.ts";
import { type SummaryFacts, summaryOf } from "../../src/summary/summary.ts";
import { aRun } from "./runs.ts";

/** When the example runs start. */
export const START_MS = Date.parse("2026-11-20T12:00:00Z");

const TARGET = "https://github.com/octo/target";

export function exampleRun(about: Partial<Run> = {}): Run {
  return aRun({
    displayTitle: "Deploy 2.4.0 [1658821493-1-9f3c2a7e41d06b58]",
    status: "completed",
    conclusion: "success",
    createdAtMs: START_MS,
    startedAtMs: START_MS,
    updatedAtMs: START_MS + 312_000,
    ...about,
  });
}

/** A job that ran from one second of the run to another; `about` says the rest. */
export function exampleJob(name: string, fromS: number, toS: number, about: Partial<Job> = {}): Job {
  const { id = 11 } = about;
  return {
    id,
    name,
    status: "completed",
    conclusion: "success",
    startedAtMs: START_MS + fromS * 1000,
    completedAtMs: START_MS + toS * 1000,
    htmlUrl: `${TARGET}/actions/runs/1/job/${id}`,
    steps: [exampleStep("Set up job")],
    ...about,
  };
}

export function exampleStep(name: string, conclusion = "success"): Job["steps"][number] {
  return { name, status: "completed", conclusion, startedAtMs: undefined, completedAtMs: undefined };
}

/** A release of which one job went wrong. */
export const release: SummaryFacts = {
  repository: "octo/target",
  run: exampleRun({ conclusion: "failure" }),
  jobs: [
    exampleJob("build", 6, 101, { id: 11 }),
    exampleJob("test / unit", 107, 169, { id: 12 }),
    exampleJob("test / browser (chromium, en)", 108, 244, { id: 13 }),
    exampleJob("deploy (eu-west)", 251, 309, {
      id: 14,
      conclusion: "failure",
      steps: [exampleStep("Set up job"), exampleStep("Wait for healthy pods", "failure")],
    }),
    exampleJob("announce", 310, 310, { id: 15, conclusion: "skipped", steps: [] }),
  ],
  isGreen: false,
  problem: "The run ended as failure: https://github.com/octo/target/actions/runs/1",
};

/** The spaces that keep a cell on one line look like any other. */
export function visible(markdown: string): string {
  return markdown.replaceAll("\u00A0", " ");
}

/** The summary of a run that ended well, unless `about` says otherwise. */
export function summary({ run, ...about }: Partial<SummaryFacts> = {}): string {
  const facts = { repository: "octo/target", run: exampleRun(run), jobs: [], isGreen: true, ...about };
  return visible(summaryOf(facts));
}

/** The lines that begin with `start`. */
export function lines(markdown: string, start: string): string[] {
  return markdown.split("\n").filter((line) => line.startsWith(start));
}
