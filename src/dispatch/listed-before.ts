/**
 * The runs that are there before the dispatch. An id that was given may be on one of them by right, as a commit's sha is on
 * every run that another step has started for it: what was listed before is never ours (docs/design.md#given-ids).
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
 * The ids, as text, of those that the first page lists; none where it is not answered, and undefined where nobody needs them.
 * @throws Fault where listing is refused: the run could never be found
 */
export async function listBefore(
  manner: Manner,
  deadlineMs: number,
  { github, retry, inputs }: Pick<Story, "github" | "retry" | "inputs">,
): Promise<ReadonlySet<string> | undefined> {
  if (!needsListBefore(manner, inputs)) return undefined;
  const page = { perPage: SHORT_PAGE, page: 1 };
  // A limit holds up the dispatch as well; no other fault does.
  const retries = ({ kind }: Fault) => kind === "limited";
  const asked = retry((options) => github.listRuns(page, options), { deadlineMs, retries });
  const listed = await ifAnswered(asked, mayHeal);
  return new Set(listed?.items.map(({ id }) => String(id)));
}
