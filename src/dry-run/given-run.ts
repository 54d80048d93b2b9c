/** Whether the run in `run_id` can be read, and whether it has left the artifact in `outputs_from`. */

import { lookAt } from "../asking/look-at.ts";
import { once } from "../asking/retry.ts";
import type { Run } from "../github/answers.ts";
import type { GivenRun } from "../inputs/given-run.ts";
import { type Finding, quoted, right, unknown, unseen, wrong } from "../receiver/finding.ts";
import type { Story } from "../story/story.ts";

export async function findGivenRun({ runId }: GivenRun, story: Story, deadlineMs: number): Promise<Finding[]> {
  const { github, retry } = story;
  const look = await lookAt(retry((options) => github.getRun(runId, options), once(deadlineMs)));
  if (look.is === "missing") return [wrong(`There is no run ${runId}: check \`run_id\` and \`repo\`.`)];
  if (look.is === "refused")
    return [unknown(`The token may not see whether there is a run ${runId} (\`actions: read\`).`)];
  if (look.is === "unread") return [unknown(`The run ${runId} ${look.why}.`)];
  const { name, status, conclusion, htmlUrl } = look.answer;
  const state = (conclusion ?? status) || "without a status";
  const there = right(`There is a run ${runId}, ${quoted(name)} (${state}): ${htmlUrl}`);
  return [there, ...(await findArtifact(look.answer, story, deadlineMs))];
}

/** Whether the run has left the artifact, which shows once it has ended. */
async function findArtifact(run: Run, { github, retry, inputs }: Story, deadlineMs: number): Promise<Finding[]> {
  const { outputsFrom } = inputs;
  if (outputsFrom === undefined) return [];
  const artifact = `the artifact \`${outputsFrom}\``;
  if (run.status !== "completed") return [unknown(`Whether the run leaves ${artifact} shows only at its end.`)];
  const look = await lookAt(retry((options) => github.listArtifacts(run.id, outputsFrom, options), once(deadlineMs)));
  if (look.is === "refused") return [unseen("The token may not see the artifacts of the run (`actions: read`).")];
  if (look.is === "unread") return [unseen(`The list of the run's artifacts ${look.why}.`)];
  const artifacts = look.is === "seen" ? look.answer.items.filter(({ name }) => name === outputsFrom) : [];
  if (artifacts.length === 0) return [wrong(`The run has left no artifact \`${outputsFrom}\`.`)];
  if (artifacts.every(({ isExpired }) => isExpired)) return [wrong(`The run has left ${artifact}, which has expired.`)];
  return [right(`The run has left ${artifact}.`)];
}
