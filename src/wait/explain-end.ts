import { describeLastError } from "../errors/explain.ts";
import { endedBadly, failedStep, haveEnded, isGreen, neverStarted } from "../github/conclusions.ts";
import { MOST_WAITING } from "../github/concurrency-groups.ts";
import type { RequestError } from "../github/request-error.ts";
import type { Job, Run } from "../github/responses.ts";
import type { InputName } from "../inputs/names.ts";
import { oneLine } from "../text/foreign-text.ts";
import { enumerated, firstLines, spoken } from "../text/wording.ts";
import { aheadLine, awaitedBy } from "./awaited.ts";
import { type Evidence, isOfGitHub } from "./evidence.ts";
import { titleOf } from "./failed-log.ts";
import type { RunSnapshot } from "./run-snapshot.ts";
import type { Succession } from "./successor.ts";
import { ALL_SKIPPED, isUnexplained, type Verdict, wasCancelledEarly, wereAllSkipped } from "./verdict.ts";

const MAX_ANNOTATION_LENGTH = 300;
/** Of jobs. A reader opens the run's page for more. */
const MAX_NAMES = 30;

export function explainRed(run: Run, jobs: readonly Job[], evidence: Evidence): string {
  const { conclusion, htmlUrl } = run;
  const open = evidence.jobsUnread === undefined ? jobs.filter(({ status }) => status !== "completed") : [];
  return [
    `The run ended ${conclusionInWords(run)}: ${htmlUrl}`,
    ...(conclusion === "success" ? ["`success_conclusions` does not list success."] : reasonOf(run, jobs, evidence)),
    ...linesOf(jobs.filter(endedBadly)),
    ...firstLines(open.map(lineOfOpen), MAX_NAMES, "jobs"),
    ...evidenceLines(evidence),
  ].join("\n");
}

/** Follows "ended". */
function conclusionInWords({ conclusion }: Run): string {
  return conclusion === null ? "without a conclusion" : `as ${conclusion}`;
}

function linesOf(jobs: readonly Job[]): string[] {
  return firstLines(jobs.map(lineOf), MAX_NAMES, "jobs");
}

function lineOf(job: Job): string {
  const step = failedStep(job);
  const where = step ? ` in step "${step.name}"` : neverStarted(job) ? ", never started" : "";
  return `- ${job.name}: ${job.conclusion || "no conclusion"}${where}, ${job.htmlUrl}`;
}

function lineOfOpen({ name, status, htmlUrl }: Job): string {
  return `- ${name}: still ${spoken(status) || "without a status"}, although the run has ended, ${htmlUrl}`;
}

function evidenceLines({ annotations, log, isWithheld }: Evidence): string[] {
  return [
    ...(isWithheld
      ? [
          "Its annotations and logs are omitted: everyone can read this log, but not the target's. Set `failed_log_lines` to show them anyway.",
        ]
      : []),
    ...(annotations.length > 0 ? ["Annotations of its jobs:"] : []),
    ...annotations.map(({ path, line, message }) => `- ${path}:${line}: ${message.slice(0, MAX_ANNOTATION_LENGTH)}`),
    ...(log ? [titleOf(log), ...log.lines] : []),
  ];
}

/** Where the jobs do not show it: a line, or none. */
function reasonOf(
  run: Run,
  jobs: readonly Job[],
  { annotations, succession, jobsUnread }: Pick<Evidence, "annotations" | "succession" | "jobsUnread">,
): string[] {
  const { conclusion, path } = run;
  if (jobsUnread !== undefined) return [`Its jobs could not be read ${jobsUnread}: see GitHub's page of the run.`];
  if (wasCancelledEarly(run, jobs)) {
    const early = "It was cancelled before any job had started";
    // GitHub's own reason is among the annotations below.
    return [annotations.some(isOfGitHub) ? `${early}.` : `${early}: ${describeSuccession(succession)}`];
  }
  if (succession?.is === "full") return [`It has no jobs: ${describeSuccession(succession)}`];
  if ((conclusion === "startup_failure" || conclusion === "failure") && jobs.length === 0) {
    return [
      `It has no jobs. Possibly the workflow file ${path} is invalid on that ref, or its owner's rules forbid the run: a policy for workflows or their lock files, or billing. Or its concurrency group does: a full queue (${MOST_WAITING} wait at most with \`queue: max\`), or a run and a job of it in one group, which is a deadlock. GitHub's page of the run says which.`,
    ];
  }
  if (wereAllSkipped(run, jobs)) return [ALL_SKIPPED];
  return isUnexplained(run, jobs) ? [describeUnexplained(run)] : [];
}

/** docs/platform.md#statuses-and-conclusions */
function describeUnexplained({ conclusion }: Run): string {
  const which = "The run's page says which.";
  return conclusion === "failure"
    ? `All jobs that GitHub shows of it ended well: a job could not be made, probably, such as one whose matrix came out empty. ${which}`
    : "All jobs that GitHub shows of it ended well, so none of them is the reason.";
}

function describeSuccession(succession: Succession | undefined): string {
  if (!succession) return "a newer run of its concurrency group probably replaced it.";
  if (succession.is === "full")
    return `its concurrency group is full, and GitHub cancels what comes when ${MOST_WAITING} wait (\`queue: max\`).`;
  if (succession.is === "kept")
    return succession.hadRoom
      ? "probably by somebody, since its concurrency group keeps all waiting runs (`queue: max`) and no newer run replaces them."
      : `by somebody, or because ${MOST_WAITING} were waiting in its concurrency group (\`queue: max\`), where no newer run takes another's place.`;
  const { by } = succession;
  return by
    ? `${by.name} replaced it in the concurrency group: ${by.htmlUrl}`
    : "a newer run replaced it in the concurrency group.";
}

/** By `jobs`, whatever the run as a whole does. */
export function explainRedJobs(
  { run, jobs }: Pick<RunSnapshot, "run" | "jobs">,
  { jobs: deciding = [], unmet }: Verdict,
  successConclusions: ReadonlySet<string>,
  evidence: Evidence,
): string {
  const red = deciding.filter(({ conclusion }) => !isGreen(conclusion, successConclusions));
  const how = run.status === "completed" ? `ended ${conclusionInWords(run)}` : `is ${spoken(run.status)}`;
  const why =
    unmet.length > 0
      ? [
          `The run has ended, but no job is called ${listed(unmet.map((name) => `\`${oneLine(name)}\``))} (\`jobs\`): ${run.htmlUrl}`,
          ...reasonOf(run, jobs, evidence),
          `Its jobs, as GitHub shows them: ${listed(jobs.map(({ name }) => name)) || "none"}.`,
        ]
      : [
          `Of the deciding jobs (\`jobs\`), ${red.length} of ${deciding.length} ended red; the run ${how}: ${run.htmlUrl}`,
        ];
  return [...why, ...linesOf(red), ...evidenceLines(evidence)].join("\n");
}

export function explainUnreadJobs({ run, jobsUnread }: RunSnapshot): string {
  return `The run ended ${conclusionInWords(run)}, and the jobs that decide (\`jobs\`) could not be read ${jobsUnread}: ${run.htmlUrl}`;
}

/** `jobs` are those that ended red; `cancelled` is the result of cancelling the run. */
export function explainFailFast(
  { run, jobs }: Pick<RunSnapshot, "run" | "jobs">,
  cancelled: string | undefined,
  evidence: Evidence,
): string {
  const names = listed(jobs.map(({ name, conclusion }) => `${name} (${conclusion || "no conclusion"})`));
  return [
    `The run is ${spoken(run.status)}, but a job already ended red, which ends the step (\`fail_fast\`): ${names}`,
    cancelled ?? `The run continues: ${run.htmlUrl}`,
    ...linesOf(jobs),
    ...evidenceLines(evidence),
  ].join("\n");
}

function listed(names: readonly string[]): string {
  return enumerated(names, MAX_NAMES);
}

interface About {
  /** The result of cancelling the run. */
  cancelled?: string | undefined;
  /** By the server's clock, in epoch ms. */
  nowMs?: number | undefined;
}

export function explainNotBegun(
  snapshot: RunSnapshot,
  startTimeoutMs: number,
  trouble: RequestError | undefined,
  { cancelled, nowMs }: About = {},
): string {
  const awaited = awaitedBy(snapshot, nowMs);
  const what = awaited?.what ?? "a runner: none has taken a job yet";
  return [
    `The run did not start within ${startTimeoutMs / 1000} s (\`start_timeout_seconds\`): it waits for ${what}.`,
    cancelled ?? `It is still waiting: ${snapshot.run.htmlUrl}`,
    ...aheadLine(awaited),
    ...describeLastError(trouble),
    whatNext(snapshot.run, "start_timeout_seconds", cancelled),
  ].join("\n");
}

/** `open`: what is still open of the deciding jobs. */
export function explainTimeout(
  snapshot: RunSnapshot,
  timeoutMs: number,
  trouble: RequestError | undefined,
  { cancelled, nowMs, open = [] }: About & { open?: readonly string[] } = {},
): string {
  const { run, jobs } = snapshot;
  const awaited = awaitedBy(snapshot, nowMs);
  const isLate = run.status !== "completed" && jobs.length > 0 && haveEnded(jobs);
  return [
    `The run did not complete within ${timeoutMs / 1000} s (\`timeout_seconds\`); when last seen it was ${run.status || "without a status"}.`,
    cancelled ?? `It continues: ${run.htmlUrl}`,
    ...(awaited ? [`It waits for ${awaited.what}.`] : []),
    ...aheadLine(awaited),
    ...(isLate ? ["All its visible jobs have ended: either more will follow, or GitHub has not ended the run."] : []),
    ...(open.length > 0 ? [`Of the deciding jobs (\`jobs\`), these are open: ${listed(open)}.`] : []),
    ...describeLastError(trouble),
    whatNext(run, "timeout_seconds", cancelled),
  ].join("\n");
}

function whatNext({ id }: Run, input: InputName, cancelled: string | undefined): string {
  const more = `he next time, allow more \`${input}\`.`;
  return cancelled
    ? `T${more}`
    : `To follow it further without starting another, give \`run_id: ${id}\` instead of the dispatch; t${more}`;
}
