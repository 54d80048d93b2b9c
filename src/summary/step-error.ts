/** Turns what ended the step early into its error message. */

import { handleCancellation } from "../cancel/cancel.ts";
import { explainRequestError } from "../errors/explain.ts";
import type { Situation, Visible } from "../errors/situation.ts";
import { isAboutWorkflowFile } from "../errors/unprocessable.ts";
import { loadReceivers } from "../find/find.ts";
import type { RequestOptions } from "../github/http.ts";
import { listWorkflowFiles } from "../github/lists.ts";
import { type Permissions, PURPOSES } from "../github/purposes.ts";
import { RequestError } from "../github/request-error.ts";
import type { Id } from "../github/response-fields.ts";
import { OutOfTime, once, tryToGet } from "../github/retry.ts";
import type { DispatchRequest, RunSource } from "../inputs/dispatch-request.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { permissionsFor } from "../inputs/permissions.ts";
import { refNames } from "../inputs/refs.ts";
import { Cancelled } from "../runner/cancellation.ts";
import { StepError, TimedOut } from "../runner/step-error.ts";
import { type Context, withUsedRef } from "../state/context.ts";
import { isAboutToRerun, type Known, startedRun } from "../state/known.ts";
import { attemptsInWords } from "../wait/attempts.ts";
import type { NamedFile } from "../workflow-file/receivers.ts";

/** An error that neither GitHub nor the caller has caused is returned as it is. */
export async function toStepError(error: unknown, known: Known, context: Context): Promise<unknown> {
  const failure = await explainedFailure(error, known, context);
  const attempts = attemptsInWords(known);
  if (!(failure instanceof StepError) || attempts.length === 0) return failure;
  // Right after the first line: the reader has to know which attempt the rest is about.
  const [first = "", ...rest] = failure.message.split("\n");
  const message = [first, ...attempts, ...rest].join("\n");
  return failure instanceof TimedOut ? new TimedOut(message) : new StepError(message);
}

async function explainedFailure(error: unknown, known: Known, context: Context): Promise<unknown> {
  if (error instanceof Cancelled) return handleCancellation(error, known, context);
  try {
    return await explainThrown(error, known, context);
  } catch (interruption) {
    // The caller has cancelled the step during a request that was to make the error clearer.
    if (interruption instanceof Cancelled) return handleCancellation(interruption, known, context);
    throw interruption;
  }
}

async function explainThrown(error: unknown, known: Known, context: Context): Promise<unknown> {
  const started = startedRun(known);
  if (error instanceof OutOfTime && !error.requestError && started) {
    return new StepError(
      `GitHub did not respond before the end of \`find_timeout_seconds\` (${context.inputs.findTimeoutMs / 1000} s). The run continues: ${started.htmlUrl}`,
    );
  }
  if (error instanceof OutOfTime && !error.requestError) {
    return new StepError(
      `The time to find the run (\`find_timeout_seconds\`: ${context.inputs.findTimeoutMs / 1000} s) ran out before the first request for it.`,
    );
  }
  const requestError = error instanceof OutOfTime ? error.requestError : error;
  return requestError instanceof RequestError ? explained(requestError, known, context) : error;
}

async function explained(requestError: RequestError, known: Known, given: Context): Promise<StepError> {
  const context = withUsedRef(given, known);
  const { github, inputs, hasProxyFor } = context;
  const { dispatch, run, sent } = known;
  const { source, distinctId } = inputs;
  const unseenRunId = source.event === undefined && !run ? source.runId : undefined;
  const isMissing =
    requestError.status === 404 && (requestError.purpose.about === "target" || unseenRunId !== undefined);
  const visible = isMissing ? await visibilityOf(context) : undefined;
  const file = source.event && isAboutWorkflowFile(requestError) ? await readFile(source, context) : {};
  return new StepError(
    explainRequestError(requestError, {
      repository: github.fullName(),
      apiUrl: inputs.target.apiUrl,
      serverIn: inputs.serverIn,
      isOwnTarget: inputs.isOwnTarget,
      event: source.event,
      eventType: source.event === "repository_dispatch" ? source.eventType : undefined,
      workflow: source.event && source.workflow?.value,
      ref: dispatch?.event === "workflow_dispatch" ? dispatch.ref : undefined,
      unseenRunId,
      namedRunId: namedRunIn(known),
      key: distinctId.key,
      sentValues: valuesOf(source),
      tokenHasWorked: github.hasAnswered(),
      hasProxyFor,
      appPermissions: "app" in inputs.credentials ? permissionsFor(inputs) : undefined,
      broker:
        "broker" in inputs.credentials ? { ...inputs.credentials.broker, needs: permissionsFor(inputs) } : undefined,
      unsentNeeds: sent ? undefined : needsOfUnsent(requestError, inputs),
      visible,
      ...file,
      ...whatWasSent(known),
    }),
  );
}

function namedRunIn({ run, sent }: Known): Id | undefined {
  return run ? undefined : sent?.started?.id;
}

/** Undefined unless the runs could not be read for an event. */
function needsOfUnsent({ purpose }: RequestError, inputs: Inputs): Permissions | undefined {
  return inputs.source.event === "repository_dispatch" && purpose === PURPOSES.readRuns
    ? permissionsFor(inputs)
    : undefined;
}

function whatWasSent(known: Known): Pick<Situation, "started" | "isUnsent"> {
  const { sent, run } = known;
  if (!sent?.isAccepted && !run) return { isUnsent: sent === undefined };
  const hasEnded = run?.status === "completed" && !isAboutToRerun(known);
  return { started: { htmlUrl: startedRun(known)?.htmlUrl, hasEnded } };
}

/** Limit for requests that only make an error clearer. */
const EXPLAIN_MS = 10_000;

async function readFile(source: DispatchRequest, context: Context): Promise<NamedFile> {
  const { readNamedWorkflowFile } = await loadReceivers();
  return readNamedWorkflowFile(source, context, context.clock.nowMs() + EXPLAIN_MS);
}

/** Every text and number that was sent: a response of GitHub may repeat it, and no message may. */
function valuesOf(source: RunSource): string[] {
  const values: string[] = [];
  if (source.event === undefined) return values;
  JSON.stringify(source.event === "repository_dispatch" ? source.clientPayload : source.inputs, (_, value: unknown) => {
    if (typeof value === "string" || typeof value === "number") values.push(String(value));
    return value;
  });
  return values;
}

async function visibilityOf({ github, clock, retry, inputs }: Context): Promise<Visible> {
  const { source } = inputs;
  const deadlineMs = clock.nowMs() + EXPLAIN_MS;
  const sees = async (request: (options: RequestOptions) => Promise<unknown>): Promise<boolean | undefined> => {
    const { is } = await tryToGet(retry(request, once(deadlineMs)));
    return is === "seen" || (is === "missing" ? false : undefined);
  };

  const repository = await sees(github.getRepository);
  if (repository === false) return { repository };
  const visible: Visible = { repository };
  const workflow = source.event && source.workflow;
  if (workflow && workflow.kind !== "name") {
    visible.workflow = await sees((options) => github.getWorkflow(workflow.value, options));
    if (visible.workflow === false) visible.workflows = await listWorkflowFiles({ github, retry }, once(deadlineMs));
  }
  if (source.event === "workflow_dispatch" && source.ref !== undefined) {
    for (const name of refNames(source.ref)) {
      visible.ref = await sees((options) => github.getRef(name, options));
      // It may be this one: then the ref is not to blame.
      if (visible.ref !== false) break;
    }
  }
  return visible;
}
