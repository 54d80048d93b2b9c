/** The door: reads the environment, makes the edges, calls the story, and turns what it throws into a failed step. */

import { randomBytes } from "node:crypto";
import * as core from "@actions/core";
import type { context as Context } from "@actions/github";
import { openGitHub } from "./github/api.ts";
import type { Credentials } from "./github/connection.ts";
import { type Fetch, openTransport } from "./github/transport.ts";
import { secretsOf } from "./inputs/credentials.ts";
import { givesObjects } from "./inputs/dispatch-request.ts";
import { generateIdHex } from "./inputs/distinct-id.ts";
import { type Inputs, readInputs } from "./inputs/inputs.ts";
import { inputNamesIn } from "./inputs/names.ts";
import { optionalPermissionsFor, permissionsFor } from "./inputs/permissions.ts";
import { type Caller, withoutTrailingSlash } from "./inputs/target.ts";
import { post } from "./post.ts";
import { run } from "./run.ts";
import { Cancelled } from "./runner/cancellation.ts";
import { systemClock } from "./runner/clock.ts";
import { readContext } from "./runner/context.ts";
import { runnerLog } from "./runner/log.ts";
import { appendSummary, markPostStep, saveState, setOutputs } from "./runner/outputs.ts";
import { findProxy } from "./runner/proxy.ts";
import { StepError } from "./runner/step-error.ts";
import { readPostState } from "./state/post-state.ts";

/** How long revoking the App's token may take. One that is not revoked expires within the hour. */
const REVOKE_TIMEOUT_MS = 3000;

async function main(): Promise<void> {
  const { env } = process;
  for (const secret of secretsOf(core.getInput)) core.setSecret(secret);
  const isPost = core.getState("isPost") !== "";
  if (!isPost) markPostStep();
  const postState = core.getState("postState");
  if (isPost && !postState) return;
  const context = await readContext(env.GITHUB_API_URL || "https://api.github.com");
  const caller = callerOf(context, env.GITHUB_REPOSITORY);
  const mappings = givesObjects(core.getInput) ? await import("./inputs/mapping.ts") : undefined;
  const idHex = generateIdHex(systemClock.nowMs(), randomBytes(6).toString("hex"));
  const inputs = readInputs(core.getInput, caller, idHex, mappings, inputNamesIn(env));

  const cancellation = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // A second signal changes nothing: what the first one starts is short, and the runner kills the process in the end.
    process.on(signal, () => cancellation.abort(new Cancelled(signal, systemClock.nowMs())));
  }

  const proxy = findProxy(inputs.target.apiUrl);
  const fetch = collectingGarbage(openTransport(systemClock, findProxy));
  const connection = { fetch, clock: systemClock, log: runnerLog };
  const credentials = await chooseCredentials(inputs);
  const github = openGitHub({ ...connection, target: inputs.target, credentials });
  const { commitStatus } = inputs;
  const callersSide = commitStatus && { target: commitStatus.target, credentials: { token: commitStatus.token } };
  const dependencies = {
    github,
    // The caller's server and token may differ from the target's, so neither connection is given the other's.
    callersGitHub: callersSide && openGitHub({ ...connection, ...callersSide }),
    clock: systemClock,
    log: runnerLog,
    random: Math.random,
    signal: cancellation.signal,
    hasProxy: proxy !== undefined,
    callerApiUrl: withoutTrailingSlash(caller.apiUrl),
    // Where the event does not tell, the caller counts as public.
    callerIsPublic: context.payload.repository?.private !== true,
    writeSummary: appendSummary,
    setOutputs,
    savePostState: (postState: string) => saveState({ postState }),
  };

  try {
    if (!isPost) return await run(inputs, dependencies);
    await post(inputs, readPostState(postState), { ...dependencies, setOutputs() {}, savePostState() {} });
  } finally {
    await github
      // The runner kills a cancelled step soon, and the step has yet to say how it ended.
      .revokeToken({ timeoutMs: cancellation.signal.aborted ? REVOKE_TIMEOUT_MS / 10 : REVOKE_TIMEOUT_MS })
      .catch((error: Error) => core.debug(error.message));
  }
}

function callerOf({ apiUrl, runId, runAttempt, payload, sha }: typeof Context, repository = ""): Caller {
  return {
    repository,
    apiUrl,
    runId: String(runId || 0),
    runAttempt: String(runAttempt || 1),
    // The `sha` of a pull request's run is a merge commit, whose page nobody looks at (docs/platform.md#commit-statuses).
    sha: String(payload.pull_request?.head?.sha ?? sha ?? ""),
  };
}

async function chooseCredentials(inputs: Inputs): Promise<Credentials> {
  if (!("app" in inputs.credentials)) return inputs.credentials;
  const { createAppAuth } = await import("@octokit/auth-app");
  const [needs, wishes] = [permissionsFor(inputs), optionalPermissionsFor(inputs)];
  return { app: { ...inputs.credentials.app, needs, wishes, strategy: createAppAuth, mask: core.setSecret } };
}

const REQUESTS_PER_CLEAR_UP = 25;

/** Clears up the memory whenever so many more requests have been sent; a short step sends fewer. */
function collectingGarbage(fetch: Fetch): Fetch {
  let sent = 0;
  return async (...request) => {
    if (++sent % REQUESTS_PER_CLEAR_UP === 0) (await import("./runner/garbage-collection.ts")).collectGarbage();
    return fetch(...request);
  };
}

main()
  .catch((error: unknown) => {
    // The stack says nothing to the reader of a red step: it goes to the debug log.
    core.setFailed(error instanceof StepError ? error.message : `Unexpected: ${(error as Error)?.message ?? error}`);
    core.debug(String((error as Error)?.stack));
  })
  // A proxy that neither opens nor refuses a tunnel would keep the process alive after the step has ended.
  .finally(() => process.stdout.write("", () => process.exit()));
