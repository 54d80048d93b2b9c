/** The door: reads the environment, makes the edges, calls the story, and turns what it throws into a failed step. */

import { randomBytes } from "node:crypto";
import * as core from "@actions/core";
import { getProxyUrl } from "@actions/http-client/lib/proxy";
import { openGitHub } from "./api.ts";
import { Cancelled } from "./cancel.ts";
import { systemClock } from "./clock.ts";
import { secretsOf } from "./credentials.ts";
import { Failure } from "./failure.ts";
import type { Credentials } from "./github.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { permissionsFor } from "./permissions.ts";
import { post } from "./post.ts";
import { run } from "./run.ts";
import { readTrace } from "./trace.ts";

/** A token that is not revoked ends by itself within the hour. */
const REVOKE_TIMEOUT_MS = 3000;

async function main(): Promise<void> {
  const { env } = process;
  for (const secret of secretsOf(core.getInput)) core.setSecret(secret);
  const isPost = core.getState("isPost") !== "";
  if (!isPost) rememberStep();
  const inputs = readInputs(
    core.getInput,
    {
      repository: env.GITHUB_REPOSITORY ?? "",
      apiUrl: env.GITHUB_API_URL ?? "https://api.github.com",
      runId: env.GITHUB_RUN_ID ?? "0",
      runAttempt: env.GITHUB_RUN_ATTEMPT ?? "1",
    },
    randomBytes(8).toString("hex"),
  );

  const cancellation = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // A second signal changes nothing: the first one's work is short, and the runner kills in the end.
    process.on(signal, () => cancellation.abort(new Cancelled(signal, systemClock.nowMs())));
  }

  const proxy = findProxy(inputs.target.apiUrl);
  // The runner takes `##[…]` for a command wherever it stands, and names of remote runs and jobs come from outside.
  const inert = (line: string) => line.replaceAll("##[", "## [");
  const log = {
    info: (line: string) => core.info(inert(line)),
    warning: (line: string) => core.warning(line),
    debug: (line: string) => core.debug(line),
  };
  const github = openGitHub({
    target: inputs.target,
    credentials: await chooseCredentials(inputs),
    fetch: await chooseFetch(inputs.target.apiUrl, proxy !== undefined),
    clock: systemClock,
    log,
  });
  const edges = {
    github,
    clock: systemClock,
    log,
    random: Math.random,
    signal: cancellation.signal,
    hasProxy: proxy !== undefined,
    setOutputs: onlyNews((name, value) => core.setOutput(name, value)),
    saveTrace: (trace: string) => saveState({ trace }),
  };

  try {
    if (!isPost) return await run(inputs, edges);
    const trace = core.getState("trace");
    if (trace) await post(inputs, readTrace(trace), { ...edges, setOutputs() {}, saveTrace() {} });
  } finally {
    await github
      .revokeToken({ timeoutMs: REVOKE_TIMEOUT_MS })
      .catch((error: Error) => core.debug(error.message));
  }
}

/** Before all else: a `post` step that took itself for the step would dispatch. */
function rememberStep(): void {
  try {
    core.saveState("isPost", "true");
  } catch (error) {
    throw new Failure(
      `The runner does not keep the step's state, so nothing was sent: ${(error as Error).message}\n` +
        "That is a fault of the runner: the file named by `GITHUB_STATE` has to exist.",
    );
  }
}

const saveState = onlyNews((name, value) => core.saveState(name, value));

/** Passes on what has changed since the last time. */
function onlyNews(tell: (name: string, value: string) => void): (all: Record<string, string>) => void {
  const told = new Map<string, string>();
  return (all) => {
    for (const [name, value] of Object.entries(all)) {
      if (told.get(name) === value) continue;
      told.set(name, value);
      try {
        tell(name, value);
      } catch (error) {
        // A runner whose files are missing must not cost us the run that we have started.
        core.warning(`The runner did not take \`${name}\`: ${(error as Error).message}`);
      }
    }
  };
}

async function chooseCredentials(inputs: Inputs): Promise<Credentials> {
  if (!("app" in inputs.credentials)) return inputs.credentials;
  const { createAppAuth } = await import("@octokit/auth-app");
  const permissions = permissionsFor(inputs);
  return { app: { ...inputs.credentials.app, permissions, strategy: createAppAuth, mask: core.setSecret } };
}

/** The proxy for the server, by the usual variables in either case. Its password is hidden from here on. */
function findProxy(apiUrl: string): URL | undefined {
  try {
    const proxy = getProxyUrl(new URL(apiUrl));
    const password = proxy?.password ?? "";
    for (const form of [password, encodeURIComponent(password)]) if (form) core.setSecret(form);
    return proxy;
  } catch {
    throw new Failure(
      "The proxy variable for this server (`HTTPS_PROXY` or `HTTP_PROXY`) is no URL such as `http://proxy.example.com:3128`, so nothing was sent.\n" +
        "Correct it on the runner; characters such as `@` or `#` in a password have to be percent-encoded.",
    );
  }
}

/** Node 20's own fetch knows no proxy variables; that of @actions/github does, for the server that it finds at its import. */
async function chooseFetch(apiUrl: string, hasProxy: boolean): Promise<typeof globalThis.fetch> {
  if (!hasProxy) return globalThis.fetch;
  process.env.GITHUB_API_URL = apiUrl;
  const { defaults } = await import("@actions/github/lib/utils");
  return defaults.request?.fetch;
}

main().catch((error: unknown) => {
  // Only what is written for the reader is shown; the rest would be a stack trace.
  core.setFailed(
    error instanceof Failure ? error.message : `Unexpected: ${(error as Error)?.message ?? error}`,
  );
  core.debug(String((error as Error)?.stack));
});
