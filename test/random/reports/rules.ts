/** What the callers' statuses have to be. */

import type { GitHub } from "../../simulator/index.ts";
import type { Story } from "./performance.ts";
import { CALLERS, CROSSING_MS } from "./schedules.ts";

interface Judged {
  problems: string[];
  /** How many contexts show an older run's end that came after all events of the newer run. */
  crossedLast: number;
}

export function problemsOf(stories: readonly Story[], callers: GitHub): Judged {
  const problems: string[] = [];
  let crossedLast = 0;
  for (const { id, played, isDeleted, stepFailure, unshown } of stories) {
    if (unshown !== undefined) problems.push(`run ${id}: ${unshown}`);
    if (stepFailure !== undefined) problems.push(`the step of run ${id}: ${stepFailure}`);
    for (const { report, isRefused } of played)
      if (report.failure !== undefined && !isRefused && !isDeleted) problems.push(`run ${id}: ${report.failure}`);
  }
  for (const [index, { repository }] of CALLERS.entries()) {
    const times = callers.statusTimes(repository);
    const latest = new Map<string, Status>();
    /** What a step has left last. */
    const owners = new Map<string, Status>();
    for (const [nth, each] of callers.statuses(repository).entries()) {
      const status = { ...each, atMs: times[nth] ?? Number.NaN };
      const { context, url } = status;
      const story = storyOf(status, stories);
      const isOwn = story?.step.caller === index && story.step.context === context && story.step.kind !== "forged";
      if (!isOwn) problems.push(`${repository}: ${context} is about ${url}, which was not started for it`);
      if (story) problems.push(...problemsOfWords(story, status));
      const [owner, before] = [owners.get(context), latest.get(context)];
      const isOfStep = isWordOfStep(status) || status.description === LEFT;
      const isCrossing = owner !== undefined && status.atMs - owner.atMs <= CROSSING_MS;
      if (isOfStep) owners.set(context, status);
      else if (before?.url !== url && owner?.url !== url && !isCrossing)
        problems.push(`${url} wrote over ${before?.url}`);
      latest.set(context, status);
    }
    for (const [context, owner] of owners) {
      const last = latest.get(context) ?? owner;
      const story = storyOf(owner, stories);
      if (story?.toldAtMs === undefined) continue;
      if (last.url !== owner.url) {
        // A crossing write that came after all that was to be told.
        if (last.atMs > story.toldAtMs) crossedLast++;
        else problems.push(`${owner.url} was not taken back from ${last.url}`);
        continue;
      }
      const { length } = story.step.attempts;
      const ofLast = story.step.kind === "waits" || last.description.endsWith(length > 1 ? ` (attempt ${length})` : "");
      if (last.state === "pending" || !ofLast) problems.push(`${last.url} stays ${last.state} (${last.description})`);
    }
  }
  return { problems, crossedLast };
}

type Status = ReturnType<GitHub["statuses"]>[number] & { atMs: number };

const LEFT = "The remote run continues";

function storyOf({ url }: Status, stories: readonly Story[]): Story | undefined {
  return stories.find(({ id }) => url.endsWith(`/runs/${id}`));
}

/** Of one that waits, or that has failed. */
function isWordOfStep({ state, description }: Pick<Status, "state" | "description">): boolean {
  return description.startsWith("The step wait") || state === "error";
}

function problemsOfWords(story: Story, { url, state, description }: Status): string[] {
  const isOfStep = isWordOfStep({ state, description });
  if (isOfStep && (story.step.kind === "waits" || story.isDeleted)) return [];
  const isWrong =
    isOfStep || story.step.kind === "waits" || (state !== "pending" && !isTrue(story, state, description));
  return isWrong ? [`${url}: ${state} (${description}) is not true`] : [];
}

function isTrue({ step }: Story, state: string, description: string): boolean {
  const [, conclusion, attempt = "1"] =
    /^The remote run ended as (\w+)(?: \(attempt (\d+)\))?$/.exec(description) ?? [];
  const real = step.attempts[Number(attempt) - 1]?.conclusion;
  return conclusion === real && state === (conclusion === "success" ? "success" : "failure");
}
