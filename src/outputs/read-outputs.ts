/** Takes up the values that a run has left for its caller, after its end has been judged. */

import { createHash } from "node:crypto";
import type { Artifact } from "../github/artifacts.ts";
import { RequestError } from "../github/request-error.ts";
import { ifAnswered, OutOfTime, once, type RetryOptions } from "../github/retry.ts";
import { isEnterpriseServer } from "../inputs/target.ts";
import { Cancelled } from "../runner/cancellation.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import type { RunSnapshot } from "../wait/run-snapshot.ts";
import { parseOutputs, type RunOutputs, takeFile } from "./artifact-content.ts";
import { type ChosenArtifact, chooseArtifact } from "./choose-artifact.ts";
import { explainFlaw, type Flaw, MAX_BYTES, namesInWords, whatIs } from "./flaw.ts";

/** Time for the values of a green run: an outage of some seconds or a limit of a minute is waited out. */
const AFTER_GREEN_MS = 120_000;
/** After a red end, what is only nice to know must not hold up the verdict. */
const AFTER_RED_MS = 15_000;
/** A list may lag behind an upload: it is looked at again after these pauses. */
const LIST_LAG_MS = [1000, 2000, 4000];
/** What does not fit its digest may be a page of something on the way, which the next download does not meet. */
const MOST_DOWNLOADS = 2;
/** Time for the names of other artifacts, which only make an error clearer. */
const NAMING_MS = 10_000;

/**
 * Takes up the values of a run that ended green.
 * @throws StepError where there are none, or they cannot be read; RequestError where GitHub refuses to show them
 */
export async function readOutputs(ended: RunSnapshot, name: string, context: Context): Promise<void> {
  const values = await getOutputs(ended, name, { forMs: AFTER_GREEN_MS, pausesMs: LIST_LAG_MS }, context);
  if (!("is" in values)) return recordOutputs(values, name, context);
  const flaw = values.is === "missing" ? { ...values, others: await namesOfOthers(ended, context) } : values;
  throw new StepError(explainFlaw(flaw, askedOf(ended, name, context)));
}

/** Takes up the values of a run that ended red, if there are any: the verdict is what the step has to say. */
export async function readOutputsIfThere(ended: RunSnapshot, name: string, context: Context): Promise<void> {
  try {
    const values = await getOutputs(ended, name, { forMs: AFTER_RED_MS, pausesMs: [] }, context);
    if (!("is" in values)) return recordOutputs(values, name, context);
    if (values.is === "missing" || values.is === "earlier" || values.is === "unlisted") return;
    context.log.info(`${whatIs(values, askedOf(ended, name, context))}.`);
  } catch (error) {
    if (!(error instanceof RequestError || error instanceof Cancelled)) throw error;
  }
}

function recordOutputs(values: RunOutputs, name: string, { record, log }: Context): void {
  record({ values });
  log.info(`Values from the artifact \`${name}\`: ${namesInWords(values.names)}.`);
}

function askedOf({ run }: RunSnapshot, name: string, { inputs }: Context) {
  return { name, run, isEnterpriseServer: isEnterpriseServer(inputs.target.apiUrl) };
}

interface Patience {
  forMs: number;
  pausesMs: readonly number[];
}

async function getOutputs(
  ended: RunSnapshot,
  name: string,
  { forMs, pausesMs }: Patience,
  context: Context,
): Promise<RunOutputs | Flaw> {
  const patience = { deadlineMs: context.clock.nowMs() + forMs, wasSeen: true };
  try {
    const chosen = await findArtifact(ended, name, { ...patience, pausesMs }, context);
    if ("none" in chosen) return { is: chosen.none, others: undefined };
    const downloaded = await downloadOf(chosen.artifact, patience, context);
    if ("is" in downloaded) return downloaded;
    const taken = await takeFile(downloaded.bytes);
    return "is" in taken ? taken : parseOutputs(taken.file);
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return { is: "unlisted" };
    if (!(error instanceof OutOfTime)) throw error;
    return { is: "unread", why: error.requestError ? inAWord(error.requestError) : "no answer" };
  }
}

async function findArtifact(
  ended: RunSnapshot,
  name: string,
  { pausesMs, ...patience }: RetryOptions & Pick<Patience, "pausesMs">,
  { github, retry, clock, signal }: Context,
): Promise<ChosenArtifact> {
  for (let look = 0; ; look++) {
    const listed = await retry((options) => github.listArtifacts(ended.run.id, name, options), patience);
    const chosen = chooseArtifact(listed.items, name, ended);
    const pauseMs = pausesMs[look];
    if ("artifact" in chosen || pauseMs === undefined) return chosen;
    await clock.sleep(pauseMs, signal);
  }
}

/** The bytes as they were uploaded. Each try asks for an address of its own. */
async function downloadOf(
  { id, sizeBytes = 0, isExpired, digest }: Artifact,
  patience: RetryOptions,
  { github, retry }: Context,
): Promise<{ bytes: Uint8Array } | Flaw> {
  if (isExpired) return { is: "expired" };
  if (sizeBytes > MAX_BYTES) return { is: "large", unpacked: false };
  try {
    for (let tries = 1; tries <= MOST_DOWNLOADS; tries++) {
      const bytes = await retry((options) => collect(github.readArtifact(id, options)), patience);
      if (!bytes) return { is: "large", unpacked: false };
      if (fits(bytes, digest)) return { bytes };
    }
    return { is: "damaged", how: "its bytes do not fit the digest that GitHub tells" };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.status === 404 || error.status === 410) return { is: "expired" };
    // A refusal of GitHub's is explained like any other; what the artifact's own host answers has nothing to do with the token.
    if (error.kind === "rejected") throw error;
    return { is: "unread", why: inAWord(error) };
  }
}

/** All of it; undefined, and no more of it read, as soon as it is more than `MAX_BYTES`. */
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

/** Whether these are the bytes that were uploaded. Older servers tell no digest (docs/platform.md#artifacts). */
function fits(bytes: Uint8Array, digest: string | undefined): boolean {
  if (!digest?.startsWith("sha256:")) return true;
  return digest.toLowerCase() === `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function inAWord(requestError: RequestError): string {
  return requestError.kind === "unreadable" ? requestError.answer : requestError.inAWord;
}

/** The names of what the run has left instead. */
async function namesOfOthers({ run }: RunSnapshot, { github, retry, clock }: Context): Promise<string[] | undefined> {
  const asked = retry((options) => github.listArtifacts(run.id, undefined, options), once(clock.nowMs() + NAMING_MS));
  const listed = await ifAnswered(asked);
  return listed && [...new Set(listed.items.map(({ name }) => name))];
}
