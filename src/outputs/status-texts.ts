/** What a commit status says, where something depends on it: by these words a report tells who ends it. Pure. */

/** How a status speaks of what the step follows. */
export interface Followed {
  continues: string;
  isCutOff: string;
}

/** The target ends it (`wait_for: found`). */
export const LEFT: Followed = {
  continues: "The remote run continues",
  isCutOff: "The step ended before the remote run",
};

/** The step ends it itself, by rules that the target does not know: `jobs`, known failures, its own time-outs. */
export const AWAITED: Followed = {
  continues: "The step waits for the remote run",
  isCutOff: "The waiting step ended before the remote run",
};

export function awaitedEnd(how: string): string {
  return `The step waited: the remote run ended as ${how}`;
}

/** Of a status that was left: by its step or by the target, whoever sees the end. */
export function leftEnd(how: string, attempt: number): string {
  return `The remote run ended ${how}${ofAttempt(attempt)}`;
}

export function ofAttempt(attempt: number): string {
  return attempt > 1 ? ` (attempt ${attempt})` : "";
}

type Shown = { state: string; description: string };

/** Only a step sets `error`, and it says so of one that was left with these words alone. */
export function isAwaited({ state, description }: Shown): boolean {
  return state === "error" ? description !== LEFT.isCutOff : /^The step wait(s|ed)\b/.test(description);
}

/** As a step sets it once its run is found. */
export function isFirst({ state, description }: Shown): boolean {
  return state === "pending" && [LEFT, AWAITED].some(({ continues }) => continues === description);
}
