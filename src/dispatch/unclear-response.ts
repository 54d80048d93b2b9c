// After a response that leaves open whether GitHub has acted, a run with our id is searched for. The dispatch is sent again
// only after a full window without one: a client that re-sends on a 5xx has started some fifty runs for one
// (docs/design.md#unclear-answers).

import { logFound, pauseAfterList, recordRun } from "../find/find.ts";
import type { SearchWindow } from "../find/pauses.ts";
import { type NotFound, search } from "../find/search.ts";
import { pauseWhileUnclear } from "../github/polling.ts";
import { RequestError } from "../github/request-error.ts";
import { actionsPageUrl } from "../inputs/given-run.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import type { OurRun, SentDispatch } from "../state/sent-dispatch.ts";

/** The search before it is believed that no run was started. */
const FULL_WINDOW: SearchWindow = { ms: 60_000, lists: 3 };
const MAX_RESENDS = 2;

// Undefined when no run was started, and the dispatch may be sent again. `resends`: how often that was done before.
/** @throws StepError when it stays unclear */
export async function settleUnclear(
  requestError: RequestError,
  sent: SentDispatch,
  resends: number,
  context: Context,
): Promise<OurRun | undefined> {
  const { clock, log } = context;
  const unclear = (why: string) => mayHaveStarted({ sent, requestError }, why, context);
  if (sent.distinctId === undefined) throw unclear("no id was sent to find it by");
  log.info(`It is unclear whether GitHub started a run (${requestError.inAWord}); searching for the sent id.`);
  const sinceMs = clock.nowMs();
  if (resends === 0) await pauseAfterList(sent, pauseWhileUnclear, context);
  const bounds = { deadlineMs: sent.findDeadlineMs, window: FULL_WINDOW, sinceMs };
  const result = await search(sent, bounds, context).catch((error: unknown): never => {
    if (!(error instanceof RequestError)) throw error;
    throw unclear(`the search was refused (${error.inAWord})`);
  });
  if (result.run) {
    const found = logFound(result, sent, context);
    await recordRun(found.run, sent.findDeadlineMs, context);
    return found;
  }
  if (!result.windowIsFull) throw unclear(whyWindowIsNotFull(result));
  if (resends >= MAX_RESENDS) throw unclear(`GitHub returned this ${MAX_RESENDS + 1} times`);
  log.info(`No run with the id for ${FULL_WINDOW.ms / 1000} s: GitHub did not act on the dispatch. Sending it again.`);
  return undefined;
}

function whyWindowIsNotFull({ runs }: NotFound): string {
  const nameless = runs.find(({ verdict }) => verdict === "undecided" || verdict === "without id");
  return nameless
    ? `a run without the id started since and may be the one (${nameless.run.htmlUrl})`
    : "`find_timeout_seconds` left no time to rule that out";
}

/** A dispatch on which GitHub may have acted, and the response that leaves that open. */
export interface Unclear {
  sent: SentDispatch;
  requestError: RequestError;
}

/** `why` follows "and". */
export function mayHaveStarted(
  { sent, requestError }: Unclear,
  why: string,
  { github, inputs }: Pick<Context, "github" | "inputs">,
): StepError {
  const id = sent.distinctId === undefined ? "" : ` It would show \`${sent.distinctId}\`.`;
  const requestId = requestError.requestId ? `\nGitHub's request id: ${requestError.requestId}` : "";
  return new StepError(
    `GitHub's response leaves unclear whether a run started (${requestError.inAWord}), and ${why}.\n` +
      `Check the runs of ${github.fullName()} before you run this step again: a run may have started.${id} ${actionsPageUrl(inputs.target)}${requestId}`,
  );
}
