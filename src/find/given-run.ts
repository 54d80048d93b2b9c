import type { RequestOptions } from "../github/http.ts";
import { RequestError } from "../github/request-error.ts";
import type { Run } from "../github/responses.ts";
import { once, tryToGet } from "../github/retry.ts";
import { NEW_RUN_MS } from "../github/retry-rules.ts";
import { type GivenRun, runPageUrl } from "../inputs/given-run.ts";
import type { Context } from "../state/context.ts";
import type { OurRun } from "../state/sent-dispatch.ts";
import { recordRun } from "./find.ts";

/** @throws RequestError when GitHub refuses to show the run; OutOfTime at the end of `find_timeout_seconds` */
export async function readGivenRun({ runId }: GivenRun, context: Context): Promise<OurRun> {
  const { github, clock, retry, inputs, log, record } = context;
  const nowMs = clock.nowMs();
  const deadlineMs = nowMs + inputs.findTimeoutMs;
  const started = { id: runId, htmlUrl: runPageUrl(inputs.target, runId), jobsUrl: "" };
  record({ taken: { started, disposition: "given" } });
  log.info(`Reading run ${runId} of ${github.fullName()}; nothing is dispatched.`);
  const readRun: ReadRun = (options) => github.getRun(runId, options);
  const isNewUntilMs = nowMs + NEW_RUN_MS;
  const run = (await readIfShown(readRun, deadlineMs, context)) ?? (await retry(readRun, { deadlineMs, isNewUntilMs }));
  log.notice(`Found run ${run.id}, as given: ${run.htmlUrl}`);
  await recordRun(run, deadlineMs, context);
  return { run, recentRuns: undefined };
}

type ReadRun = (options: RequestOptions) => Promise<Run>;

async function readIfShown(readRun: ReadRun, deadlineMs: number, { github, retry }: Context): Promise<Run | undefined> {
  try {
    return await retry(readRun, { deadlineMs });
  } catch (error) {
    if (!(error instanceof RequestError && error.status === 404)) throw error;
    const repository = await tryToGet(retry(github.getRepository, once(deadlineMs)));
    // No run of a repository that the token cannot see will ever show (docs/design.md#a-run-that-is-given).
    if (repository.is === "missing") throw error;
    // The step before may have started it a moment ago.
    return undefined;
  }
}
