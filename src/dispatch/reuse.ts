/** Looks for an equal run before the dispatch, so that one is enough (docs/design.md#reuse). */

import { mayBeOf } from "../find/candidates.ts";
import { recordRun } from "../find/find.ts";
import { hasBegun } from "../github/conclusions.ts";
import { listAllJobs, readPages } from "../github/lists.ts";
import { RequestError } from "../github/request-error.ts";
import { PAGE_LENGTH } from "../github/response-fields.ts";
import type { Run } from "../github/responses.ts";
import { settle } from "../github/retry.ts";
import type { ResolvedDispatch } from "../inputs/dispatch-request.ts";
import { generatedIdIn, parseGeneratedId } from "../inputs/distinct-id.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Context } from "../state/context.ts";
import type { OurRun } from "../state/sent-dispatch.ts";
import { spoken } from "../text/wording.ts";

// The newest equal run among the last `max_runs`.
/** @throws RequestError when GitHub does not show the runs: an equal one might be there, so nothing is started */
export async function findEqual(
  dispatch: ResolvedDispatch,
  deadlineMs: number,
  context: Context,
): Promise<OurRun | undefined> {
  const { github, inputs, log, record } = context;
  const { key } = parseGeneratedId(inputs.distinctId.value);
  const { equal, nameless } = await newestEqual(dispatch, deadlineMs, context);
  if (!equal) {
    log.info(
      `No run of ${github.fullName()} can be reused (\`reuse: ${inputs.reuse}\`, key ${key}): starting one.${describeNameless(nameless)}`,
    );
    return undefined;
  }
  const { run, shownId, isOurs } = equal;
  const { callersRunId, callersAttempt } = parseGeneratedId(shownId);
  const by = isOurs ? `attempt ${callersAttempt} of this run` : `run ${callersRunId} (attempt ${callersAttempt})`;
  log.notice(`Reusing run ${run.id} (${run.conclusion ?? run.status}), started by ${by}, key ${key}: ${run.htmlUrl}`);
  if (inputs.cancelRunOn.size > 0 && !isOurs) log.info("`cancel_run_on` applies to it as if this step had started it.");
  record({ taken: { started: run, disposition: "reused", distinctId: shownId } });
  await recordRun(run, deadlineMs, context);
  return { run, recentRuns: undefined };
}

async function newestEqual(
  dispatch: ResolvedDispatch,
  deadlineMs: number,
  context: Context,
): Promise<{ equal: Equal | undefined; nameless: readonly Run[] }> {
  const { github, retry, inputs } = context;
  const nameless: Run[] = [];
  const perPage = Math.min(PAGE_LENGTH, inputs.maxRuns);
  const readPage = (page: number) => retry((options) => github.listRuns({ perPage, page }, options), { deadlineMs });
  let read = 0;
  for await (const { items } of readPages(readPage, { perPage })) {
    for (const run of items.slice(0, inputs.maxRuns - read)) {
      const equal = equalRun(run, dispatch, inputs);
      if (equal && (await isTaken(equal, deadlineMs, context))) return { equal, nameless };
      if (isNameless(run) && run.status !== "completed" && mayBeOf(dispatch, run)) nameless.push(run);
    }
    read += items.length;
    if (read >= inputs.maxRuns) break;
  }
  return { equal: undefined, nameless };
}

function idInName({ displayTitle, name }: Run): string | undefined {
  return generatedIdIn(displayTitle) ?? generatedIdIn(name);
}

function isNameless(run: Run): boolean {
  return idInName(run) === undefined;
}

/** Whoever sees two runs where one would do has to know why. */
function describeNameless([newest, ...others]: readonly Run[]): string {
  if (!newest) return "";
  const more = others.length > 0 ? `, and so may ${others.length} more` : "";
  return ` Run ${newest.id} (${spoken(newest.status)}) may be equal, but its name shows no id${more}: ${newest.htmlUrl}`;
}

async function isTaken(equal: Equal, deadlineMs: number, context: Context): Promise<boolean> {
  const reusable = mayBeTaken(equal, context.inputs.reuse);
  if (reusable !== "depends") return reusable === "yes";
  // Between two jobs, or before an approval, a run that has begun looks queued or waiting again: its jobs decide.
  const listed = await settle(listAllJobs(equal.run.id, context, { deadlineMs, wasSeen: true }));
  if ("answer" in listed) return !hasBegun(equal.run, listed.answer);
  // Somebody has deleted the run since it was listed.
  if (listed.failure instanceof RequestError && listed.failure.status === 404) return false;
  throw listed.failure;
}

/** No other step can reuse a run whose name does not show the id. */
export function warnIfNameless({ run }: OurRun, { inputs, log }: Pick<Context, "inputs" | "log">): void {
  const { reuse, distinctId } = inputs;
  if (!isNameless(run)) return;
  log.warning(
    `The name of run ${run.id} does not show the id, so no other step can reuse it (\`reuse: ${reuse}\`): give its workflow a \`run-name\` with the input \`${distinctId.key}\`.`,
  );
}

interface Equal {
  run: Run;
  shownId: string;
  /** An earlier attempt of this very caller has started it. */
  isOurs: boolean;
}

/** Undefined where the name does not show our key. Nothing else makes two runs equal. */
function equalRun(run: Run, dispatch: ResolvedDispatch, { distinctId }: Pick<Inputs, "distinctId">): Equal | undefined {
  if (!mayBeOf(dispatch, run)) return undefined;
  const shownId = idInName(run);
  if (shownId === undefined) return undefined;
  const [theirs, ours] = [parseGeneratedId(shownId), parseGeneratedId(distinctId.value)];
  if (theirs.key !== ours.key) return undefined;
  const isOurs = theirs.callersRunId === ours.callersRunId && theirs.callersAttempt < ours.callersAttempt;
  return { run, shownId, isOurs };
}

/** `depends`: only if its jobs show that it has not begun. A run by an earlier attempt of the caller may have begun, or ended green. */
function mayBeTaken({ run, isOurs }: Equal, reuse: Inputs["reuse"]): "yes" | "no" | "depends" {
  const { status, conclusion } = run;
  if (status === "completed") return (isOurs || reuse === "success") && conclusion === "success" ? "yes" : "no";
  if (isOurs || reuse !== "queued") return "yes";
  return status === "in_progress" ? "no" : "depends";
}
