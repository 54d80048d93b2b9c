/** Cancels the remote run, where that was asked for. */

import type { Id } from "./answers.ts";
import type { Clock } from "./clock.ts";
import { Failure } from "./failure.ts";
import { Fault } from "./fault.ts";
import type { GitHub } from "./github.ts";
import { patience } from "./patience.ts";
import { search } from "./search.ts";
import type { Story } from "./story.ts";

/** The caller has cancelled the step: the reason of the aborted signal. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  /** e.g. `SIGINT` */
  readonly by: string;

  constructor(by: string) {
    super(`cancelled by ${by}`);
    this.by = by;
  }
}

/** The runner kills 10 s after its first signal; the look for a run that is not known yet ends well before. */
const LAST_LOOK_MS = 6000;
/** How long a dispatch that was already sent may still wait for its answer. */
export const LATE_ANSWER_MS = 3000;

const CANCEL_TIMEOUT_MS = 5000;

/** Asks GitHub to cancel a run. Returns what came of it, as a line for the log. Nothing is thrown for a fault. */
export async function cancelRun(id: Id, htmlUrl: string, github: GitHub): Promise<string> {
  try {
    await github.cancelRun(id, { timeoutMs: CANCEL_TIMEOUT_MS });
    return `The remote run is being cancelled: ${htmlUrl}`;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.status === 409) return `The remote run cannot be cancelled any more (409): ${htmlUrl}`;
    return `The remote run could not be cancelled (${error.status ?? error.code ?? error.kind}) and goes on: ${htmlUrl}`;
  }
}

/** Does `work` with a signal that comes `ms` after `signal`. */
export async function withLateSignal<Result>(
  { signal, clock }: { signal: AbortSignal; clock: Clock },
  ms: number,
  work: (late: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController();
  const done = new AbortController();
  const onAbort = () =>
    clock.sleep(ms, done.signal).then(
      () => late.abort(signal.reason),
      () => {},
    );
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await work(late.signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
    done.abort();
  }
}

/** Ends the story for a caller who has cancelled it, and the remote run if that was asked for. */
export async function giveUp({ by }: Cancelled, story: Story): Promise<Failure> {
  const { known, github, inputs } = story;
  const first = `The step was cancelled (${by}).`;
  if (known.sentAtMs === undefined) return new Failure(`${first} Nothing had been sent.`);
  const wantsCancel = inputs.cancelRunOn.has("cancel");
  if (!known.run && !known.started && wantsCancel) await lookOnceMore(known.sentAtMs, story);
  const id = known.run?.id ?? known.started?.runId;
  const htmlUrl = known.run?.htmlUrl ?? known.started?.htmlUrl ?? "";
  if (id === undefined) {
    return new Failure(
      `${first} A run may have been started in ${github.fullName()}, and goes on if it was.`,
    );
  }
  if (!wantsCancel) return new Failure(`${first} The remote run goes on (see \`cancel_run_on\`): ${htmlUrl}`);
  return new Failure(`${first} ${await cancelRun(id, htmlUrl, github)}`);
}

/** The run has to be known to be cancelled. */
async function lookOnceMore(sentAtMs: number, story: Story): Promise<void> {
  const { known, plan, clock, log, learn } = story;
  if (!plan || known.distinctId === "") return;
  log.info("Looking for the run once more, to cancel it.");
  const calm = { ...story, signal: new AbortController().signal };
  const bounds = { sentAtMs, deadlineMs: clock.nowMs() + LAST_LOOK_MS };
  const { run } = await search(plan, bounds, { ...calm, persist: patience(calm) });
  if (run) learn({ run });
}
