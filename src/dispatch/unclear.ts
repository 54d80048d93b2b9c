/**
 * After an answer that leaves open whether GitHub has acted on the dispatch, a run that shows our id is looked for. The
 * dispatch is sent again only after a full window without one: a client that re-sends on a 5xx has started some fifty runs
 * for one (docs/design.md#unclear-answers).
 */

import { Failure } from "../edges/failure.ts";
import { sayFound } from "../find/find.ts";
import { type NotFound, search, type Window } from "../find/search.ts";
import { Fault } from "../github/fault.ts";
import type { OurRun, Sent } from "../story/sent.ts";
import type { Story } from "../story/story.ts";

/** How long, and how often, runs are looked at before it is believed that none was started. */
const FULL_WINDOW: Window = { ms: 60_000, lists: 3 };
const RESENDS = 2;

/**
 * Returns the run that was started after all, or undefined when none was and the dispatch may be sent again. `resends` is
 * how often it was sent again before.
 * @throws Failure when it stays unclear
 */
export async function clearUp(fault: Fault, sent: Sent, resends: number, story: Story): Promise<OurRun | undefined> {
  const { log } = story;
  const unclear = (why: string) => mayHaveStarted({ sent, fault }, why, story);
  if (sent.distinctId === undefined) throw unclear("it carries no id by which it could be looked for");
  log.info(`It is unclear whether GitHub has started a run (${fault.inAWord}); looking for one with our id.`);
  const bounds = { deadlineMs: sent.findDeadlineMs, window: FULL_WINDOW };
  const result = await search(sent, bounds, story).catch((error: unknown): never => {
    if (!(error instanceof Fault)) throw error;
    throw unclear(`looking for it was refused (${error.inAWord})`);
  });
  if (result.run) {
    // With `wait_for: nothing`, `find` does not come to make it known.
    story.learn({ run: result.run });
    return sayFound(result, sent, story);
  }
  if (!result.windowIsFull) throw unclear(whyWindowIsNotFull(result));
  if (resends >= RESENDS) throw unclear(`that was the answer ${RESENDS + 1} times`);
  log.info(`No run with our id for ${FULL_WINDOW.ms / 1000} s: GitHub has not acted on it. Sending it again.`);
  return undefined;
}

function whyWindowIsNotFull({ runs }: NotFound): string {
  const nameless = runs.find(({ verdict }) => verdict === "undecided" || verdict === "without id");
  return nameless
    ? `a run that does not show our id was started since and may be it (${nameless.run.htmlUrl})`
    : "`find_timeout_seconds` left no time to make sure that none was";
}

/** A sending on which GitHub may have acted, and the answer that leaves that open. */
export interface Unclear {
  sent: Sent;
  fault: Fault;
}

/** The failure of a step whose dispatch may have started a run that cannot be found. `why` follows "and". */
export function mayHaveStarted({ sent, fault }: Unclear, why: string, { github }: Pick<Story, "github">): Failure {
  const id = sent.distinctId === undefined ? "" : ` It would show \`${sent.distinctId}\`.`;
  const requestId = fault.requestId ? `\nGitHub's request id: ${fault.requestId}` : "";
  return new Failure(
    `GitHub's answer to the dispatch leaves open whether a run was started (${fault.inAWord}), and ${why}.\n` +
      `Look at the runs of ${github.fullName()} before you start this step again: a run may have been started.${id}${requestId}`,
  );
}
