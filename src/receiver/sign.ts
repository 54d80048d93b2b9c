/** Whether a run of a receiver will show the id: its names are built as GitHub builds them, and asked as the search asks. */

import { gluedIn, shows } from "../inputs/distinct-id.ts";
import { contextsIn, contextsOf, type SentId } from "./contexts.ts";
import { contextNamesIn, fillTemplate } from "./expression.ts";
import type { Receiver } from "./receiver.ts";
import { GAP } from "./values.ts";

/**
 * What the names of a run do about the id:
 * - `shown`: they show it
 * - `late`: a step's name shows it, just before the step runs
 * - `unclear`: what it will be depends on what nobody can know
 * - `glued`: it is part of a longer word
 * - `below`: it is not on the first line, of which GitHub shows no more
 * - `absent`: it is nowhere
 */
export interface Sign {
  is: "shown" | "late" | "unclear" | "glued" | "below" | "absent";
  /** e.g. `a job's name` */
  place: string;
  /** The word of which it is part, with … for what is not known. */
  word?: string | undefined;
}

const BEST_FIRST: Sign["is"][] = ["shown", "late", "unclear", "glued", "below"];
/** Known only when a job runs: a step's name that speaks of them is its source until then (docs/platform.md#runner-names). */
const LATE = ["env", "steps", "job", "runner", "secrets"];

/** The best sign that the names of a receiver's runs give. */
export function signOf(receiver: Receiver, sent: SentId): Sign {
  const signs = [...signsOf(receiver, sent)];
  for (const is of BEST_FIRST) {
    const sign = signs.find((each) => each.is === is);
    if (sign) return sign;
  }
  return { is: "absent", place: "" };
}

/** Says whether the run's own name shows the id for certain, as whoever is to reuse the run needs it. */
export function isNamedBy(receiver: Receiver, sent: SentId): boolean {
  return signInName(receiver, sent).is === "shown";
}

function signInName(receiver: Receiver, sent: SentId): Sign {
  return signIn(fillTemplate(receiver.runName, contextsOf(receiver, sent)), "its `run-name`", sent.id);
}

function* signsOf(receiver: Receiver, sent: SentId): Generator<Sign> {
  const { id } = sent;
  yield signInName(receiver, sent);
  for (const job of receiver.jobs) {
    const contexts = contextsOf(receiver, sent, job.matrix);
    yield signIn(fillTemplate(job.name, contexts), "a job's name", id);
    for (const step of job.steps) {
      const sign = signIn(fillTemplate(step.name, contextsIn(step, job, receiver, contexts)), "a step's name", id);
      yield sign.is === "shown" && isLate(step.name) ? { ...sign, is: "late" } : sign;
    }
  }
}

function isLate(name: string): boolean {
  const spokenOf = contextNamesIn(name);
  return LATE.some((each) => spokenOf.has(each));
}

function signIn(texts: readonly string[], place: string, id: string): Sign {
  const firstLines = texts.map(firstLine);
  const shown = firstLines.filter((text) => isShown(text, id));
  if (shown.length > 0) {
    const isSure = shown.length === texts.length && shown.every((text) => isShown(text, id, "0"));
    return { is: isSure ? "shown" : "unclear", place };
  }
  const words = firstLines.map((text) => gluedIn(text.replaceAll(GAP, "…"), id));
  const word = words.find((each) => each !== undefined);
  if (word !== undefined) return { is: "glued", place, word };
  return { is: texts.some((text) => isShown(text, id)) ? "below" : "absent", place };
}

/** Whether it would be shown if all gaps were this. */
function isShown(text: string, id: string, gap = " "): boolean {
  return shows(text.replaceAll(GAP, gap), id);
}

function firstLine(text: string): string {
  return text.trimStart().split(/[\r\n]/, 1)[0] ?? "";
}
