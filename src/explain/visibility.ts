/** After a 404: finds out whether the token cannot see the repository, the workflow or the ref, of which GitHub says the same. */

import { listWorkflowFiles } from "../asking/lists.ts";
import { lookAt } from "../asking/look-at.ts";
import { once } from "../asking/retry.ts";
import type { RequestOptions } from "../github/http.ts";
import { refNames } from "../inputs/order.ts";
import type { Story } from "../story/story.ts";
import type { Visible } from "./situation.ts";

/** Looks that only make an error clearer must not delay it for longer. */
const PROBE_MS = 10_000;

/** What the token can see of the target. */
export async function visibilityOf({ github, clock, retry, inputs }: Story): Promise<Visible> {
  const { order } = inputs;
  const deadlineMs = clock.nowMs() + PROBE_MS;
  const sees = async (ask: (options: RequestOptions) => Promise<unknown>): Promise<boolean | undefined> => {
    const { is } = await lookAt(retry(ask, once(deadlineMs)));
    return is === "seen" || (is === "missing" ? false : undefined);
  };

  const repository = await sees(github.getRepository);
  if (repository === false) return { repository };
  const visible: Visible = { repository };
  const workflow = order.event && order.workflow;
  if (workflow && workflow.kind !== "name") {
    visible.workflow = await sees((options) => github.getWorkflow(workflow.value, options));
    if (visible.workflow === false)
      visible.workflowFiles = await listWorkflowFiles({ github, retry }, once(deadlineMs));
  }
  if (order.event === "workflow_dispatch" && order.ref !== undefined) {
    for (const name of refNames(order.ref)) {
      visible.ref = await sees((options) => github.getRef(name, options));
      // It may be this one: then the ref is not to blame.
      if (visible.ref !== false) break;
    }
  }
  return visible;
}
