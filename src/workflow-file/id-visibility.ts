/** Whether a receiver's run will show the id: builds its names as GitHub does, and checks them as the search does. */

import { showsDistinctId, wordContainingId } from "../inputs/distinct-id.ts";
import { contextsIn, contextsOf, type SentId, withHanded, withMatrix } from "./contexts.ts";
import { fillTemplate, type LookUp } from "./expression.ts";
import type { RunNameState } from "./lines-to-add.ts";
import { type Combination, combinationsOf, MAX_COMBINATIONS, suffixesOf } from "./matrix.ts";
import type { Receiver, ReceiverJob } from "./receiver.ts";
import { skippedJobs, uncertainJobs } from "./skipped-jobs.ts";
import { namesIn } from "./template.ts";
import { GAP, joined } from "./values.ts";

/**
 * `shown`: certainly; `late`: in a step's name, only just before the step runs; `conditional`: if the job runs, which is not
 * known before the run; `unclear`: not known before the run;
 * `glued`: no, as part of a longer word; `below`: no, on a later line, and GitHub shows only the first; `cut`: no, it is behind
 * what GitHub shows of a long name; `absent`: no.
 */
export interface IdVisibility {
  is: "shown" | "late" | "conditional" | "unclear" | "glued" | "below" | "cut" | "absent";
  /** e.g. `a job's name` */
  place: string;
  /** The word of which the id is part, with … for unknown parts. */
  word?: string | undefined;
}

const BEST_FIRST: IdVisibility["is"][] = ["shown", "late", "conditional", "unclear", "glued", "below", "cut"];
const OF_STEP = "a step's name";
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
  const place: Place = { callers: [""], isUncertain: false, left: { jobs: MAX_JOBS, steps: MAX_STEPS }, id: sent.id };
  yield* signsInJobs(receiver, contextsOf(receiver, sent), place);
}

/** Where jobs are: in the run's own workflow, or in one that a job calls. */
interface Place {
  /** What precedes the jobs' names: empty, or the calling job's name and ` / `. */
  callers: readonly string[];
  /** Nobody knows whether the calling job runs. */
  isUncertain: boolean;
  left: { jobs: number; steps: number };
  id: string;
}

/** Of one workflow. */
interface Jobs {
  receiver: Receiver;
  inRun: LookUp;
  skipped: ReadonlySet<ReceiverJob>;
  uncertain: ReadonlySet<ReceiverJob>;
}

function* signsInJobs(receiver: Receiver, inRun: LookUp, place: Place): Generator<IdVisibility> {
  const skipped = skippedJobs(receiver.jobs, inRun);
  const jobs: Jobs = { receiver, inRun, skipped, uncertain: uncertainJobs(receiver.jobs, inRun) };
  for (const job of receiver.jobs) {
    // GitHub names a skipped job before it makes its matrix.
    const matrix = skipped.has(job) ? undefined : job.matrix;
    for (const combination of combinationsOf(matrix, inRun, Math.max(1, Math.min(place.left.jobs, MAX_COMBINATIONS)))) {
      place.left.jobs--;
      const isCalling = job.called && !skipped.has(job) && place.left.jobs > 0;
      yield* isCalling ? signsInCalled(job, jobs, combination, place) : signsOfJob(job, jobs, combination, place);
    }
  }
}

function* signsInCalled(
  job: ReceiverJob,
  { inRun, uncertain }: Jobs,
  combination: Combination,
  place: Place,
): Generator<IdVisibility> {
  if (!job.called) return;
  const names = joined(place.callers, namesOf(job, false, combination, inRun).map(cut));
  const inputs = withHanded(job.called, job, withMatrix(combination, inRun), inRun);
  const isUncertain = place.isUncertain || uncertain.has(job);
  yield* signsInJobs(job.called, inputs, { ...place, callers: joined(names, [" / "]), isUncertain });
}

function* signsOfJob(
  job: ReceiverJob,
  { receiver, inRun, skipped, uncertain }: Jobs,
  combination: Combination,
  place: Place,
): Generator<IdVisibility> {
  const isSkipped = skipped.has(job);
  const isUncertain = place.isUncertain || uncertain.has(job);
  const sign = signInJob(namesOf(job, isSkipped, combination, inRun), place);
  // Without a matrix, a skipped job has the same name.
  const isNamed = !place.isUncertain && (!isUncertain || job.matrix === undefined);
  yield isNamed ? sign : ifItRuns(sign);
  if (isSkipped || place.left.steps <= 0) return;
  place.left.steps -= job.steps.length;
  for (const each of signsInSteps(job, receiver, withMatrix(combination, inRun), place.id))
    yield isUncertain ? ifItRuns(each) : each;
}

/** More would take too long. */
const MAX_JOBS = 5000;
const MAX_STEPS = 10_000;

function ifItRuns(sign: IdVisibility): IdVisibility {
  return sign.is === "shown" || sign.is === "late" ? { ...sign, is: "conditional" } : sign;
}

function* signsInSteps(job: ReceiverJob, receiver: Receiver, contexts: LookUp, id: string): Generator<IdVisibility> {
  for (const step of job.steps) {
    const sign = signIn(fillTemplate(step.name, contextsIn(step, job, receiver, contexts)), OF_STEP, id);
    yield sign.is === "shown" && isLate(step.name) ? { ...sign, is: "late" } : sign;
  }
}

const MAX_JOB_NAME_LENGTH = 100;

/** Not yet cut. Values of the matrix follow a name without an expression (docs/platform.md#runner-names). */
function namesOf(job: ReceiverJob, isSkipped: boolean, combination: Combination, inRun: LookUp): string[] {
  const isLiteral = !job.name.includes("${{");
  const isSource = isSkipped && job.matrix !== undefined;
  const names = isSource ? [job.name] : fillTemplate(job.name, withMatrix(combination, inRun));
  return joined(names, isLiteral ? suffixesOf(combination, inRun) : [""]);
}

function signInJob(names: readonly string[], { callers, id }: Place): IdVisibility {
  const place = "a job's name";
  const sign = signIn(joined(callers, names.map(cut)), place, id);
  const isCut = sign.is !== "shown" && sign.is !== "unclear" && signIn(names, place, id).is === "shown";
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
  if (!texts.some((text) => isShown(text, id))) return { is: "absent", place };
  // Of a run's or a job's name, nobody has said that GitHub shows the first line only.
  return { is: place === OF_STEP ? "below" : "unclear", place };
}

/** With `gap` in place of every gap. */
function isShown(text: string, id: string, gap = " "): boolean {
  return showsDistinctId(text.replaceAll(GAP, gap), id);
}

function firstLine(text: string): string {
  return text.trimStart().split(/[\r\n]/, 1)[0] ?? "";
}
