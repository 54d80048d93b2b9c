/** Whether a receiver's run will show the id: builds its names as GitHub does, and checks them as the search does. */

import { showsDistinctId, wordContainingId } from "../inputs/distinct-id.ts";
import { contextsIn, contextsOf, type SentId } from "./contexts.ts";
import { fillTemplate } from "./expression.ts";
import type { RunNameState } from "./lines-to-add.ts";
import type { Receiver } from "./receiver.ts";
import { namesIn } from "./template.ts";
import { GAP } from "./values.ts";

/**
 * `shown`: certainly; `late`: in a step's name, only just before the step runs; `unclear`: not known before the run;
 * `glued`: no, as part of a longer word; `below`: no, on a later line, and GitHub shows only the first; `absent`: no.
 */
export interface IdVisibility {
  is: "shown" | "late" | "unclear" | "glued" | "below" | "absent";
  /** e.g. `a job's name` */
  place: string;
  /** The word of which the id is part, with … for unknown parts. */
  word?: string | undefined;
}

const BEST_FIRST: IdVisibility["is"][] = ["shown", "late", "unclear", "glued", "below"];
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
