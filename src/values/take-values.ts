/** Takes up the values that a run has left for its caller, after its end has been judged. */

import { createHash } from "node:crypto";
import { ifAnswered, OutOfTime, once, type RetryOptions } from "../asking/retry.ts";
import { Cancelled } from "../edges/cancellation.ts";
import { Failure } from "../edges/failure.ts";
import type { Sight } from "../follow/sight.ts";
import type { Artifact } from "../github/artifacts.ts";
import { Fault } from "../github/fault.ts";
import { isEnterpriseServer } from "../inputs/target.ts";
import type { Story } from "../story/story.ts";
import { takeFile } from "./archive.ts";
import { type Chosen, chooseArtifact } from "./choose-artifact.ts";
import { explainFlaw, namesInWords, whatIs } from "./explain-flaw.ts";
import { type Flaw, MAX_BYTES } from "./flaw.ts";
import { readValues, type Values } from "./values.ts";

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
 * @throws Failure where there are none, or they cannot be read; Fault where GitHub refuses to show them
 */
export async function takeValues(ended: Sight, name: string, story: Story): Promise<void> {
  const values = await look(ended, name, { forMs: AFTER_GREEN_MS, pausesMs: LIST_LAG_MS }, story);
  if (!("is" in values)) return tell(values, name, story);
  const flaw = values.is === "missing" ? { ...values, others: await namesOfOthers(ended, story) } : values;
  throw new Failure(explainFlaw(flaw, askedOf(ended, name, story)));
}

/** Takes up the values of a run that ended red, if there are any: the verdict is what the step has to say. */
export async function takeValuesIfThere(ended: Sight, name: string, story: Story): Promise<void> {
  try {
    const values = await look(ended, name, { forMs: AFTER_RED_MS, pausesMs: [] }, story);
    if (!("is" in values)) return tell(values, name, story);
    if (values.is === "missing" || values.is === "earlier" || values.is === "unlisted") return;
    story.log.info(`${whatIs(values, askedOf(ended, name, story))}.`);
  } catch (error) {
    if (!(error instanceof Fault || error instanceof Cancelled)) throw error;
  }
}

function tell(values: Values, name: string, { learn, log }: Story): void {
  learn({ values });
  log.info(`Values from the artifact \`${name}\`: ${namesInWords(values.names)}.`);
}

function askedOf({ run }: Sight, name: string, { inputs }: Story) {
  return { name, run, isEnterpriseServer: isEnterpriseServer(inputs.target.apiUrl) };
}

interface Patience {
  forMs: number;
  pausesMs: readonly number[];
}

async function look(ended: Sight, name: string, { forMs, pausesMs }: Patience, story: Story): Promise<Values | Flaw> {
  const patience = { deadlineMs: story.clock.nowMs() + forMs, wasSeen: true };
  try {
    const chosen = await findArtifact(ended, name, { ...patience, pausesMs }, story);
    if ("none" in chosen) return { is: chosen.none, others: undefined };
    const downloaded = await downloadOf(chosen.artifact, patience, story);
    if ("is" in downloaded) return downloaded;
    const taken = await takeFile(downloaded.bytes);
    return "is" in taken ? taken : readValues(taken.file);
  } catch (error) {
    if (error instanceof Fault && error.status === 404) return { is: "unlisted" };
    if (!(error instanceof OutOfTime)) throw error;
    return { is: "unread", why: error.fault ? inAWord(error.fault) : "no answer" };
  }
}

async function findArtifact(
  ended: Sight,
  name: string,
  { pausesMs, ...patience }: RetryOptions & Pick<Patience, "pausesMs">,
  { github, retry, clock, signal }: Story,
): Promise<Chosen> {
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
  { github, retry }: Story,
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
    if (!(error instanceof Fault)) throw error;
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

function inAWord(fault: Fault): string {
  return fault.kind === "unreadable" ? fault.answer : fault.inAWord;
}

/** The names of what the run has left instead. */
async function namesOfOthers({ run }: Sight, { github, retry, clock }: Story): Promise<string[] | undefined> {
  const asked = retry((options) => github.listArtifacts(run.id, undefined, options), once(clock.nowMs() + NAMING_MS));
  const listed = await ifAnswered(asked);
  return listed && [...new Set(listed.items.map(({ name }) => name))];
}
