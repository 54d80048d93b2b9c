/** The door: reads the environment, makes the edges, calls the story, and turns what it throws into a failed step. */

import { randomBytes } from "node:crypto";
import * as core from "@actions/core";
import type { context as Context } from "@actions/github";
import { type GitHub, openGitHub } from "./github/api.ts";
import type { Credentials, Target } from "./github/connection.ts";
import type { Member, Pool } from "./github/pool.ts";
import type { Permissions } from "./github/purposes.ts";
import { type Fetch, openTransport } from "./github/transport.ts";
import { type GivenCredentials, secretsOf } from "./inputs/credentials.ts";
import { givesObjects } from "./inputs/dispatch-request.ts";
import { generateIdHex } from "./inputs/distinct-id.ts";
import { commitOfEvent } from "./inputs/event-commit.ts";
import { readInputs } from "./inputs/inputs.ts";
import { asMeant, inputNamesIn, isEmptyObject } from "./inputs/names.ts";
import { optionalPermissionsFor, permissionsFor } from "./inputs/permissions.ts";
import { withReuseKey } from "./inputs/reuse-key.ts";
import { type Caller, withoutTrailingSlash } from "./inputs/target.ts";
import { tokensIn } from "./inputs/target-tokens.ts";
import { post } from "./post.ts";
import { run } from "./run.ts";
import { Cancelled } from "./runner/cancellation.ts";
import { systemClock } from "./runner/clock.ts";
import { countsAsPublic, readContext } from "./runner/context.ts";
import { findIdTokenRequest, hasIdTokenRequest } from "./runner/id-token.ts";
import { endFolding, runnerLog } from "./runner/log.ts";
import { appendSummary, markPostStep, rewriteOutputs, saveState, setOutputs } from "./runner/outputs.ts";
import { findProxy } from "./runner/proxy.ts";
import { StepError } from "./runner/step-error.ts";
import { keepSecrets } from "./text/secrets.ts";

const masked = new Set<string>();

/** Tells the runner once. */
function mask(secret: string): void {
  if (!masked.has(secret)) core.setSecret(secret);
  masked.add(secret);
}

/** How long revoking the App's token may take. One that is not revoked expires within the hour. */
const REVOKE_TIMEOUT_MS = 3000;

async function main(): Promise<void> {
  const cancellation = new AbortController();
  const cancel = (by: string) => cancellation.abort(new Cancelled(by, systemClock.nowMs()));
  // A second signal changes nothing: what the first one starts is short, and the runner kills the process in the end.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => cancel(signal));
  // Whoever read the log is gone, as a runner that has crashed. Without a listener, the process would die of it (EPIPE).
  process.stdout.on("error", () => cancel("a closed output"));
  const connections = openConnections();
  const isPost = core.getState("isPost") !== "";
  try {
    const start = process.env.TRACKED_DISPATCH_DOOR === "report" ? startReporting : startStep;
    await (isPost ? endStep(connections) : start(connections, cancellation.signal));
  } finally {
    // The runner kills a cancelled step soon, and the step has yet to say how it ended.
    await connections.close(cancellation.signal.aborted ? REVOKE_TIMEOUT_MS / 10 : REVOKE_TIMEOUT_MS);
  }
}

async function startStep(connections: Connections, signal: AbortSignal): Promise<void> {
  const { env } = process;
  const { open } = connections;
  const names = inputNamesIn(env);
  const read = asMeant(core.getInput, names);
  for (const secret of secretsOf(read)) mask(secret);
  markPostStep();
  const context = await readContext(env.GITHUB_API_URL || "https://api.github.com");
  const caller = callerOf(context, env.GITHUB_REPOSITORY);
  const hasTargets = read("targets").trim() !== "";
  const mappings = hasTargets || givesObjects(read) ? await import("./inputs/mapping.ts") : undefined;
  for (const secret of tokensIn(read("tokens"), mappings)) mask(secret);
  const nextIdHex = () => generateIdHex(systemClock.nowMs(), randomBytes(6).toString("hex"));
  const openCallersGitHub = () => {
    const token = read("status_token");
    mask(token);
    const [owner = "", repo = ""] = caller.repository.split("/");
    return open({ owner, repo, apiUrl: withoutTrailingSlash(caller.apiUrl) }, { token });
  };
  const edges = {
    openCallersGitHub,
    clock: systemClock,
    log: runnerLog,
    random: Math.random,
    signal,
    callerApiUrl: withoutTrailingSlash(caller.apiUrl),
    callerIsPublic: countsAsPublic(context.payload),
    writeSummary: appendSummary,
    hasProxyFor: (url: string) => findProxy(url) !== undefined,
  };
  if (hasTargets && mappings) {
    const { startMany } = await import("./start-many.ts");
    return startMany({
      ...edges,
      ...connections,
      ...{ read: core.getInput, names, caller, mappings, nextIdHex },
      callersRunUrl: `${context.serverUrl}/${caller.repository}/actions/runs/${caller.runId}`,
      setOutputs: rewriteOutputs,
      savePostState: (postState, position) => saveState({ [stateKey(position)]: postState }),
    });
  }

  const inputs = await withReuseKey(readInputs(core.getInput, caller, nextIdHex(), mappings, names));
  const { commitStatus, target, credentials } = inputs;
  await run(inputs, {
    ...edges,
    github: await open(target, credentials, permissionsFor(inputs), optionalPermissionsFor(inputs)),
    // The caller's server and token may differ from the target's, so neither connection is given the other's.
    callersGitHub: commitStatus && (await open(commitStatus.target, { token: commitStatus.token })),
    setOutputs,
    savePostState: (postState: string) => saveState({ postState }),
  });
}

/** `report/`, which stands in the target. */
async function startReporting(connections: Connections, signal: AbortSignal): Promise<void> {
  const { env } = process;
  const read = core.getInput;
  for (const secret of [...secretsOf(read), read("own_token")].filter((each) => each !== "")) mask(secret);
  const { eventName, payload, apiUrl } = await readContext(env.GITHUB_API_URL || "https://api.github.com");
  const [owner = "", repo = ""] = (env.GITHUB_REPOSITORY ?? "").split("/");
  const { startReport } = await import("./start-report.ts");
  await startReport({
    ...connections,
    ...{ read, names: inputNamesIn(env), event: eventName, payload, signal },
    own: { owner, repo, apiUrl: withoutTrailingSlash(apiUrl) },
    clock: systemClock,
    log: runnerLog,
    random: Math.random,
  });
}

/** Of an entry of `targets`, by its position; undefined: of the step. */
function stateKey(position: number | undefined): string {
  return position === undefined ? "postState" : `postState${position}`;
}

/** An entry of `targets` has state of its own. */
const MAX_TARGETS = 256;

/** What the step, and each entry of `targets`, has saved. */
function savedStates(): string[] {
  const texts = [core.getState(stateKey(undefined))];
  for (let position = 0; position < MAX_TARGETS; position++) texts.push(core.getState(stateKey(position)));
  return texts.filter((text) => text !== "");
}

/** The `post` step: the step's result stands, so whatever goes wrong is a warning. */
async function endStep(connections: Connections): Promise<void> {
  const read = core.getInput;
  const states = savedStates();
  if (states.length === 0) return;
  for (const secret of secretsOf(read, true)) mask(secret);
  const mappings = isEmptyObject(read("tokens")) ? undefined : await import("./inputs/mapping.ts");
  for (const secret of tokensIn(read("tokens"), mappings)) mask(secret);
  const apiUrl = withoutTrailingSlash(read("api_url") || process.env.GITHUB_API_URL || "https://api.github.com");
  const edges = { clock: systemClock, log: runnerLog, random: Math.random, hasIdToken: hasIdTokenRequest() };
  await post(states, { ...edges, ...connections, read, mappings, apiUrl }).catch((error: unknown) => {
    core.warning(messageOf(error));
    core.debug(String((error as Error)?.stack));
  });
}

type Connections = ReturnType<typeof openConnections>;

function openConnections() {
  const secrets = keepSecrets(mask);
  const opened: GitHub[] = [];
  const pools: Pool[] = [];
  const fetch = collectingGarbage(openTransport(systemClock, findProxy), () => pools.length > 0);
  const options = { fetch, clock: systemClock, log: runnerLog, secrets };
  return {
    async open(target: Target, given: GivenCredentials, needs: Permissions = {}, wishes: Permissions = {}) {
      // Throws for a proxy variable that nobody can read.
      findProxy(target.apiUrl);
      const credentials = await chooseCredentials(given, needs, wishes);
      const github = openGitHub({ ...options, target, credentials });
      opened.push(github);
      return github;
    },
    async openPool(members: readonly Member[]): Promise<Pool> {
      for (const { target } of members) findProxy(target.apiUrl);
      const { openPool } = await import("./github/pool.ts");
      const pool = await openPool(members, { ...options, choose: chooseCredentials });
      pools.push(pool);
      return pool;
    },
    async close(timeoutMs: number): Promise<void> {
      const revoke = (github: GitHub) => github.revokeToken({ timeoutMs }).catch((error) => core.debug(error.message));
      await Promise.all([...opened, ...pools.flatMap((pool) => pool.opened())].map(revoke));
    },
  };
}

function callerOf({ apiUrl, runId, runAttempt, eventName, payload, sha }: typeof Context, repository = ""): Caller {
  return {
    repository,
    apiUrl,
    runId: String(runId || 0),
    runAttempt: String(runAttempt || 1),
    // Undefined where no runner has set it.
    commit: commitOfEvent(eventName ?? "", payload, sha ?? ""),
    hasIdToken: hasIdTokenRequest(),
  };
}

async function chooseCredentials(
  given: GivenCredentials,
  needs: Permissions,
  wishes: Permissions,
): Promise<Credentials> {
  if ("token" in given) return given;
  if ("broker" in given) {
    findProxy(`https://${given.broker.host}`);
    const { brokerTokens } = await import("./github/broker-tokens.ts");
    return { broker: brokerTokens(given.broker, findIdTokenRequest()) };
  }
  const { createAppAuth } = await import("@octokit/auth-app");
  return { app: { ...given.app, needs, wishes, strategy: createAppAuth } };
}

const REQUESTS_PER_CLEAR_UP = 25;
/** With many targets there is more to look through each time. */
const MANY_REQUESTS_PER_CLEAR_UP = 60;

/** Clears up the memory whenever so many more requests have been sent; a short step sends fewer. */
function collectingGarbage(fetch: Fetch, hasMany: () => boolean): Fetch {
  let sent = 0;
  return async (...request) => {
    if (++sent % (hasMany() ? MANY_REQUESTS_PER_CLEAR_UP : REQUESTS_PER_CLEAR_UP) === 0)
      (await import("./runner/garbage-collection.ts")).collectGarbage();
    return fetch(...request);
  };
}

function messageOf(error: unknown): string {
  return error instanceof StepError ? error.message : `Unexpected: ${(error as Error)?.message ?? error}`;
}

main()
  .catch((error: unknown) => {
    endFolding();
    // The stack says nothing to the reader of a red step: it goes to the debug log.
    core.setFailed(messageOf(error));
    core.debug(String((error as Error)?.stack));
  })
  // A proxy that neither opens nor refuses a tunnel would keep the process alive after the step has ended.
  .finally(() => process.stdout.write("", () => process.exit()));
