/**
 * The schedules of others, as found in actions and scripts of this kind: no more than their pattern of requests. They
 * look for the id as we do, where their users put it; they send no conditions, and an error ends them.
 */

import type { Caller, Player } from "./play.ts";
import type { Scenario } from "./scenario.ts";
import { FILE, TARGET, TOKEN } from "./target.ts";

interface Listed {
  id: number;
  event: string;
  name: string;
  display_title: string;
  status: string;
  conclusion: string | null;
  created_at: string;
}

interface ListedJob {
  name: string;
  steps: { name: string }[];
}

/** How long they look for a run before they give up, where they do not count tries. */
const FIND_MS = 300_000;
const RUNS = "/actions/runs";

export const others: readonly Player[] = [
  {
    name: "every 5 s",
    can: isNew,
    play: (caller) => every(5000, { readsJobs: false }, caller),
  },
  {
    name: "every 10 s, with jobs",
    can: isNew,
    play: (caller) => every(10_000, { readsJobs: true }, caller),
  },
  {
    name: "doubling from 0.2 s, 5 tries",
    can: ({ waitFor }) => waitFor === "found",
    play: doubling,
  },
];

/** They know no history: with one they do what they do without. */
function isNew({ part, history }: Scenario): boolean {
  return part !== "follow" || history === undefined;
}

/** Looks at once and then at a fixed pace. `readsJobs`: each look at a run asks for its jobs as well, needed or not. */
async function every(pauseMs: number, { readsJobs }: { readsJobs: boolean }, caller: Caller) {
  const { clock, scenario } = caller;
  try {
    const sentAtMs = await dispatch(caller);
    const giveUpAtMs = clock.nowMs() + FIND_MS;
    let id = await look(caller, sentAtMs, readsJobs);
    while (id === undefined) {
      if (clock.nowMs() >= giveUpAtMs) return undefined;
      await clock.sleep(pauseMs);
      id = await look(caller, sentAtMs, readsJobs);
    }
    for (; scenario.waitFor === "completed"; await clock.sleep(pauseMs)) {
      const { body: run } = await ask<Listed>(caller, `${RUNS}/${id}`);
      if (readsJobs) await ask(caller, `${RUNS}/${id}/jobs`);
      if (run.status === "completed") return run.conclusion === "success" ? String(id) : undefined;
    }
    return String(id);
  } catch (error) {
    return giveUp(error);
  }
}

async function doubling(caller: Caller): Promise<string | undefined> {
  try {
    const sentAtMs = await dispatch(caller);
    for (let pauseMs = 200; pauseMs <= 3200; pauseMs *= 2) {
      await caller.clock.sleep(pauseMs);
      const id = await look(caller, sentAtMs, false);
      if (id !== undefined) return String(id);
    }
    return undefined;
  } catch (error) {
    return giveUp(error);
  }
}

/** Returns when it was sent, by the server. */
async function dispatch(caller: Caller): Promise<number> {
  const { scenario, id } = caller;
  const { dateMs } =
    scenario.event === "workflow_dispatch"
      ? await ask(caller, `/actions/workflows/${FILE}/dispatches`, {
          ref: "main",
          inputs: { distinct_id: id },
        })
      : await ask(caller, "/dispatches", { event_type: "deploy", client_payload: { distinct_id: id } });
  return dateMs;
}

/** One look through the list, and through all jobs of all runs since the dispatch where the name does not tell. */
async function look(caller: Caller, sentAtMs: number, readsJobs: boolean): Promise<number | undefined> {
  const { id, scenario } = caller;
  const { body } = await ask<{ workflow_runs: Listed[] }>(caller, `${RUNS}?per_page=30`);
  const recent = body.workflow_runs.filter(
    (run) => run.event === scenario.event && Date.parse(run.created_at) >= sentAtMs - 5000,
  );
  const isNamed = scenario.sign === "answer" || scenario.sign === "run-name";
  if (isNamed && !readsJobs) return recent.find((run) => run.display_title.includes(id))?.id;
  for (const run of recent) {
    const { jobs } = (await ask<{ jobs: ListedJob[] }>(caller, `${RUNS}/${run.id}/jobs`)).body;
    const shown = [run.display_title, ...jobs.flatMap(({ name, steps }) => [name, ...steps.map((step) => step.name)])];
    if (shown.some((text) => text.includes(id))) return run.id;
  }
  return undefined;
}

class Refused extends Error {}

function giveUp(error: unknown): undefined {
  if (!(error instanceof Refused)) throw error;
}

async function ask<Body>(
  { apiUrl, fetch }: Caller,
  path: string,
  sent?: object,
): Promise<{ body: Body; dateMs: number }> {
  const answer = await fetch(`${apiUrl}/repos/${TARGET}${path}`, {
    method: sent ? "POST" : "GET",
    headers: { authorization: `Bearer ${TOKEN}` },
    ...(sent && { body: JSON.stringify(sent) }),
  });
  if (!answer.ok) throw new Refused(`${answer.status} to ${path}`);
  const text = await answer.text();
  const dateMs = Date.parse(answer.headers.get("date") ?? "");
  return { body: (text === "" ? undefined : JSON.parse(text)) as Body, dateMs };
}
