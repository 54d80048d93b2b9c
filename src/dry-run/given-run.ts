/** Whether the run that the step is given can be read, and whether it has left what is to be taken up. */

import { lookAt } from "../asking/look-at.ts";
import { OutOfTime, once } from "../asking/retry.ts";
import type { Run } from "../github/answers.ts";
import { Fault } from "../github/fault.ts";
import type { Id } from "../github/reading.ts";
import type { GivenRun } from "../inputs/given-run.ts";
import { type Finding, quoted, right, unknown, unseen, wrong } from "../receiver/finding.ts";
import type { Story } from "../story/story.ts";

export async function findGivenRun({ runId }: GivenRun, story: Story, deadlineMs: number): Promise<Finding[]> {
  const { github, retry } = story;
  try {
    const run = await retry((each) => github.getRun(runId, each), once(deadlineMs));
    const { name, status, conclusion, htmlUrl } = run;
    const state = (conclusion ?? status) || "without a status";
    const there = right(`There is a run ${runId}, ${quoted(name)} (${state}): ${htmlUrl}`);
    return [there, ...(await findArtifact(run, story, deadlineMs))];
  } catch (error) {
    return [notSeen(runId, error)];
  }
}

function notSeen(runId: Id, error: unknown): Finding {
  const fault = error instanceof OutOfTime ? error.fault : error;
  if (!(fault instanceof Fault || fault === undefined)) throw error;
  if (fault?.status === 404) return wrong(`There is no run ${runId}: check \`run_id\` and \`repo\`.`);
  if (fault?.status === 403)
    return unknown(`The token may not see whether there is a run ${runId} (\`actions: read\`).`);
  return unknown(`The run ${runId} could not be read${fault ? ` (${fault.inAWord})` : " in time"}.`);
}

/** Of a run that has ended, whether it has left what `outputs_from` names. */
async function findArtifact(run: Run, { github, retry, inputs }: Story, deadlineMs: number): Promise<Finding[]> {
  const { outputsFrom } = inputs;
  if (outputsFrom === undefined) return [];
  const artifact = `the artifact \`${outputsFrom}\``;
  if (run.status !== "completed") return [unknown(`Whether the run leaves ${artifact} shows only at its end.`)];
  const look = await lookAt(retry((each) => github.listArtifacts(run.id, outputsFrom, each), once(deadlineMs)));
  if (look.is === "refused") return [unseen("The token may not see the artifacts of the run (`actions: read`).")];
  if (look.is === "unread") return [unseen(`The list of the run's artifacts ${look.why}.`)];
  const left = look.is === "seen" ? look.answer.items.filter(({ name }) => name === outputsFrom) : [];
  if (left.some(({ isExpired }) => !isExpired)) return [right(`The run has left ${artifact}.`)];
  return [
    wrong(
      left.length > 0
        ? `The run has left ${artifact}, which has expired.`
        : `The run has left no artifact \`${outputsFrom}\`.`,
    ),
  ];
}
