/** Whether the run that the step is given can be read. */

import { OutOfTime, once } from "../asking/retry.ts";
import { Fault } from "../github/fault.ts";
import type { GivenRun } from "../inputs/given-run.ts";
import { type Finding, quoted, right, unknown, wrong } from "../receiver/finding.ts";
import type { Story } from "../story/story.ts";

export async function findGivenRun(
  { runId }: GivenRun,
  { github, retry }: Story,
  deadlineMs: number,
): Promise<Finding> {
  try {
    const { name, status, conclusion, htmlUrl } = await retry((each) => github.getRun(runId, each), once(deadlineMs));
    const state = (conclusion ?? status) || "without a status";
    return right(`There is a run ${runId}, ${quoted(name)} (${state}): ${htmlUrl}`);
  } catch (error) {
    const fault = error instanceof OutOfTime ? error.fault : error;
    if (!(fault instanceof Fault || fault === undefined)) throw error;
    if (fault?.status === 404) return wrong(`There is no run ${runId}: check \`run_id\` and \`repo\`.`);
    if (fault?.status === 403)
      return unknown(`The token may not see whether there is a run ${runId} (\`actions: read\`).`);
    return unknown(`The run ${runId} could not be read${fault ? ` (${fault.inAWord})` : " in time"}.`);
  }
}
