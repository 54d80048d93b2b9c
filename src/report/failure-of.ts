/** Turns whatever ended the story early into words for the reader. */

import { OutOfTime } from "../asking/retry.ts";
import { giveUp } from "../cancel/cancel.ts";
import { Cancelled } from "../edges/cancellation.ts";
import { Failure } from "../edges/failure.ts";
import { explain } from "../explain/explain.ts";
import type { Situation } from "../explain/situation.ts";
import { isAboutFile } from "../explain/unprocessable.ts";
import { visibilityOf } from "../explain/visibility.ts";
import { Fault } from "../github/fault.ts";
import type { Dispatch, Order } from "../inputs/order.ts";
import { permissionsFor } from "../inputs/permissions.ts";
import { attemptsInWords } from "../rerun/attempts-in-words.ts";
import { isRunAgain, type Known, startedRun } from "../story/known.ts";
import type { Story } from "../story/story.ts";

/** The failure that the reader sees. An error that the outside world has not caused comes back as it is. */
export async function failureOf(error: unknown, known: Known, story: Story): Promise<unknown> {
  const failure = await explainedFailure(error, known, story);
  const attempts = attemptsInWords(known);
  if (!(failure instanceof Failure) || attempts.length === 0) return failure;
  // Right after the first line: the reader has to know which attempt the rest is about.
  const [first = "", ...rest] = failure.message.split("\n");
  return new Failure([first, ...attempts, ...rest].join("\n"));
}

async function explainedFailure(error: unknown, known: Known, story: Story): Promise<unknown> {
  if (error instanceof Cancelled) return giveUp(error, known, story);
  try {
    return await inWords(error, known, story);
  } catch (interruption) {
    // The caller has cancelled the step during a look that was to make the error clearer.
    if (interruption instanceof Cancelled) return giveUp(interruption, known, story);
    throw interruption;
  }
}

async function inWords(error: unknown, known: Known, story: Story): Promise<unknown> {
  if (error instanceof OutOfTime && !error.fault) {
    return new Failure(
      `The time to find the run (\`find_timeout_seconds\`: ${story.inputs.findTimeoutMs / 1000} s) ran out before GitHub was asked for it.`,
    );
  }
  const fault = error instanceof OutOfTime ? error.fault : error;
  return fault instanceof Fault ? explained(fault, known, story) : error;
}

async function explained(fault: Fault, known: Known, story: Story): Promise<Failure> {
  const { github, inputs, hasProxy } = story;
  const { plan, run, sent } = known;
  const { order, distinctId } = inputs;
  const unseenRunId = order.event === undefined && !run ? order.runId : undefined;
  const isMissing = fault.status === 404 && (fault.purpose.about === "target" || unseenRunId !== undefined);
  const visible = isMissing ? await visibilityOf(story) : undefined;
  const file = order.event && isAboutFile(fault) ? await readFile(order, story) : {};
  return new Failure(
    explain(fault, {
      repository: github.fullName(),
      apiUrl: inputs.target.apiUrl,
      serverIn: inputs.serverIn,
      isOwnTarget: inputs.isOwnTarget,
      event: order.event,
      eventType: order.event === "repository_dispatch" ? order.eventType : undefined,
      workflow: order.event && order.workflow?.value,
      ref: plan?.event === "workflow_dispatch" ? plan.ref : undefined,
      unseenRunId,
      namedRunId: run ? undefined : sent?.started?.id,
      key: distinctId.key,
      sentValues: valuesOf(order),
      tokenHasWorked: github.hasAnswered(),
      hasProxy,
      appPermissions: "app" in inputs.credentials ? permissionsFor(inputs) : undefined,
      visible,
      ...file,
      started:
        sent?.isAccepted || run
          ? { htmlUrl: startedRun(known)?.htmlUrl, hasEnded: run?.status === "completed" && !isRunAgain(known) }
          : undefined,
    }),
  );
}

/** How long a look may take that only makes the error clearer. */
const LOOK_MS = 10_000;

async function readFile(order: Dispatch, story: Story): Promise<Pick<Situation, "declared" | "name" | "mistake">> {
  const { readNamed } = await import("../dry-run/doctor.ts");
  return readNamed(order, story, story.clock.nowMs() + LOOK_MS);
}

/** Every text and number that was sent: GitHub may repeat it in an answer, and no message may. */
function valuesOf(order: Order): string[] {
  const values: string[] = [];
  if (order.event === undefined) return values;
  JSON.stringify(order.event === "repository_dispatch" ? order.clientPayload : order.inputs, (_, value: unknown) => {
    if (typeof value === "string" || typeof value === "number") values.push(String(value));
    return value;
  });
  return values;
}
