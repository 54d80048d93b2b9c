/** Sends the dispatch, once. It is sent again only when GitHub certainly did not act on it (docs/design.md#once). */

import { OutOfTime } from "../asking/retry.ts";
import { abortLater } from "../edges/cancellation.ts";
import type { Dispatched } from "../github/answers.ts";
import { acted, Fault, mayHeal } from "../github/fault.ts";
import { type RequestOptions, timeLeft } from "../github/http.ts";
import { type Plan, withId } from "../inputs/order.ts";
import type { Sent } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { listBefore } from "./listed-before.ts";
import { firstManner, holdBack, type Manner, without } from "./manner.ts";
import { clearUp, mayHaveStarted, type Unclear } from "./unclear.ts";

/** How long a dispatch that is on its way waits for its answer after the caller has cancelled the step. */
const LATE_ANSWER_MS = 2000;

/**
 * Sends the dispatch and returns when GitHub has acted on it, with what its answer tells of the run. Whatever has to be known
 * before is asked for until `beforeMs`, by the clock.
 * @throws Fault that is GitHub's refusal; Failure when it stays unclear whether a run was started, or when its run could
 * never be found; OutOfTime when the deadline came before GitHub could be reached
 */
export async function dispatch(plan: Plan, beforeMs: number, story: Story): Promise<Sent> {
  const { github, clock, log, inputs } = story;
  let manner = firstManner(plan, inputs);
  const withWhichId = manner.sendsId ? `, with the id ${inputs.distinctId.value}` : "";
  log.info(`Sending a ${announce(plan)} to ${github.fullName()}${withWhichId}.`);
  let listedBefore = await listBefore(manner, beforeMs, story);
  const sendByMs = clock.nowMs() + inputs.findTimeoutMs;
  /** Undefined until there was a first sending, which a limit may hold up. */
  let findDeadlineMs: number | undefined;
  let unclear: Unclear | undefined;

  for (let resends = 0; ; ) {
    if (!unclear) holdBack(plan, manner, inputs, github.enterpriseVersion());
    if (!unclear) listedBefore ??= await listBefore(manner, findDeadlineMs ?? sendByMs, story);
    const bounds = { sendByMs, findDeadlineMs, listedBefore };
    const { sent, answer } = await sendUntilAnswered(plan, manner, bounds, unclear, story);
    ({ findDeadlineMs } = sent);
    if (!(answer instanceof Fault)) return accept(answer, sent, story);
    if (acted(answer) === "no") manner = adapt(answer, manner, unclear, story);
    else {
      unclear = { sent, fault: answer };
      const found = await clearUp(answer, sent, resends++, story);
      if (found) return { ...sent, found };
    }
  }
}

interface Bounds extends Pick<Sent, "listedBefore"> {
  /** The end of `find_timeout_seconds`, if something was sent before. */
  findDeadlineMs: number | undefined;
  /** When it has to be sent, else. */
  sendByMs: number;
}

/** Sends until GitHub answers, or until a fault leaves open whether it has acted. A refusal is an answer, too. */
async function sendUntilAnswered(
  plan: Plan,
  manner: Manner,
  { listedBefore, findDeadlineMs, sendByMs }: Bounds,
  unclear: Unclear | undefined,
  story: Story,
): Promise<{ sent: Sent; answer: Dispatched | Fault }> {
  const { clock, inputs, learn, retry } = story;
  const distinctId = manner.sendsId ? inputs.distinctId.value : undefined;
  const deadlineMs = findDeadlineMs ?? sendByMs;
  const unsent = { plan, distinctId, listedBefore, findDeadlineMs: deadlineMs, atMs: 0, isAccepted: false };
  let sent: Sent = unclear?.sent ?? { ...unsent, candidates: new Map() };
  let untilMs = findDeadlineMs;

  const send = async (options: RequestOptions): Promise<Dispatched> => {
    const left = timeLeft(clock, options);
    await story.github.prepare(options);
    options.signal?.throwIfAborted();
    if (!unclear) {
      const atMs = clock.nowMs();
      untilMs ??= atMs + inputs.findTimeoutMs;
      sent = { ...sent, atMs, findDeadlineMs: untilMs };
      learn({ sent });
    }
    // The answer may be the only trace of a run: a cancelled step waits for it a little longer.
    const late = abortLater(clock, LATE_ANSWER_MS, story.signal);
    return request(plan, manner, { ...left(), signal: late.signal }, story)
      .catch((error: unknown) => {
        // GitHub has not acted: there is no run to look for, or to cancel.
        if (!unclear && error instanceof Fault && acted(error) === "no") learn({ sent: undefined });
        throw error;
      })
      .finally(late.release);
  };

  const retries = (fault: Fault) => mayHeal(fault) && acted(fault) === "no";
  const answer = await retry(send, { deadlineMs, retries }).catch((error: unknown) => {
    if (error instanceof OutOfTime && unclear)
      throw mayHaveStarted(unclear, "`find_timeout_seconds` left no time to send it again", story);
    if (!(error instanceof Fault)) throw error;
    return error;
  });
  return { sent, answer };
}

function request(plan: Plan, manner: Manner, options: RequestOptions, { github, inputs }: Story): Promise<Dispatched> {
  const { distinctId } = inputs;
  const { sendsId, asksForRunDetails } = manner;
  if (plan.event === "repository_dispatch")
    return github.dispatchEvent(plan.eventType, withId(plan.clientPayload, distinctId), options);
  const { workflow, ref } = plan;
  const values = sendsId ? withId(plan.inputs, distinctId) : plan.inputs;
  return github.dispatchWorkflow({ workflow: workflow.value, ref, inputs: values, asksForRunDetails }, options);
}

/** Makes known that GitHub has acted, and the run that its answer names, if it does. */
function accept({ started }: Dispatched, before: Sent, { log, learn, signal }: Story): Sent {
  const sent = { ...before, isAccepted: true, started };
  learn({ sent });
  signal.throwIfAborted();
  log.info(started ? `GitHub has started run ${started.id}: ${started.htmlUrl}` : "GitHub has accepted it.");
  return sent;
}

/**
 * Returns the manner without what the refusal is about.
 * @throws Fault, the refusal itself, where that cannot be left out; Failure where an earlier sending may have started a run
 */
function adapt(refusal: Fault, manner: Manner, unclear: Unclear | undefined, story: Story): Manner {
  const { log, inputs, learn } = story;
  const adapted = without(refusal, manner, inputs);
  if (!adapted) {
    if (!unclear) throw refusal;
    throw mayHaveStarted(unclear, `when it was sent again, GitHub refused it (${refusal.inAWord})`, story);
  }
  if (!adapted.asksForRunDetails)
    log.debug(`The server does not know how to answer with the run's id (${refusal.status}).`);
  else {
    const { key } = inputs.distinctId;
    log.info(`The workflow does not declare the input ${key}. GitHub will name the run; sending without it.`);
    learn({ distinctId: "" });
  }
  return adapted;
}

function announce(plan: Plan): string {
  return plan.event === "repository_dispatch"
    ? `repository_dispatch ${plan.eventType}`
    : `workflow_dispatch for ${plan.workflow.value} at ${plan.ref}`;
}
