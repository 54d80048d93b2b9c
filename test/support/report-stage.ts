/** The receiver's half: a target that reports, and the callers that it may tell, each on a server of its own. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { parse } from "yaml";
import type { Target } from "../../src/github/connection.ts";
import { startReport } from "../../src/start-report.ts";
// As in step.ts: what is loaded late has to be there already.
import "../../src/report/dry-run.ts";
import { clientOf } from "../simulator/client.ts";
import { type Behaviour, type GitHub, startGitHub, type VirtualClock } from "../simulator/index.ts";
import { afterEachTest } from "./after.ts";
import { receiver } from "./receivers.ts";
import { type Stage, type StageOptions, setStage, TARGET } from "./stage.ts";
import { CALLER, connectionsOf, inputsOf, onStage, type Played } from "./step.ts";

const file = fileURLToPath(new URL("../../report/action.yml", import.meta.url));
export const reportYml = parse(readFileSync(file, "utf8")) as { inputs: Record<string, { description: string }> };

/** The target's `github.token`, which reads there. */
export const OWN_TOKEN = "ghs_thetargetsown";
/** Reads runs and sets statuses at the callers. */
export const REPORT_TOKEN = "ghp_tellsthecallers";
/** The token of the caller's step for its status. */
export const STATUS_TOKEN = "ghs_ofthecaller";
export const CONTEXT = "remote / deploy";
/** The run of the caller's, which its generated ids begin with. */
export const CALLERS_RUN = Number(CALLER.runId);

export interface PlayReport {
  clock: VirtualClock;
  /** The repository that the workflow stands in. */
  own?: Target;
  event?: string;
  payload?: unknown;
  random?: () => number;
  signal?: AbortSignal;
  /** Names of inputs that do not exist. */
  more?: readonly string[];
}

/** Plays `report`, by its inputs as in `with:`, on virtual time; by default in `octo/target`. */
export function playReport(github: GitHub, given: Record<string, string>, play: PlayReport): Promise<Played> {
  const { clock, event = "workflow_run", payload, random = () => 0.5, more = [] } = play;
  const [owner = "", repo = ""] = TARGET.split("/");
  const own = play.own ?? { owner, repo, apiUrl: github.apiUrl };
  const texts = inputsOf({ own_token: OWN_TOKEN, ...given }, github.apiUrl, TARGET, reportYml.inputs);
  return onStage(play, (log, played) =>
    startReport({
      ...connectionsOf(play, log, played),
      ...{ clock, log, random, event, payload, own },
      read: (name) => texts[name] ?? "",
      names: [...Object.keys(texts), ...more],
      signal: play.signal ?? new AbortController().signal,
    }),
  );
}

export interface ReportStage extends Stage {
  /** The caller's server. */
  caller: GitHub;
  /** Plays a step of the caller's that leaves a pending status; says which run it started. */
  leave(given?: Record<string, string>, play?: Parameters<Stage["play"]>[1]): Promise<Played & { id: number }>;
  /** Plays `report` for an event about this run, as the server shows it now. */
  tell(id: number, given?: Record<string, string>): Promise<Played>;
  /** Plays it for an event that was sent earlier: `payload`. */
  tellOf(payload: unknown, given?: Record<string, string>, own?: Pick<Target, "owner" | "repo">): Promise<Played>;
  /** Somebody sets a status on the caller's commit. */
  setStatus(context: string, url: string, state?: string, description?: string): Promise<unknown>;
  statuses(): ReturnType<GitHub["statuses"]>;
  /** `pending: The remote run continues`, and so on. */
  told(): string[];
}

const closing: GitHub[] = [];
afterEachTest(async () => {
  for (const github of closing.splice(0)) {
    await github.close();
    expect(github.violations).toEqual([]);
    expect(github.breaches).toEqual([]);
  }
});

export type ReportStageOptions = StageOptions & { workflow?: string };

/** Runs of a minute, by default; the id is in their name. */
export const MINUTE: Behaviour = { freshRun404Ms: 0, jobs: { identify: { durationMs: 60_000 } } };

/** The caller's run has been there for a minute. */
export async function setReportStage({
  workflow = receiver("workflow_dispatch", "run-name"),
  ...options
}: ReportStageOptions = {}): Promise<ReportStage> {
  const on = await setStage({ "deploy.yml": workflow }, { behaviour: MINUTE, ...options });
  const { github, clock } = on;
  github.addToken(OWN_TOKEN, { kind: "integration", permissions: { actions: "read" }, repositories: [TARGET] });
  const caller = await startGitHub({ clock, ...(options.server && { server: options.server }) });
  closing.push(caller);
  addCallersRun(caller, CALLER.repository);
  caller.addToken(REPORT_TOKEN, { permissions: { actions: "read", statuses: "write" } });
  const permissions = { statuses: "write" } as const;
  caller.addToken(STATUS_TOKEN, { kind: "integration", permissions, repositories: [CALLER.repository] });
  const ofReport = { callers: CALLER.repository, token: REPORT_TOKEN, api_url: caller.apiUrl };
  const leaving = {
    ...{ workflow: "deploy.yml", ref: "main", wait_for: "found" },
    ...{ status_context: CONTEXT, status_token: STATUS_TOKEN },
  };
  const callCaller = clientOf(clock, caller.apiUrl, STATUS_TOKEN);
  const statuses = () => caller.statuses(CALLER.repository);
  const tellOf: ReportStage["tellOf"] = (payload, given, own) =>
    playReport(
      github,
      { ...ofReport, ...given },
      { clock, payload, ...(own && { own: { ...own, apiUrl: github.apiUrl } }) },
    );
  return {
    ...on,
    caller,
    statuses,
    setStatus: (context, url, state = "pending", description = "") =>
      callCaller("POST", `/repos/${CALLER.repository}/statuses/${CALLER.sha}`, {
        ...{ context, state, target_url: url },
        ...(description !== "" && { description }),
      }),
    tellOf,
    tell: (id, given) => tellOf(eventOf(github, id), given),
    told: () => statuses().map(({ state, description }) => `${state}: ${description}`),
    async leave(given, play) {
      const played = await on.play({ ...leaving, ...given }, { callerApiUrl: caller.apiUrl, ...play });
      return { ...played, id: Number(played.outputs.runId) };
    },
  };
}

export function addCallersRun(
  caller: GitHub,
  repository: string,
  { id = CALLERS_RUN, headSha = CALLER.sha, pullRequests = [] as number[] } = {},
): void {
  const ci = "name: CI\non: push\njobs: { ci: { runs-on: x, steps: [{ run: make }] } }";
  caller.addRepository(repository, { workflows: { "ci.yml": ci } });
  const createdAtMs = caller.nowMs() - 60_000;
  caller.startRun(repository, "ci.yml", { event: "push", id, headSha, pullRequests, createdAtMs });
}

/** What GitHub hands to a `workflow_run` workflow, as far as anybody here reads it. */
export function eventOf(github: GitHub, id: number): { action: string; workflow_run: { status: string } } {
  const workflow_run = github.shownRun(id) as { status: string };
  return { action: workflow_run.status === "queued" ? "requested" : workflow_run.status, workflow_run };
}
