import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAppAuth } from "@octokit/auth-app";
import { parse } from "yaml";
import { openGitHub } from "../../src/github/api.ts";
import { brokerTokens } from "../../src/github/broker-tokens.ts";
import type { Credentials, Target } from "../../src/github/connection.ts";
import { type Member, openPool } from "../../src/github/pool.ts";
import type { Permissions } from "../../src/github/purposes.ts";
import type { GivenCredentials } from "../../src/inputs/credentials.ts";
import { readInputs } from "../../src/inputs/inputs.ts";
import * as mappings from "../../src/inputs/mapping.ts";
import { optionalPermissionsFor, permissionsFor } from "../../src/inputs/permissions.ts";
import { withReuseKey } from "../../src/inputs/reuse-key.ts";
import type { EventCommit } from "../../src/inputs/target.ts";
import { post } from "../../src/post.ts";
import { run } from "../../src/run.ts";
import { Cancelled } from "../../src/runner/cancellation.ts";
import type { IdTokenRequest } from "../../src/runner/id-token.ts";
import type { Log } from "../../src/runner/log.ts";
import { StepError } from "../../src/runner/step-error.ts";
import { startMany } from "../../src/start-many.ts";
import { keepSecrets } from "../../src/text/secrets.ts";
// What a step loads late has to be there already: virtual time would pass while it is read.
import "../../src/dry-run/dry-run.ts";
import "../../src/targets/dry-run.ts";
import "../../src/targets/summary.ts";
import "../../src/find/not-found.ts";
import "../../src/summary/step-error.ts";
import "../../src/wait/explain-end.ts";
import "../../src/workflow-file/receivers.ts";
import "../../src/summary/summary.ts";
import "../../src/outputs/commit-status.ts";
import "../../src/outputs/leave-status.ts";
import "../../src/outputs/read-outputs.ts";
import "../../src/wait/read-queue-position.ts";
import "../../src/wait/baseline.ts";
import "../../src/outputs/leave-status.ts";
import "../../src/wait/successor.ts";
import "../../src/wait/next-attempt.ts";
import "../../src/dispatch/choose-ref.ts";
import "../../src/dispatch/reuse.ts";
import type { GitHub, VirtualClock } from "../simulator/index.ts";
import { newIdHex, playAndCompare } from "./list-of-one.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The caller's workflow run. */
export const CALLER = {
  repository: "octo/the-app",
  runId: "1658821493",
  runAttempt: "1",
  sha: "9f3c2a7e41d06b58aa11c0de5eed5eed12345678",
};
/** The token that a step has if it gives none: the caller's `github.token`. */
export const GITHUB_TOKEN = "ghs_thecallersown";

interface ActionYml {
  inputs: Record<string, { default?: string; description: string }>;
  outputs: Record<string, { description: string }>;
  runs: Record<Part, string>;
}

/** What the runner starts: the step, and what follows it at the end of its job. */
export type Part = "main" | "post";

export const actionYml = parse(readFileSync(join(root, "action.yml"), "utf8")) as ActionYml;

/** Of `report`, the receiver's half. It has no outputs. */
export const reportYml = parse(readFileSync(join(root, "report", "action.yml"), "utf8")) as Omit<ActionYml, "outputs">;

/** All inputs as the runner hands them over: what `with:` gives, and else the defaults of action.yml for the caller's repository. */
export function inputsOf(
  given: Record<string, string>,
  apiUrl: string,
  repository = CALLER.repository,
  declared = actionYml.inputs,
): Record<string, string> {
  for (const name of Object.keys(given)) if (!(name in declared)) throw new Error(`no such input: ${name}`);
  const context: Record<string, string> = {
    token: GITHUB_TOKEN,
    api_url: apiUrl,
    repository,
    repository_owner: repository.split("/")[0] as string,
  };
  const inputs: Record<string, string> = {};
  for (const [name, { default: byDefault = "" }] of Object.entries(declared)) {
    inputs[name] =
      given[name] ?? byDefault.replace(/\$\{\{ github\.(\w+) \}\}/g, (_, key: string) => context[key] ?? "");
  }
  return inputs;
}

/** What a step left behind. */
export interface Played {
  outputs: Record<string, string>;
  log: string[];
  warnings: string[];
  /** They are in the log as well. */
  notices: string[];
  /** The message of the failed step; undefined when it is green. */
  failure: string | undefined;
  /** The job summary, if it was written. */
  summary: string;
  /** What the step leaves for its `post` step. */
  trace: string;
  /** The same of each entry of `targets`, by its position. */
  traces: string[];
  /** What the runner was told to hide. */
  masked: string[];
  /** By the clock. */
  tookMs: number;
}

export interface Play {
  clock: VirtualClock;
  /** When the caller cancels the step, from its start. */
  cancelAfterMs?: number;
  /** Jitter; the middle of it by default. */
  random?: () => number;
  idHex?: string;
  /** The caller's repository is public (false). */
  callerIsPublic?: boolean;
  /** The caller's own server (the target's). */
  callerApiUrl?: string;
  /** The caller's run, where it is not `CALLER`. */
  caller?: Partial<Pick<typeof CALLER, "repository" | "runId">>;
  /** Which attempt of the caller's run it is (the first). */
  attempt?: number;
  /** The commit that the caller's run is about. */
  sha?: string;
  /** The commit of its event, where that is another one. */
  commit?: EventCommit;
  /** What the runner gives a job with `id-token: write`. */
  idToken?: IdTokenRequest;
  /** The addresses that are behind a proxy. */
  proxied?: RegExp;
  /** Told of each trace that the step leaves, as it leaves it. */
  onTrace?: (trace: string, position?: number) => void;
  /** Told of the outputs whenever the step sets some. */
  onOutputs?: (outputs: Readonly<Record<string, string>>) => void;
  /** Names of inputs that do not exist, as the runner hands them on. */
  more?: readonly string[];
}

/** All that others may read of steps: whom the runner was told to hide is no part of it. */
export function textOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts, (name, value) => (name === "masked" ? undefined : value));
}

/** Plays a step on virtual time, by its inputs as in `with:`. */
export function playStep(github: GitHub, given: Record<string, string>, play: Play): Promise<Played> {
  return playAndCompare(playOnce, github, given, play);
}

function playOnce(github: GitHub, given: Record<string, string>, play: Play): Promise<Played> {
  const {
    clock,
    random = () => 0.5,
    idHex = newIdHex(),
    cancelAfterMs,
    callerIsPublic = false,
    callerApiUrl = github.apiUrl,
    caller: callers = {},
    attempt = 1,
    more = [],
    sha = CALLER.sha,
    commit = { sha, isOfCallersRun: true },
    onTrace = () => {},
    onOutputs = () => {},
  } = play;
  const texts = inputsOf(given, github.apiUrl);
  const cancellation = new AbortController();
  if (cancelAfterMs !== undefined) {
    clock.sleep(cancelAfterMs).then(() => cancellation.abort(new Cancelled("SIGINT", clock.nowMs())));
  }
  return onStage(play, async (log, played) => {
    const hasIdToken = play.idToken !== undefined;
    const caller = { ...CALLER, ...callers, runAttempt: String(attempt), apiUrl: callerApiUrl, commit, hasIdToken };
    const names = [...Object.keys(texts), ...more];
    const read = (name: string) => texts[name] ?? "";
    const { open, openPool } = connectionsOf(play, log, played);
    const [owner = "", repo = ""] = caller.repository.split("/");
    const edges = {
      openCallersGitHub: () => open({ owner, repo, apiUrl: callerApiUrl }, { token: read("status_token") }),
      clock,
      log,
      random,
      signal: cancellation.signal,
      callerIsPublic,
      callerApiUrl,
      hasProxyFor: (url: string) => play.proxied?.test(url) ?? false,
      writeSummary: (markdown: string) => Object.assign(played, { summary: markdown }),
      setOutputs: (outputs: Record<string, string>) => onOutputs(Object.assign(played.outputs, outputs)),
    };
    const save = (trace: string, position?: number) => {
      if (position === undefined) played.trace = trace;
      else played.traces[position] = trace;
      onTrace(trace, position);
    };
    if (read("targets") !== "") {
      return startMany({
        ...edges,
        ...{ read, names, caller, mappings, open, openPool },
        // The entries' ids differ, as they do where a story has given the first.
        nextIdHex: entryIds(idHex),
        callersRunUrl: `https://github.com/${caller.repository}/actions/runs/${caller.runId}`,
        savePostState: save,
      });
    }
    const inputs = await withReuseKey(readInputs(read, caller, idHex, mappings, names));
    const { commitStatus, target } = inputs;
    const [needs, wishes] = [permissionsFor(inputs), optionalPermissionsFor(inputs)];
    await run(inputs, {
      ...edges,
      github: await open(target, inputs.credentials, needs, wishes),
      callersGitHub: commitStatus && (await open(commitStatus.target, { token: commitStatus.token })),
      savePostState: save,
    });
  });
}

/** The first is given; each of the others is the next one. */
function entryIds(first: string): () => string {
  const given = [first];
  return () => given.pop() ?? newIdHex();
}

/** Plays the `post` step of a step that left `traces`; `given` are its inputs, as they are by then. */
export function playPost(
  github: GitHub,
  given: Record<string, string>,
  traces: string | readonly string[],
  play: Play,
): Promise<Played> {
  const { clock, random = () => 0.5 } = play;
  const texts = inputsOf(given, github.apiUrl);
  const read = (name: string) => texts[name] ?? "";
  return onStage(play, (log, played) =>
    post([traces].flat(), {
      ...connectionsOf(play, log, played),
      read,
      mappings,
      apiUrl: github.apiUrl,
      hasIdToken: play.idToken !== undefined,
      clock,
      log,
      random,
    }),
  );
}

/** As the door makes them. */
export function connectionsOf(play: Play, log: Log, played: Played) {
  const { clock } = play;
  const secrets = keepSecrets((secret) => played.masked.push(secret));
  const options = { fetch: clock.fetch, clock, log, secrets };
  const choose = async (given: GivenCredentials, needs: Permissions = {}, wishes: Permissions = {}) =>
    credentialsOf(given, needs, wishes, play);
  return {
    open: async (target: Target, given: GivenCredentials, needs: Permissions = {}, wishes: Permissions = {}) =>
      openGitHub({ ...options, target, credentials: credentialsOf(given, needs, wishes, play) }),
    openPool: (members: readonly Member[]) => openPool(members, { ...options, choose }),
  };
}

export function nothingPlayed(): Played {
  const lists = { log: [], warnings: [], notices: [], traces: [], masked: [] };
  return { ...lists, outputs: {}, failure: undefined, summary: "", trace: "", tookMs: 0 };
}

/** Performs a step, and says what it left behind. */
export async function onStage(
  { clock }: Pick<Play, "clock">,
  perform: (log: Log, played: Played) => Promise<void>,
): Promise<Played> {
  const startedAtMs = clock.nowMs();
  const played = nothingPlayed();
  const log = {
    info: (line: string) => played.log.push(line),
    group: (title: string, lines: readonly string[]) => played.log.push(title, ...lines),
    still: (line: string) => played.log.push(line),
    notice: (line: string) => {
      played.log.push(line);
      played.notices.push(line);
    },
    warning: (line: string) => played.warnings.push(line),
    debug() {},
  };
  try {
    await perform(log, played);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    played.failure = error.message;
  }
  played.tookMs = clock.nowMs() - startedAtMs;
  return played;
}

/** As the door does it; while a key signs, which takes real time, the virtual one stands still. */
function credentialsOf(
  given: GivenCredentials,
  needs: Permissions,
  wishes: Permissions,
  { clock, idToken = { url: "", token: "" } }: Play,
): Credentials {
  if ("token" in given) return given;
  if ("broker" in given) return { broker: brokerTokens(given.broker, idToken) };
  const strategy = (options: Parameters<typeof createAppAuth>[0]) => {
    const auth = createAppAuth(options);
    type Hook = typeof auth.hook;
    const hook = (async (request: Parameters<Hook>[0], ...rest: [never, never]) => {
      clock.hold();
      const released = Object.assign((...sent: Parameters<typeof request>) => {
        clock.release();
        return request(...sent).finally(() => clock.hold());
      }, request);
      try {
        return await auth.hook(released as never, ...rest);
      } finally {
        clock.release();
      }
    }) as Hook;
    const sign = (...given: Parameters<typeof auth>) => {
      clock.hold();
      return auth(...given).finally(() => clock.release());
    };
    return Object.assign(sign, { hook });
  };
  return { app: { ...given.app, needs, wishes, strategy } };
}
