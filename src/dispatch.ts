/**
 * Sends the dispatch, once. It is sent again only when GitHub certainly did not act on it, or when a full window of
 * looking has shown no run with our id: a client that re-sends on a 5xx has started some fifty runs for one.
 */

import type { Dispatched } from "./answers.ts";
import type { Clock } from "./clock.ts";
import { unexpectedInputs } from "./explain.ts";
import { Failure } from "./failure.ts";
import { acted, Fault, mayHeal } from "./fault.ts";
import type { Found, Search, Window } from "./find.ts";
import type { GitHub, RequestOptions } from "./github.ts";
import type { Log } from "./log.ts";
import type { DistinctId } from "./order.ts";
import type { Persist } from "./patience.ts";
import type { Plan } from "./plan.ts";

export interface DispatchEdges {
  github: GitHub;
  clock: Clock;
  log: Log;
  persist: Persist;
  /** Ends a sending that goes on. It comes later than the end of all waiting: the answer may be the only trace of a run. */
  lateSignal: AbortSignal;
  /** Looks for a run that carries our id, since `sentAtMs`, for the length of `window`. */
  look: (sentAtMs: number, window: Window) => Promise<Search>;
}

/** A dispatch that GitHub has acted on. */
export interface Sent {
  /** What GitHub answered; the run it names is ours. */
  answer: Dispatched;
  /** The run that was seen to carry our id while it was unclear whether GitHub had acted. */
  adopted: Found | undefined;
  /** The moment of the first sending that GitHub may have acted on, by the clock. */
  sentAtMs: number;
  /** Whether the run can show our id at all: an undeclared input had to be left out. */
  carriesId: boolean;
}

/** What is believed to show that no run was started: DESIGN.md section 3, point 4. */
const FULL_WINDOW: Window = { ms: 60_000, lists: 3 };
const RESENDS = 2;

/**
 * Sends the dispatch of `plan`.
 * @throws Fault that is GitHub's refusal, Failure when it stays unclear whether a run was started or when its run could
 * never be found, OutOfTime when the deadline came before GitHub could be reached
 */
export async function dispatch(
  plan: Plan,
  { distinctId, mustFind, deadlineMs }: { distinctId: DistinctId; mustFind: boolean; deadlineMs: number },
  edges: DispatchEdges,
): Promise<Sent> {
  const { github, clock, log, persist, lateSignal, look } = edges;
  const offer = {
    askForRunDetails: plan.event === "workflow_dispatch",
    sendsId: distinctId.key !== undefined,
  };
  let firstSentAtMs: number | undefined;

  for (let resends = 0; ; ) {
    let sentAtMs = clock.nowMs();
    try {
      const answer = await persist(
        ({ timeoutMs }) => {
          sentAtMs = clock.nowMs();
          return send({ timeoutMs, signal: lateSignal });
        },
        { deadlineMs, asksAgain: (fault) => mayHeal(fault) && acted(fault) === "no" },
      );
      return { answer, adopted: undefined, sentAtMs: firstSentAtMs ?? sentAtMs, carriesId: offer.sendsId };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (acted(error) === "no") {
        if (firstSentAtMs !== undefined)
          throw mayHaveStarted(error, "the dispatch was sent before with an unclear outcome");
        adapt(error);
        continue;
      }
      firstSentAtMs ??= sentAtMs;
      const adopted = await resolveAmbiguity(error, firstSentAtMs, resends++);
      if (adopted) return { answer: { runId: undefined }, adopted, sentAtMs: firstSentAtMs, carriesId: true };
    }
  }

  function send(options: RequestOptions): Promise<Dispatched> {
    if (plan.event === "repository_dispatch") {
      return github.dispatchEvent(plan.eventType, plan.clientPayload, options);
    }
    const inputs = { ...plan.inputs };
    if (!offer.sendsId && distinctId.key !== undefined) delete inputs[distinctId.key];
    const { workflow, ref } = plan;
    const { askForRunDetails } = offer;
    return github.dispatchWorkflow({ workflow: workflow.value, ref, inputs, askForRunDetails }, options);
  }

  /** Changes what a refusal can be answered with, or throws it. Nothing was started yet. */
  function adapt(fault: Fault): void {
    if (offer.askForRunDetails && isRefusalToTellDetails(fault)) {
      log.debug(`The server does not know how to answer with the run's id (${fault.status}).`);
      offer.askForRunDetails = false;
      if (mustFind && !offer.sendsId) {
        throw new Failure(
          "This server does not answer with the run's id, and no id is sent: the run could never be found, so nothing was sent.\n" +
            "Give `distinct_id_key`, or `wait_for: nothing`.",
        );
      }
      return;
    }
    const key = distinctId.key;
    if (
      offer.sendsId &&
      key !== undefined &&
      isOnly(unexpectedInputs(fault), key) &&
      offer.askForRunDetails
    ) {
      log.info(
        `The workflow does not declare the input ${key}; sending without it, since GitHub answers with the run's id.`,
      );
      offer.sendsId = false;
      return;
    }
    throw fault;
  }

  /** Returns the run that was started after all, or undefined when none was and the dispatch may be sent again. */
  async function resolveAmbiguity(fault: Fault, sentAtMs: number, resends: number): Promise<Sent["adopted"]> {
    if (!offer.sendsId) throw mayHaveStarted(fault, "it carries no id by which it could be looked for");
    log.info(
      `It is unclear whether GitHub started a run (${told(fault)}); looking for one with our id before anything is sent again.`,
    );
    let search: Search;
    try {
      search = await look(sentAtMs, FULL_WINDOW);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw mayHaveStarted(fault, `looking for it was refused (${told(error)})`);
    }
    if (search.run) return search;
    if (!search.windowIsFull) {
      throw mayHaveStarted(fault, "`find_timeout_seconds` left no time to make sure that none was");
    }
    if (resends >= RESENDS) throw mayHaveStarted(fault, `that was the answer ${RESENDS + 1} times`);
    log.info(
      `No run with our id for ${FULL_WINDOW.ms / 1000} s: GitHub did not act on it. Sending it again.`,
    );
    return undefined;
  }

  function mayHaveStarted(fault: Fault, why: string): Failure {
    const id = offer.sendsId ? ` It would show \`${distinctId.value}\`.` : "";
    const requestId = fault.requestId ? `\nGitHub's request id: ${fault.requestId}` : "";
    return new Failure(
      `GitHub's answer to the dispatch leaves open whether a run was started (${told(fault)}), and ${why}.\n` +
        `Look at the runs of ${github.fullName()} before you start this step again: a run may have been started.${id}${requestId}`,
    );
  }
}

/** Servers before GHES 3.21: the version is answered with 400, perhaps 410, or named in a 422 (PLATFORM.md). */
function isRefusalToTellDetails(fault: Fault): boolean {
  return (
    fault.status === 400 ||
    fault.status === 410 ||
    (fault.status === 422 && /api.version/i.test(fault.answer))
  );
}

function isOnly(names: readonly string[], name: string): boolean {
  return names.length === 1 && names[0] === name;
}

function told({ status, code, kind }: Fault): string {
  return status === undefined ? (code ?? kind) : `HTTP ${status}`;
}
