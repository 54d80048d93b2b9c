/**
 * Sends the dispatch, once. It is sent again only when GitHub certainly did not act on it, or when a full window of
 * looking has shown no run with our id: a client that re-sends on a 5xx has started some fifty runs for one.
 */

import { OutOfTime } from "../asking/retry.ts";
import { LATE_ANSWER_MS, withLateSignal } from "../cancel/cancel.ts";
import { Failure } from "../edges/failure.ts";
import { unexpectedInputs } from "../explain/unprocessable.ts";
import { sayFound } from "../find/find.ts";
import { type Found, type NotFound, search, type Window } from "../find/search.ts";
import type { Dispatched } from "../github/answers.ts";
import { acted, Fault, mayHeal } from "../github/fault.ts";
import type { RequestOptions } from "../github/http.ts";
import type { Story } from "../story/story.ts";
import type { Plan } from "./plan.ts";

/** What is believed to show that no run was started: DESIGN.md section 3, point 4. */
const FULL_WINDOW: Window = { ms: 60_000, lists: 3 };
const RESENDS = 2;

/**
 * Sends the dispatch and returns when GitHub has acted on it. Makes known what its answer tells of the run.
 * @throws Fault that is GitHub's refusal, Failure when it stays unclear whether a run was started or when its run could
 * never be found, OutOfTime when the deadline came before GitHub could be reached
 */
export async function dispatch(plan: Plan, story: Story): Promise<void> {
  const { github, clock, log, persist, inputs, known, learn } = story;
  const { distinctId, waitFor } = inputs;
  let asksForRunDetails = plan.event === "workflow_dispatch";
  let sendsId = distinctId.key !== undefined;
  /** An answer that left open whether GitHub had acted. */
  let unclear: Fault | undefined;

  log.info(
    `Sending a ${announce(plan)} to ${github.fullName()}${sendsId ? `, with the id ${distinctId.value}` : ""}.`,
  );
  const deadlineMs = clock.nowMs() + inputs.findTimeoutMs;
  story.findDeadlineMs = deadlineMs;

  for (let resends = 0; ; ) {
    try {
      const answer = await persist(send, {
        deadlineMs,
        asksAgain: (fault) => mayHeal(fault) && acted(fault) === "no",
      });
      learn({ isAccepted: true, distinctId: sendsId ? distinctId.value : "" });
      if (answer.runId !== undefined) learn({ started: answer });
      story.signal.throwIfAborted();
      if (answer.runId === undefined) return log.info("GitHub has accepted it.");
      return log.info(`GitHub has started run ${answer.runId}: ${answer.htmlUrl}`);
    } catch (error) {
      if (error instanceof OutOfTime && unclear) {
        throw mayHaveStarted(unclear, "`find_timeout_seconds` left no time to send it again");
      }
      if (!(error instanceof Fault)) throw error;
      if (acted(error) === "no") {
        if (adapt(error)) continue;
        if (unclear)
          throw mayHaveStarted(unclear, `when it was sent again, GitHub refused it (${told(error)})`);
        throw error;
      }
      unclear = error;
      const adopted = await resolve(error, resends++);
      if (adopted) return learn({ run: sayFound(adopted, story) });
    }
  }

  async function send({ timeoutMs, signal }: RequestOptions): Promise<Dispatched> {
    const endMs = clock.nowMs() + timeoutMs;
    await github.prepare({ timeoutMs, signal });
    signal?.throwIfAborted();
    if (!unclear) learn({ sentAtMs: clock.nowMs() });
    try {
      // Comes after the end of all waiting: the answer to a dispatch may be the only trace of a run.
      return await withLateSignal(story, LATE_ANSWER_MS, (late) =>
        sendOnce({ timeoutMs: endMs - clock.nowMs(), signal: late }),
      );
    } catch (error) {
      // GitHub has not acted, so there is no run to look for and none to cancel.
      if (!unclear && error instanceof Fault && acted(error) === "no") learn({ sentAtMs: undefined });
      throw error;
    }
  }

  function sendOnce(options: RequestOptions): Promise<Dispatched> {
    if (plan.event === "repository_dispatch") {
      return github.dispatchEvent(plan.eventType, plan.clientPayload, options);
    }
    const sent = Object.entries(plan.inputs).filter(([name]) => sendsId || name !== distinctId.key);
    const order = {
      workflow: plan.workflow.value,
      ref: plan.ref,
      inputs: Object.fromEntries(sent),
      asksForRunDetails,
    };
    return github.dispatchWorkflow(order, options);
  }

  /** Changes what the refusal is about, if that can be changed. Nothing was started by what was refused. */
  function adapt(fault: Fault): boolean {
    if (asksForRunDetails && isRefusalToTellDetails(fault)) {
      log.debug(`The server does not know how to answer with the run's id (${fault.status}).`);
      asksForRunDetails = false;
      if (sendsId || waitFor === "nothing") return true;
      throw new Failure(
        "This server does not answer with the run's id, and no id is sent: the run could never be found, so nothing was sent.\n" +
          "Give `distinct_id_key`, or `wait_for: nothing`.",
      );
    }
    const unexpected = unexpectedInputs(fault);
    if (asksForRunDetails && sendsId && unexpected.length === 1 && unexpected[0] === distinctId.key) {
      log.info(
        `The workflow does not declare the input ${distinctId.key}. GitHub will name the run; sending without it.`,
      );
      sendsId = false;
      learn({ distinctId: "" });
      return true;
    }
    return false;
  }

  /** Returns the run that was started after all, or undefined when none was and the dispatch may be sent again. */
  async function resolve(fault: Fault, resends: number): Promise<Found | undefined> {
    if (!sendsId) throw mayHaveStarted(fault, "it carries no id by which it could be looked for");
    log.info(`It is unclear whether GitHub has started a run (${told(fault)}); looking for one with our id.`);
    const bounds = { sentAtMs: known.sentAtMs ?? 0, deadlineMs, window: FULL_WINDOW };
    const result = await search(plan, bounds, story).catch((error: unknown): NotFound => {
      if (!(error instanceof Fault)) throw error;
      throw mayHaveStarted(fault, `looking for it was refused (${told(error)})`);
    });
    if (result.run) return result;
    if (!result.windowIsFull) {
      const [nameless] = result.seen.filter(
        ({ verdict }) => verdict === "undecided" || verdict === "without id",
      );
      throw mayHaveStarted(
        fault,
        nameless
          ? `a run that does not show our id was started since and may be it (${nameless.run.htmlUrl})`
          : "`find_timeout_seconds` left no time to make sure that none was",
      );
    }
    if (resends >= RESENDS) throw mayHaveStarted(fault, `that was the answer ${RESENDS + 1} times`);
    log.info(
      `No run with our id for ${FULL_WINDOW.ms / 1000} s: GitHub has not acted on it. Sending it again.`,
    );
    return undefined;
  }

  function mayHaveStarted(fault: Fault, why: string): Failure {
    const id = sendsId ? ` It would show \`${distinctId.value}\`.` : "";
    const requestId = fault.requestId ? `\nGitHub's request id: ${fault.requestId}` : "";
    return new Failure(
      `GitHub's answer to the dispatch leaves open whether a run was started (${told(fault)}), and ${why}.\n` +
        `Look at the runs of ${github.fullName()} before you start this step again: a run may have been started.${id}${requestId}`,
    );
  }
}

function announce(plan: Plan): string {
  return plan.event === "repository_dispatch"
    ? `repository_dispatch ${plan.eventType}`
    : `workflow_dispatch for ${plan.workflow.value} at ${plan.ref}`;
}

/** Servers before GHES 3.21: the version is answered with 400, perhaps 410, or named in a 422 (PLATFORM.md). */
function isRefusalToTellDetails({ status, answer }: Fault): boolean {
  return status === 400 || status === 410 || (status === 422 && /api.version/i.test(answer));
}

function told({ status, code, kind }: Fault): string {
  return status === undefined ? (code ?? kind) : `HTTP ${status}`;
}
