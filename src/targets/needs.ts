/** Which entries of `targets` may start, by their `needs`. Pure. */

import { inCode } from "../text/wording.ts";
import { allowsDependents, type EntryState } from "./results.ts";

export interface Needing {
  name: string;
  /** Names of entries that have to be green before. */
  needs: readonly string[];
}

export function problemsOfNeeds(entries: readonly Needing[], waitFor: string): string[] {
  const needing = entries.filter(({ needs }) => needs.length > 0);
  if (needing.length === 0) return [];
  if (waitFor !== "completed")
    return ["`needs` waits for the end of other entries: it goes with `wait_for: completed` only."];
  const names = entries.map(({ name }) => name);
  const unknown = needing.flatMap(({ name, needs }) =>
    needs
      .filter((each) => !names.includes(each))
      .map((each) => `\`targets\`, ${name}: \`needs\` has \`${each}\`, and no entry is called so.`),
  );
  const circle = unknown.length > 0 ? [] : circleIn(entries);
  return circle.length === 0 ? unknown : [`\`needs\` of \`targets\` go in a circle: ${inCode(circle, " → ")}.`];
}

/** Entries that need each other, the first of them again at the end; empty where there are none. */
function circleIn(entries: readonly Needing[]): string[] {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const isDone = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (isDone.has(name)) return [];
    for (const needed of byName.get(name)?.needs ?? []) {
      const circle = walk(needed, [...path, name]);
      if (circle.length > 0) return circle;
    }
    isDone.add(name);
    return [];
  };
  for (const { name } of entries) {
    const circle = walk(name, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

/** How far an entry is. */
interface Standing {
  entry: Needing;
  state: Pick<EntryState, "result" | "continuesOnError" | "isAllowed">;
  startedAtMs?: number;
}

/**
 * What comes next, in the list's order: entries that may start now, and those that never will, with the names of what they need
 * that has ended otherwise than green.
 */
export function nextOf<Each extends Standing>(
  all: readonly Each[],
  maxParallel: number,
): { start: Each[]; skip: { each: Each; blockedBy: string[] }[] } {
  const byName = new Map(all.map((each) => [each.entry.name, each.state]));
  const isOpen = ({ state, startedAtMs }: Each) => startedAtMs === undefined && state.result === undefined;
  const isGreen = (name: string) => allowsDependents(byName.get(name) ?? NOTHING);
  const hasEnded = (name: string) => byName.get(name)?.result !== undefined;
  const open = all.filter(isOpen).map((each) => ({
    each,
    blockedBy: each.entry.needs.filter((name) => hasEnded(name) && !isGreen(name)),
  }));
  const ready = open.filter(({ each }) => each.entry.needs.every(isGreen)).map(({ each }) => each);
  const underWay = all.filter(({ state, startedAtMs }) => startedAtMs !== undefined && state.result === undefined);
  return {
    start: ready.slice(0, Math.max(maxParallel - underWay.length, 0)),
    skip: open.filter(({ blockedBy }) => blockedBy.length > 0),
  };
}

const NOTHING = { result: undefined, continuesOnError: false };
