/** Reads the reusable workflows that a receiver calls: their jobs and steps are the run's, and may show the id. */

import type { Receiver, ReceiverJob } from "./receiver.ts";

/** The receiver, on the ref that the caller is on; undefined: it cannot be read. */
type Read = (path: string) => Promise<Receiver | undefined>;

/** Those that GitHub allows below the first (docs/platform.md#workflow-files). */
const MAX_DEPTH = 9;
/** A few requests for a check: what is not read counts as unknown. */
const MAX_FILES = 10;

/** Each file is read once. */
export function makeFollowCalls(read: Read): (receiver: Receiver) => Promise<Receiver> {
  const files = new Map<string, Promise<Receiver | undefined>>();
  const once: Read = (path) => {
    const file = files.get(path) ?? (files.size < MAX_FILES ? read(path) : Promise.resolve(undefined));
    files.set(path, file);
    return file;
  };
  return (receiver) => withCalled(receiver, once, MAX_DEPTH);
}

async function withCalled(receiver: Receiver, read: Read, depth: number): Promise<Receiver> {
  if (depth === 0 || !receiver.jobs.some(pathOf)) return receiver;
  const jobs: ReceiverJob[] = [];
  for (const job of receiver.jobs) {
    const path = pathOf(job);
    const called = path === undefined ? undefined : await read(path);
    // GitHub refuses the whole run then.
    const isUsable = called !== undefined && called.mistake === undefined;
    jobs.push(isUsable ? { ...job, called: await withCalled(called, read, depth - 1) } : job);
  }
  return { ...receiver, jobs };
}

/** Undefined for one in another repository, which the token may not see. */
function pathOf({ calls }: ReceiverJob): string | undefined {
  return /^\.\/(\.github\/workflows\/[^/@]+)$/.exec(calls ?? "")?.[1];
}
