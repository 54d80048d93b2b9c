/** GitHub's servers may lag behind one another (docs/platform.md#stale-answers), so what is older than what was seen is no news. */

import { type Id, InvalidResponse } from "./response-fields.ts";
import type { Run } from "./responses.ts";

export class StaleResponse extends InvalidResponse {
  constructor() {
    super("workflow-run");
    this.message = "it is older than the one before";
  }
}

/** So many stale answers in a row are asked again at once. */
const ASKED_AGAIN = 3;
/** After so many, the time of the last change has gone back for good. An attempt never does. */
const BELIEVED_AFTER = 30;

interface NewestRuns {
  /** The run, or what was seen of it if that is newer. @throws StaleResponse if another server may know more */
  read(run: Run): Run;
  /** As `read`, for a run in a list. */
  listed(run: Run): Run;
}

export function newestRuns(): NewestRuns {
  const seen = new Map<Id, { run: Run; staleAnswers: number }>();
  const newest = (run: Run) => {
    const known = seen.get(run.id);
    if (known && isOlder(run, known.run, known.staleAnswers)) return known;
    const fresh = { run, staleAnswers: 0 };
    seen.set(run.id, fresh);
    return fresh;
  };
  return {
    read(run) {
      const known = newest(run);
      if (known.run !== run && ++known.staleAnswers <= ASKED_AGAIN) throw new StaleResponse();
      return known.run;
    },
    listed: (run) => newest(run).run,
  };
}

function isOlder(run: Run, known: Run, staleAnswers: number): boolean {
  if (run.runAttempt !== known.runAttempt) return run.runAttempt < known.runAttempt;
  const { updatedAtMs = Number.POSITIVE_INFINITY } = run;
  return updatedAtMs < (known.updatedAtMs ?? Number.NEGATIVE_INFINITY) && staleAnswers < BELIEVED_AFTER;
}
