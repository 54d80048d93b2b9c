/** Whether a receiver's run will show the id: builds its names as GitHub does, and looks at them as the search does. */

import { gluedIn, shows } from "../inputs/distinct-id.ts";
import { contextsIn, contextsOf, type SentId } from "./contexts.ts";
import { contextNamesIn, fillTemplate } from "./expression.ts";
import type { Receiver } from "./receiver.ts";
import { GAP } from "./values.ts";

/**
 * How the names of a run show the id:
 * - `shown`: for certain
 * - `late`: in a step's name, but only when the step is about to run
 * - `unclear`: perhaps; nobody can know before the run
 * - `glued`: not, since it is part of a longer word
 * - `below`: not, since it is below the first line, and GitHub shows only that
 * - `absent`: not, since no name has it
 */
export interface IdVisibility {
  is: "shown" | "late" | "unclear" | "glued" | "below" | "absent";
  /** e.g. `a job's name` */
  place: string;
  /** The word of which the id is part, with … for what is not known. */
  word?: string | undefined;
}

const BEST_FIRST: IdVisibility["is"][] = ["shown", "late", "unclear", "glued", "below"];
/** Contexts of a running job: a step's name that uses them is shown as its source until then (docs/platform.md#runner-names). */
const LATE = ["env", "steps", "job", "runner", "secrets"];

/** The best sign that the names of a receiver's run give. */
export function signOf(receiver: Receiver, sent: SentId): IdVisibility {
  const signs = [...signsOf(receiver, sent)];
  for (const is of BEST_FIRST) {
    const sign = signs.find((each) => each.is === is);
    if (sign) return sign;
  }
  return { is: "absent", place: "" };
}

/** Says whether the run's own name certainly shows the id: whoever reuses a run reads nothing else. */
export function isNamedBy(receiver: Receiver, sent: SentId): boolean {
  return signInName(receiver, sent).is === "shown";
}

function signInName(receiver: Receiver, sent: SentId): IdVisibility {
  return signIn(fillTemplate(receiver.runName, contextsOf(receiver, sent)), "its `run-name`", sent.id);
}

function* signsOf(receiver: Receiver, sent: SentId): Generator<IdVisibility> {
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
  const contexts = contextNamesIn(name);
  return LATE.some((each) => contexts.has(each));
}

function signIn(texts: readonly string[], place: string, id: string): IdVisibility {
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

/** Says whether the text would show the id if all gaps were `gap`. */
function isShown(text: string, id: string, gap = " "): boolean {
  return shows(text.replaceAll(GAP, gap), id);
}

function firstLine(text: string): string {
  return text.trimStart().split(/[\r\n]/, 1)[0] ?? "";
}
