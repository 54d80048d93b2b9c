/** Properties 1 to 3: which ref is used. Judged by what the server answered, and by which refs there were then. */

import { delayMs, outcomeOf } from "../model/outcome.ts";
import type { Performance, Sighting } from "./performance.ts";
import { isCalm, TAG } from "./schedules.ts";

export function problemsOfRefs(performance: Performance): string[] {
  const { schedule, sightings, step } = performance;
  const { refs } = schedule;
  const problems: string[] = [];
  const sent = sightings.filter(({ kind }) => kind === "dispatch");
  for (const [index, each] of sent.entries()) {
    const ref = refOf(each);
    const at = refs.indexOf(ref as (typeof refs)[number]);
    if (at === -1) problems.push(`(1) the ref ${ref} is none of those given`);
    const before = sightings.slice(0, sightings.indexOf(each));
    for (const skipped of refs.slice(0, at)) {
      if (!isDenied(skipped, before, performance))
        problems.push(`(2) sent to ${ref}, and nobody had said that there is no ${skipped}`);
    }
    if (looksFirst(performance) && !before.some((one) => shows(ref, one)))
      problems.push(`(1) sent to ${ref}, which no look had shown`);
    const previous = sent[index - 1];
    if (!previous || refOf(previous) === ref) continue;
    const outcome = outcomeOf(previous, performance);
    if (outcome !== "rejected") problems.push(`(2) from ${refOf(previous)} to ${ref} after ${outcome}`);
  }
  const last = sent.at(-1);
  const { ref: told } = step?.outputs ?? {};
  if (step?.outputs.disposition === "created" && last && told !== refOf(last))
    problems.push(`(3) the output says ${told}, sent was ${refOf(last)}`);
  if (step?.failure?.includes("has none of the branches")) {
    const unclear = refs.filter((ref) => !isDenied(ref, sightings, performance));
    if (unclear.length > 0) problems.push(`(2) "none exists", and nobody had said so of ${unclear.join(", ")}`);
  }
  return [...problems, ...problemsOfCalm(performance)];
}

function problemsOfCalm(performance: Performance): string[] {
  const { schedule, step, refsFrom } = performance;
  const { refs } = schedule;
  if (!isCalm(schedule) || !step) return [];
  const first =
    refs.length === 1 && !looksFirst(performance) && schedule.event === "repository_dispatch"
      ? refs[0]
      : refs.find((ref) => refsFrom[0]?.names.has(ref));
  const { ref = "" } = step.outputs;
  if (first === undefined) return ref === "" ? [] : [`(1) used ${ref}, and none exists`];
  return ref === first ? [] : [`(1) used ${ref}, and the first that exists is ${first}: ${step.failure}`];
}

function looksFirst({ schedule: { event, refs, reuse } }: Performance): boolean {
  return refs.length > 1 && (event === "repository_dispatch" || reuse !== "never");
}

function refOf({ entry }: Sighting): string {
  const { ref, client_payload } = (entry.body ?? {}) as { ref?: string; client_payload?: { ref?: string } };
  return String(ref ?? client_payload?.ref);
}

/** GitHub has said that there is no such ref, and there was none then. */
function isDenied(ref: string, before: readonly Sighting[], performance: Performance): boolean {
  if (!looksFirst(performance)) {
    return before.some(
      (each) =>
        each.kind === "dispatch" &&
        refOf(each) === ref &&
        each.entry.status === 422 &&
        isUntouched(each) &&
        !existedAt(ref, each, performance),
    );
  }
  return ["heads", "tags"].every((kind) =>
    before.some(
      (each) =>
        each.entry.path.endsWith(`/git/ref/${kind}/${ref}`) &&
        each.entry.status === 404 &&
        // A 404 in place of the answer is an answer as well: nobody can tell the two apart.
        (each.fault?.kind === "status" || (isUntouched(each) && !existedAt(ref, each, performance, kind))),
    ),
  );
}

function shows(ref: string, { entry, fault }: Sighting): boolean {
  return (
    /\/git\/ref\/(heads|tags)\//.test(entry.path) &&
    entry.path.endsWith(`/${ref}`) &&
    entry.status === 200 &&
    (fault === undefined || fault.kind === "delay")
  );
}

function isUntouched({ fault }: Sighting): boolean {
  return fault === undefined || fault.kind === "delay";
}

function existedAt(ref: string, { entry, fault }: Sighting, { refsFrom }: Performance, kind?: string): boolean {
  if (kind !== undefined && (ref === TAG) !== (kind === "tags")) return false;
  const atMs = entry.atMs + (fault?.kind === "delay" && fault.when === "before" ? delayMs(fault) : 0);
  // At the very moment of a change, either may be so.
  const states = refsFrom.filter((each, index) => {
    const nextMs = refsFrom[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    return each.atMs <= atMs && nextMs >= atMs;
  });
  return states.every(({ names }) => names.has(ref));
}
