/** Reads the reusable workflows that a receiver calls: their jobs and steps are the run's, and may show the id. */

import type { Receiver, ReceiverJob } from "./receiver.ts";

/** The receiver, on the ref that the caller is on; undefined: it cannot be read. */
type Read = (path: string) => Promise<Receiver | undefined>;

/** Those that GitHub allows below the first (docs/platform.md#workflow-files). */
const MAX_DEPTH = 9;
/** A few requests for a check: what is not read counts as unknown. */
const MAX_FILES = 10;

/** Each file is read once, and made up once for each depth: thousands of jobs may call the same. */
export function makeFollowCalls(read: Read): (receiver: Receiver) => Promise<Receiver> {
  const files = new Map<string, Promise<Receiver | undefined>>();
  const made = new Map<string, Promise<Receiver | undefined>>();
  const readOnce: Read = (path) => {
    const file = files.get(path) ?? (files.size < MAX_FILES ? read(path) : Promise.resolve(undefined));
    files.set(path, file);
    return file;
  };
  const calledBy = (path: string, depth: number) => {
    const key = `${depth} ${path}`;
    const called = made.get(key) ?? make(path, depth);
    made.set(key, called);
    return called;
  };
  const make = async (path: string, depth: number) => {
    const called = await readOnce(path);
    // With a mistake, GitHub refuses the whole run.
    return called?.mistake === undefined ? called && withCalled(called, depth - 1) : undefined;
  };
  const withCalled = async (receiver: Receiver, depth: number): Promise<Receiver> => {
    if (depth === 0 || !receiver.jobs.some(pathOf)) return receiver;
    const jobs: ReceiverJob[] = [];
    for (const job of receiver.jobs) {
      const path = pathOf(job);
      const called = path === undefined ? undefined : await calledBy(path, depth);
      jobs.push(called ? { ...job, called } : job);
    }
    return { ...receiver, jobs };
  };
  return (receiver) => withCalled(receiver, MAX_DEPTH);
}

/** Undefined for one in another repository, which the token may not see. */
function pathOf({ calls }: ReceiverJob): string | undefined {
  return /^\.\/(\.github\/workflows\/[^/@]+)$/.exec(calls ?? "")?.[1];
}
