/** Whether a receiver's run will show the id: builds its names as GitHub does, and checks them as the search does. */

import { showsDistinctId, wordContainingId } from "../inputs/distinct-id.ts";
import { contextsIn, contextsOf, type SentId, withMatrix } from "./contexts.ts";
import { fillTemplate, type LookUp } from "./expression.ts";
import type { RunNameState } from "./lines-to-add.ts";
import { type Combination, combinationsOf, MAX_COMBINATIONS, suffixesOf } from "./matrix.ts";
import type { Receiver, ReceiverJob } from "./receiver.ts";
import { skippedJobs } from "./skipped-jobs.ts";
import { namesIn } from "./template.ts";
import { GAP, joined } from "./values.ts";

/**
 * `shown`: certainly; `late`: in a step's name, only just before the step runs; `unclear`: not known before the run;
 * `glued`: no, as part of a longer word; `below`: no, on a later line, and GitHub shows only the first; `cut`: no, it is behind
 * what GitHub shows of a long name; `absent`: no.
 */
export interface IdVisibility {
  is: "shown" | "late" | "unclear" | "glued" | "below" | "cut" | "absent";
  /** e.g. `a job's name` */
  place: string;
  /** The word of which the id is part, with … for unknown parts. */
  word?: string | undefined;
}

const BEST_FIRST: IdVisibility["is"][] = ["shown", "late", "unclear", "glued", "below", "cut"];
/** Until the step runs, its name is shown unevaluated if it uses one of these (docs/platform.md#runner-names). */
const LATE = ["env", "steps", "job", "runner", "secrets"];

export function idVisibilityOf(receiver: Receiver, sent: SentId): IdVisibility {
  const signs = [...signsOf(receiver, sent)];
  for (const is of BEST_FIRST) {
    const sign = signs.find((each) => each.is === is);
    if (sign) return sign;
  }
  return { is: "absent", place: "" };
}

/** To reuse a run, nothing but its name is read. */
export function visibilityInRunName(receiver: Receiver, sent: SentId): IdVisibility["is"] {
  return signInName(receiver, sent).is;
}

export function runNameStateOf(
  receiver: Receiver,
  { key, ...sent }: Omit<SentId, "key"> & { key: string | undefined },
): RunNameState {
  if (receiver.runName === "") return undefined;
  const isShown = key !== undefined && visibilityInRunName(receiver, { ...sent, key }) === "shown";
  return isShown ? "with id" : "without id";
}

function signInName(receiver: Receiver, sent: SentId): IdVisibility {
  return signIn(fillTemplate(receiver.runName, contextsOf(receiver, sent)), "its `run-name`", sent.id);
}

function* signsOf(receiver: Receiver, sent: SentId): Generator<IdVisibility> {
  yield signInName(receiver, sent);
  const inRun = contextsOf(receiver, sent);
  let jobsLeft = MAX_JOBS;
  let stepsLeft = MAX_STEPS;
  const skipped = skippedJobs(receiver.jobs, inRun);
  for (const job of receiver.jobs) {
    const isSkipped = skipped.has(job);
    // GitHub names a skipped job before it makes its matrix.
    const matrix = isSkipped ? undefined : job.matrix;
    for (const combination of combinationsOf(matrix, inRun, Math.max(1, Math.min(jobsLeft, MAX_COMBINATIONS)))) {
      yield signInJob(job, isSkipped, combination, inRun, sent.id);
      if (stepsLeft > 0 && !isSkipped) yield* signsInSteps(job, receiver, withMatrix(combination, inRun), sent.id);
      jobsLeft--;
      stepsLeft -= job.steps.length;
    }
  }
}

/** More would take too long. */
const MAX_JOBS = 5000;
const MAX_STEPS = 10_000;

function* signsInSteps(job: ReceiverJob, receiver: Receiver, contexts: LookUp, id: string): Generator<IdVisibility> {
  for (const step of job.steps) {
    const sign = signIn(fillTemplate(step.name, contextsIn(step, job, receiver, contexts)), "a step's name", id);
    yield sign.is === "shown" && isLate(step.name) ? { ...sign, is: "late" } : sign;
  }
}

const MAX_JOB_NAME_LENGTH = 100;

/** Values of the matrix follow a name without an expression (docs/platform.md#runner-names). */
function signInJob(
  job: ReceiverJob,
  isSkipped: boolean,
  combination: Combination,
  inRun: LookUp,
  id: string,
): IdVisibility {
  const isLiteral = !job.name.includes("${{");
  const isSource = isSkipped && job.matrix !== undefined;
  const names = isSource ? [job.name] : fillTemplate(job.name, withMatrix(combination, inRun));
  const texts = joined(names, isLiteral ? suffixesOf(combination, inRun) : [""]);
  const place = "a job's name";
  const sign = signIn(texts.map(cut), place, id);
  const isCut = sign.is !== "shown" && sign.is !== "unclear" && signIn(texts, place, id).is === "shown";
  return isCut ? { is: "cut", place } : sign;
}

function cut(name: string): string {
  return name.length > MAX_JOB_NAME_LENGTH ? `${name.slice(0, MAX_JOB_NAME_LENGTH - 3)}...` : name;
}

function isLate(name: string): boolean {
  const { contexts } = namesIn(name);
  return LATE.some((each) => contexts.has(each));
}

function signIn(texts: readonly string[], place: string, id: string): IdVisibility {
  const firstLines = texts.map(firstLine);
  const shown = firstLines.filter((text) => isShown(text, id));
  if (shown.length > 0) {
    const isSure = shown.length === texts.length && shown.every((text) => isShown(text, id, "0"));
    return { is: isSure ? "shown" : "unclear", place };
  }
  const words = firstLines.map((text) => wordContainingId(text.replaceAll(GAP, "…"), id));
  const word = words.find((each) => each !== undefined);
  if (word !== undefined) return { is: "glued", place, word };
  return { is: texts.some((text) => isShown(text, id)) ? "below" : "absent", place };
}

/** With `gap` in place of every gap. */
function isShown(text: string, id: string, gap = " "): boolean {
  return showsDistinctId(text.replaceAll(GAP, gap), id);
}

function firstLine(text: string): string {
  return text.trimStart().split(/[\r\n]/, 1)[0] ?? "";
}
