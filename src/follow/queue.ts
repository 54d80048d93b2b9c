/** Keeps the run's place in its concurrency group up to date, without asking for it too often. */

import type { Place } from "../story/known.ts";
import type { Story } from "../story/story.ts";
import { isPending } from "./place.ts";
import type { Sight } from "./sight.ts";

/** A group moves slowly, and a look at it takes several requests. */
const PAUSE_MS = 60_000;
/** How long such a look may take: what only explains a wait must not delay its end. */
const LOOK_MS = 10_000;

/** Returns what adds to a sight where the run waits. It serves all attempts, so that a server that cannot tell is asked once. */
export function readerOfPlaces(story: Story): (sight: Sight, deadlineMs: number) => Promise<Sight> {
  const { clock } = story;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let place: Place | null | undefined;
  return async (sight, deadlineMs) => {
    if (place === null) return sight.place === null ? sight : { ...sight, place };
    const nowMs = clock.nowMs();
    if (!isPending(sight) || nowMs - askedAtMs < PAUSE_MS) return sight;
    askedAtMs = nowMs;
    const { readPlace } = await import("./read-place.ts");
    place = await readPlace(sight, Math.min(nowMs + LOOK_MS, deadlineMs), story);
    return place === sight.place ? sight : { ...sight, place };
  };
}
