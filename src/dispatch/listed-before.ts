/**
 * The runs that are there before the dispatch. One of them may carry a given id by right, as every run that another step has
 * started for a commit carries its sha: what was listed before is never ours (docs/design.md#given-ids).
 */

import { ifAnswered } from "../asking/retry.ts";
import { SHORT_PAGE } from "../find/recent-runs.ts";
import { type Fault, mayHeal } from "../github/fault.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Story } from "../story/story.ts";
import type { Manner } from "./manner.ts";

/** Says whether the run will have to be found by an id that others may have. */
function needsListBefore({ sendsId, asksForRunDetails }: Manner, { distinctId, waitFor }: Inputs): boolean {
  return distinctId.isGiven && sendsId && !asksForRunDetails && waitFor !== "nothing";
}

/**
 * The ids, as text, of the runs on the first page; none where it does not come, and undefined where they are not needed.
 * @throws Fault where listing is refused: the run could never be found
 */
export async function listBefore(
  manner: Manner,
  deadlineMs: number,
  { github, retry, inputs }: Pick<Story, "github" | "retry" | "inputs">,
): Promise<ReadonlySet<string> | undefined> {
  if (!needsListBefore(manner, inputs)) return undefined;
  const page = { perPage: SHORT_PAGE, page: 1 };
  // Only a limit is waited out, since it holds up the dispatch as well.
  const retries = ({ kind }: Fault) => kind === "limited";
  const asked = retry((options) => github.listRuns(page, options), { deadlineMs, retries });
  const listed = await ifAnswered(asked, mayHeal);
  return new Set(listed?.items.map(({ id }) => String(id)));
}
