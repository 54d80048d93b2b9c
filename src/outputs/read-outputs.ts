import { createHash } from "node:crypto";
import type { Artifact } from "../github/artifacts.ts";
import { RequestError } from "../github/request-error.ts";
import { OutOfTime, once, type RetryOptions, responseOrUndefined } from "../github/retry.ts";
import { isEnterpriseServer } from "../inputs/target.ts";
import { Cancelled } from "../runner/cancellation.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import { evidenceDeadlineMs } from "../wait/failed-log.ts";
import type { RunSnapshot } from "../wait/run-snapshot.ts";
import { parseOutputs, type RunOutputs, takeFile } from "./artifact-content.ts";
import { type ChosenArtifact, chooseArtifact } from "./choose-artifact.ts";
import { describeFlaw, explainFlaw, MAX_BYTES, namesInWords, type OutputsProblem } from "./flaw.ts";

/** Enough to wait for the end of an outage of some seconds, or of a rate limit of a minute. */
const AFTER_GREEN_MS = 120_000;
/** A list may lag behind an upload: the pauses before it is read again. */
const LIST_LAG_MS = [1000, 2000, 4000];
/** What does not fit its digest may be a page of something on the way, which the next download does not meet. */
const MAX_DOWNLOADS = 2;
/** The names of other artifacts only make an error clearer. */
const NAMING_MS = 10_000;

/** @throws StepError where there are none, or they cannot be read; RequestError where GitHub refuses to show them */
export async function readOutputs(ended: RunSnapshot, name: string, context: Context): Promise<void> {
  const values = await getOutputs(ended, name, { forMs: AFTER_GREEN_MS, pausesMs: LIST_LAG_MS }, context);
  if (!("is" in values)) return recordOutputs(values, name, context);
  const flaw = values.is === "missing" ? { ...values, others: await namesOfOthers(ended, context) } : values;
  throw new StepError(explainFlaw(flaw, aboutRun(ended, name, context)));
}

/** After a red end, where the step reports the verdict. */
export async function readOutputsIfThere(ended: RunSnapshot, name: string, context: Context): Promise<void> {
  try {
    // Values must not delay a red verdict.
    const nowMs = context.clock.nowMs();
    const values = await getOutputs(
      ended,
      name,
      { forMs: evidenceDeadlineMs(ended, nowMs) - nowMs, pausesMs: [] },
      context,
    );
    if (!("is" in values)) return recordOutputs(values, name, context);
    if (values.is === "missing" || values.is === "earlier" || values.is === "unlisted") return;
    context.log.info(`${describeFlaw(values, aboutRun(ended, name, context))}.`);
  } catch (error) {
    if (!(error instanceof RequestError || error instanceof Cancelled)) throw error;
  }
}

function recordOutputs({ text, names: given }: RunOutputs, name: string, { record, log, github }: Context): void {
  const names = given.map(github.withoutSecrets);
  record({ values: { text, names } });
  log.info(`Outputs from the artifact \`${name}\`: ${namesInWords(names)}.`);
}

function aboutRun({ run }: RunSnapshot, name: string, { inputs }: Context) {
  return { name, run, isEnterpriseServer: isEnterpriseServer(inputs.target.apiUrl) };
}

interface ReadOptions {
  forMs: number;
  pausesMs: readonly number[];
}

async function getOutputs(
  ended: RunSnapshot,
  name: string,
  { forMs, pausesMs }: ReadOptions,
  context: Context,
): Promise<RunOutputs | OutputsProblem> {
  const retryOptions = { deadlineMs: context.clock.nowMs() + forMs, wasSeen: true, endsAtLimit: true };
  try {
    const chosen = await findArtifact(ended, name, { ...retryOptions, pausesMs }, context);
    if ("none" in chosen) return { is: chosen.none, others: undefined };
    const downloaded = await downloadOf(chosen.artifact, retryOptions, context);
    if ("is" in downloaded) return downloaded;
    const taken = await takeFile(downloaded.bytes);
    return "is" in taken ? taken : parseOutputs(taken.file);
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return { is: "unlisted" };
    if (!(error instanceof OutOfTime)) throw error;
    return { is: "unread", why: error.requestError ? inAWord(error.requestError) : "no response" };
  }
}

async function findArtifact(
  ended: RunSnapshot,
  name: string,
  { pausesMs, ...retryOptions }: RetryOptions & Pick<ReadOptions, "pausesMs">,
  { github, retry, clock, signal }: Context,
): Promise<ChosenArtifact> {
  for (let reads = 0; ; reads++) {
    const listed = await retry((options) => github.listArtifacts(ended.run.id, name, options), retryOptions);
    const chosen = chooseArtifact(listed.items, name, ended);
    const pauseMs = pausesMs[reads];
    if ("artifact" in chosen || pauseMs === undefined) return chosen;
    await clock.sleep(pauseMs, signal);
  }
}

/** Each try gets an address of its own. */
async function downloadOf(
  { id, sizeBytes = 0, isExpired, digest }: Artifact,
  retryOptions: RetryOptions,
  { github, retry }: Context,
): Promise<{ bytes: Uint8Array } | OutputsProblem> {
  if (isExpired) return { is: "expired" };
  if (sizeBytes > MAX_BYTES) return { is: "large", unpacked: false };
  try {
    for (let tries = 1; tries <= MAX_DOWNLOADS; tries++) {
      const bytes = await retry((options) => collect(github.readArtifact(id, options)), retryOptions);
      if (!bytes) return { is: "large", unpacked: false };
      if (fits(bytes, digest)) return { bytes };
    }
    return { is: "damaged", how: "its bytes do not match GitHub's digest" };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.status === 404 || error.status === 410) return { is: "expired" };
    // GitHub's refusal is explained like any other; a response of the artifact's host has nothing to do with the token.
    if (error.kind === "rejected") throw error;
    return { is: "unread", why: inAWord(error) };
  }
}

/** Undefined, without reading on, as soon as it is more than `MAX_BYTES`. */
async function collect(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const all: Uint8Array[] = [];
  let length = 0;
  for await (const part of parts) {
    length += part.length;
    if (length > MAX_BYTES) return undefined;
    all.push(part);
  }
  return Buffer.concat(all);
}

/** Older servers give no digest (docs/platform.md#artifacts). */
function fits(bytes: Uint8Array, digest: string | undefined): boolean {
  if (!digest?.startsWith("sha256:")) return true;
  return digest.toLowerCase() === `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function inAWord(requestError: RequestError): string {
  return requestError.kind === "unreadable" ? requestError.answer : requestError.inAWord;
}

async function namesOfOthers({ run }: RunSnapshot, { github, retry, clock }: Context): Promise<string[] | undefined> {
  const reading = retry((options) => github.listArtifacts(run.id, undefined, options), once(clock.nowMs() + NAMING_MS));
  const listed = await responseOrUndefined(reading);
  return listed && [...new Set(listed.items.map(({ name }) => name))];
}
