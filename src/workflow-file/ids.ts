/** What GitHub refuses of the ids of jobs and steps, and of `needs` (docs/platform.md#workflow-files). */

import { quoted } from "../text/foreign-text.ts";
import { inCode } from "../text/wording.ts";
import { type Fields, fields, list, scalar } from "./fields.ts";
import { stepsOf } from "./steps.ts";

export function mistakeInIds(root: Fields): string | undefined {
  const jobs = Object.entries(fields(root.jobs)).map(([id, job]) => [id, fields(job)] as const);
  for (const [id, job] of jobs) {
    const mistake = mistakeInId(id, "job") ?? mistakeInSteps(stepsOf(job));
    if (mistake !== undefined) return mistake;
  }
  return mistakeInNeeds(new Map(jobs.map(([id, { needs }]) => [id, list(needs).map(scalar)])));
}

const MAX_LENGTH = 99;

function mistakeInId(id: string, owner: "job" | "step"): string | undefined {
  if (!/^[A-Za-z_][\w-]*$/.test(id))
    return `\`${quoted(id)}\` is no id of a ${owner}: letters, digits, \`_\` and \`-\`, not starting with a digit or \`-\``;
  if (id.startsWith("__")) return `\`${quoted(id)}\` is no id of a ${owner}: \`__\` at the beginning is GitHub's own`;
  if (id.length > MAX_LENGTH)
    return `a ${owner}'s id has ${id.length} characters, and GitHub takes at most ${MAX_LENGTH}`;
  return undefined;
}

function mistakeInSteps(steps: readonly Fields[]): string | undefined {
  const ids = new Set<string>();
  for (const { id: given, run, uses } of steps) {
    if (run !== undefined && uses !== undefined) return "a step has both `run` and `uses`";
    const id = scalar(given);
    const mistake = id === "" ? undefined : mistakeInId(id, "step");
    if (mistake !== undefined) return mistake;
    if (ids.has(id)) return `two steps of one job have the id \`${quoted(id)}\``;
    if (id !== "") ids.add(id);
  }
  return undefined;
}

/** More would take too long, and nobody has them. */
const MAX_JOBS = 500;

function mistakeInNeeds(needs: ReadonlyMap<string, readonly string[]>): string | undefined {
  const known = new Set([...needs.keys()].map((id) => id.toLowerCase()));
  for (const [id, needed] of needs) {
    const missing = needed.find((each) => !known.has(each.toLowerCase()) && !each.includes("${{"));
    if (missing !== undefined) return `the job \`${quoted(id)}\` needs \`${quoted(missing)}\`, which does not exist`;
  }
  const circle = needs.size > MAX_JOBS ? [] : circleIn(needs);
  if (circle.length === 0) return undefined;
  const ids = inCode(circle.map(quoted));
  return circle.length === 1 ? `the job ${ids} needs itself` : `the jobs ${ids} need each other in a circle`;
}

/** Those that are never ready, without those that only wait for them. */
function circleIn(needs: ReadonlyMap<string, readonly string[]>): string[] {
  let open = [...needs].map(([id, needed]) => ({
    id,
    name: id.toLowerCase(),
    needed: needed.map((each) => each.toLowerCase()),
  }));
  for (let before = -1; before !== open.length; ) {
    before = open.length;
    const names = new Set(open.map(({ name }) => name));
    open = open.filter(({ needed }) => needed.some((each) => names.has(each)));
    const needed = new Set(open.flatMap((job) => job.needed));
    open = open.filter(({ name }) => needed.has(name));
  }
  return open.map(({ id }) => id);
}
