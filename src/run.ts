/** The story, top to bottom: inputs → plan → dispatch → find → follow → report. */

import type { Run } from "./answers.ts";
import { Cancelled, cancelRun, LAST_LOOK_MS, LATE_ANSWER_MS, later } from "./cancel.ts";
import type { Clock } from "./clock.ts";
import { dispatch, type Sent } from "./dispatch.ts";
import { explain, isAboutOneRun } from "./explain.ts";
import { Failure } from "./failure.ts";
import { Fault } from "./fault.ts";
import { type Found, find, type NotFound, type Wanted } from "./find.ts";
import { follow, lookAtRun, type Sight } from "./follow.ts";
import type { GitHub } from "./github.ts";
import type { Inputs } from "./inputs.ts";
import type { Log } from "./log.ts";
import { news } from "./news.ts";
import type { Order } from "./order.ts";
import { OutOfTime, patience } from "./patience.ts";
import { makePlan, mayBeOf, type Plan } from "./plan.ts";
import { probe } from "./probe.ts";
import { explainNotFound, explainRed, isGreen, type Known, outputsOf } from "./report.ts";

/** The world outside the story. */
export interface Edges {
  github: GitHub;
  clock: Clock;
  log: Log;
  /** From 0 to 1. */
  random: () => number;
  /** Aborted with `Cancelled` when the caller cancels the step. */
  signal: AbortSignal;
  /** Sets the step's outputs; called again whenever more is known. */
  setOutputs: (outputs: Record<string, string>) => void;
  /** A proxy variable is set. */
  hasProxy: boolean;
}

/**
 * Dispatches, finds and follows as the inputs say. The outputs are set as soon as they are known.
 * @throws Failure in the reader's words when the step has failed
 */
export async function run(inputs: Inputs, edges: Edges): Promise<void> {
  const { github, clock, log, signal } = edges;
  const { distinctId, waitFor } = inputs;
  const persist = patience(edges);
  const known: Known = { distinctId: distinctId.key === undefined ? "" : distinctId.value };
  const learn = (more: Partial<Known>) => edges.setOutputs(outputsOf(Object.assign(known, more)));
  learn({});

  let findDeadlineMs = clock.nowMs() + inputs.findTimeoutMs;
  let plan: Plan | undefined;
  let sentAtMs: number | undefined;
  try {
    plan = await makePlan(inputs.order, github, persist, findDeadlineMs);
    log.info(
      `Sending a ${announce(plan)} to ${github.fullName()}${known.distinctId && `, with the id ${known.distinctId}`}.`,
    );

    sentAtMs = clock.nowMs();
    findDeadlineMs = sentAtMs + inputs.findTimeoutMs;
    const sent = await dispatch(
      plan,
      { distinctId, mustFind: waitFor !== "nothing", deadlineMs: findDeadlineMs },
      {
        ...edges,
        persist,
        lateSignal: later(signal, LATE_ANSWER_MS, clock),
        look: (since, window) => look(since, { window }),
      },
    );
    sentAtMs = sent.sentAtMs;
    learn({ distinctId: sent.carriesId ? known.distinctId : "" });
    if (sent.answer.runId !== undefined) learn({ started: sent.answer });
    if (waitFor === "nothing") return sayDispatched(sent);

    const found = await findRun(sent);
    learn({ run: found });
    if (waitFor === "found") return;

    const deadlineMs = clock.nowMs() + inputs.timeoutMs;
    let last: Sight | undefined;
    const followed = await follow(
      found,
      { deadlineMs, pollIntervalMs: inputs.pollIntervalMs },
      { ...edges, persist },
      (sight) => {
        for (const line of news(last, sight)) log.info(line);
        last = sight;
        learn(sight);
      },
    );
    if (!followed.ended) throw await outOfTimeToComplete(known.run ?? found, followed.trouble);
    const { run: ended = found, jobs = [] } = known;
    if (!isGreen(ended.conclusion, inputs.successConclusions)) throw new Failure(explainRed(ended, jobs));
  } catch (error) {
    if (error instanceof Cancelled) throw await giveUp(error);
    throw await inWords(error);
  }

  function look(since: number, bounds: Partial<Wanted>, by = edges): Promise<Found | NotFound> {
    const wanted: Wanted = {
      distinctId: distinctId.value,
      mayBeOurs: (each) => plan !== undefined && mayBeOf(plan, each),
      sentAtMs: since,
      deadlineMs: findDeadlineMs,
      maxRuns: inputs.maxRuns,
      pollIntervalMs: inputs.pollIntervalMs,
      ...bounds,
    };
    return find(wanted, { ...by, persist: by === edges ? persist : patience(by) });
  }

  /** Finds our run: by GitHub's answer, else by the id that it shows. */
  async function findRun({ answer, adopted, sentAtMs: since, carriesId }: Sent): Promise<Run> {
    if (answer.runId !== undefined) {
      const ours = await lookAtRun(
        answer.runId,
        { wasSeen: false, deadlineMs: findDeadlineMs },
        { ...edges, persist },
      );
      log.info(`GitHub started run ${ours.id}: ${ours.htmlUrl}`);
      return ours;
    }
    if (!carriesId) {
      throw new Failure(
        "GitHub has started a run, but its answer did not name it, and no id was sent by which it could be found.\n" +
          `Look at the runs of ${github.fullName()}; and give \`distinct_id_key\` the name of an input that the workflow declares.`,
      );
    }
    const search = adopted ?? (await look(since, {}));
    if (!search.run) throw notFound(search);
    const { run: ours, sign, others } = search;
    const where = { name: "its name", job: "a job's name", step: "a step's name" }[sign];
    log.info(`Found run ${ours.id} by ${where}: ${ours.htmlUrl}`);
    if (others.length > 0) {
      log.warning(
        `${others.length + 1} runs carry the id ${distinctId.value}. The oldest is taken for ours; the others are: ` +
          others.map((other) => other.htmlUrl).join(", "),
      );
    }
    return ours;
  }

  function sayDispatched({ answer, adopted }: Sent): void {
    const url = answer.runId !== undefined ? answer.htmlUrl : adopted?.run.htmlUrl;
    if (adopted) learn({ run: adopted.run });
    log.info(
      url
        ? `GitHub started the run ${url}`
        : "GitHub accepted the dispatch; its run is not looked for (`wait_for: nothing`).",
    );
  }

  function notFound(search: NotFound): Failure {
    return new Failure(
      explainNotFound(search, plan as Plan, {
        distinctId: distinctId.value,
        key: distinctId.key ?? "distinct_id",
        repository: github.fullName(),
        seconds: inputs.findTimeoutMs / 1000,
      }),
    );
  }

  async function outOfTimeToComplete(last: Run, trouble: Fault | undefined): Promise<Failure> {
    const lines = [
      `The run did not complete within ${inputs.timeoutMs / 1000} s (\`timeout_seconds\`); when last seen it was ${last.status}.`,
      inputs.cancelRunOn.has("timeout")
        ? await cancelRun(last.id, last.htmlUrl, github)
        : `It goes on: ${last.htmlUrl}`,
    ];
    if (trouble)
      lines.push(
        `The last look had no answer: ${trouble.status ?? trouble.code ?? trouble.kind} to ${trouble.request}.`,
      );
    return new Failure(lines.join("\n"));
  }

  /** The caller has cancelled: ends all waiting, and the remote run if that was asked for. */
  async function giveUp({ by }: Cancelled): Promise<Failure> {
    const first = `The step was cancelled (${by}).`;
    if (sentAtMs === undefined) return new Failure(`${first} Nothing had been sent.`);
    let { run: ours, started } = known;
    const wantsCancel = inputs.cancelRunOn.has("cancel");
    if (!ours && !started && wantsCancel && known.distinctId) {
      log.info("Looking for the run once more, to cancel it.");
      const deadlineMs = clock.nowMs() + LAST_LOOK_MS;
      const last = await look(sentAtMs, { deadlineMs }, { ...edges, signal: new AbortController().signal });
      if (last.run) learn({ run: (ours = last.run) });
    }
    const id = ours?.id ?? started?.runId;
    const htmlUrl = ours?.htmlUrl ?? started?.htmlUrl ?? "";
    if (id === undefined) {
      return new Failure(
        `${first} A run may have been started in ${github.fullName()}, and goes on if it was.`,
      );
    }
    if (!wantsCancel)
      return new Failure(`${first} The remote run goes on (see \`cancel_run_on\`): ${htmlUrl}`);
    return new Failure(`${first} ${await cancelRun(id, htmlUrl, github)}`);
  }

  /** A fault, put into words: the one place where the story meets the error table. */
  async function inWords(error: unknown): Promise<unknown> {
    const fault = error instanceof OutOfTime ? error.fault : error;
    if (!(fault instanceof Fault)) return error;
    const { order } = inputs;
    const isMissing = fault.status === 404 && !isAboutOneRun(fault);
    return new Failure(
      explain(fault, {
        repository: github.fullName(),
        apiUrl: inputs.target.apiUrl,
        event: order.event,
        eventType: order.event === "repository_dispatch" ? order.eventType : undefined,
        workflow: order.workflow?.value,
        ref:
          order.event === "workflow_dispatch"
            ? ((plan as { ref?: string } | undefined)?.ref ?? order.ref)
            : undefined,
        key: distinctId.key,
        sentValues: valuesOf(order).filter((value) => value !== distinctId.value),
        tokenHasWorked: github.hasAnswered(),
        hasProxy: edges.hasProxy,
        visible: isMissing ? await probe(order, github, persist, findDeadlineMs) : undefined,
      }),
    );
  }
}

function announce(plan: Plan): string {
  return plan.event === "repository_dispatch"
    ? `repository_dispatch ${plan.eventType}`
    : `workflow_dispatch for ${plan.workflow.value} at ${plan.ref}`;
}

/** Every text that was sent: GitHub may repeat it in an answer, and no message may. */
function valuesOf(order: Order): string[] {
  const values: string[] = [];
  JSON.stringify(
    order.event === "repository_dispatch" ? order.clientPayload : order.inputs,
    (_, value: unknown) => {
      if (typeof value === "string" || typeof value === "number") values.push(String(value));
      return value;
    },
  );
  return values;
}
