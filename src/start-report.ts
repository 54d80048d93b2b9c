/** The door of `report`, beside main.ts: reads the event, opens the connections, and tells the callers. */

import type { GitHub } from "./github/api.ts";
import type { Target } from "./github/connection.ts";
import type { Member, Pool } from "./github/pool.ts";
import type { Permissions } from "./github/purposes.ts";
import { InvalidResponse } from "./github/response-fields.ts";
import { type Run, readRun } from "./github/responses.ts";
import { makeRetry } from "./github/retry.ts";
import type { GivenCredentials } from "./inputs/credentials.ts";
import type { Asked, ReportDependencies } from "./report/connections.ts";
import { readReportInputs } from "./report/report-inputs.ts";
import { report } from "./report.ts";
import { StepError } from "./runner/step-error.ts";

export interface ReportStep extends Pick<ReportDependencies, "clock" | "log"> {
  read: (name: string) => string;
  /** Of all inputs that were given, even unknown ones. */
  names: readonly string[];
  event: string;
  payload: unknown;
  /** The repository that the workflow stands in. */
  own: Target;
  random: () => number;
  signal: AbortSignal;
  open(target: Target, credentials: GivenCredentials, needs: Permissions): Promise<GitHub>;
  openPool(members: readonly Member[]): Promise<Pool>;
}

const NEEDS: Permissions = { actions: "read", statuses: "write" };

/** @throws StepError */
export async function startReport(step: ReportStep): Promise<void> {
  const { read, names, event, payload, own, open, openPool, ...edges } = step;
  const inputs = readReportInputs(read, names, own);
  const asked = (github: GitHub): Asked => ({ github, retry: makeRetry({ ...edges, github }) });
  const { credentials } = inputs;
  const members = inputs.callers.map((target) => ({ target, credentials, needs: NEEDS, wishes: {} }));
  const pool = members.length > 1 ? await openPool(members) : undefined;
  const openOwn = async (name: Pick<Target, "owner" | "repo">) =>
    asked(await open({ ...own, ...name }, { token: inputs.ownToken }, { actions: "read" }));
  const dependencies = {
    ...edges,
    inputs,
    own: await openOwn(own),
    openOwn,
    openCaller: async (target: Target) =>
      asked(pool ? pool.open({ target, credentials }) : await open(target, credentials, NEEDS)),
  };
  if (inputs.isDryRun) return (await import("./report/dry-run.ts")).dryRunOfReport(dependencies);
  await report(runOf(event, payload), dependencies);
}

function runOf(event: string, payload: unknown): Run {
  try {
    if (event === "workflow_run") return readRun((payload as { workflow_run?: unknown } | null)?.workflow_run);
  } catch (error) {
    if (!(error instanceof InvalidResponse)) throw error;
  }
  throw new StepError(
    `\`report\` tells what becomes of the run that a \`workflow_run\` event is about, but the event is \`${event}\`: start its workflow \`on: workflow_run\` (docs/commit-status.md).`,
  );
}
