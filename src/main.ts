/** The door: reads the environment, makes the edges, calls the story, and turns what it throws into a failed step. */

import { randomBytes } from "node:crypto";
import * as core from "@actions/core";
import { Cancelled } from "./cancel.ts";
import { systemClock } from "./clock.ts";
import { Failure } from "./failure.ts";
import { connect } from "./github.ts";
import { readInputs } from "./inputs.ts";
import { post } from "./post.ts";
import { run } from "./run.ts";
import { readTrace } from "./trace.ts";

async function main(): Promise<void> {
  const { env } = process;
  const isPost = core.getState("isPost") !== "";
  // Before all else: a `post` step that took itself for the step would dispatch.
  if (!isPost) core.saveState("isPost", "true");
  const token = core.getInput("token");
  if (token) core.setSecret(token);
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

  const hasProxy = ["https_proxy", "http_proxy"].some((name) => env[name] || env[name.toUpperCase()]);
  // The runner takes `##[…]` for a command wherever it stands, and names of remote runs and jobs come from outside.
  const inert = (line: string) => line.replaceAll("##[", "## [");
  const log = {
    info: (line: string) => core.info(inert(line)),
    warning: (line: string) => core.warning(line),
    debug: (line: string) => core.debug(line),
  };
  const edges = {
    github: connect({
      ...inputs,
      fetch: await chooseFetch(inputs.target.apiUrl, hasProxy),
      clock: systemClock,
      log,
    }),
    clock: systemClock,
    log,
    random: Math.random,
    signal: cancellation.signal,
    hasProxy,
    setOutputs: onlyNews((name, value) => core.setOutput(name, value)),
    saveTrace: (trace: string) => saveState({ trace }),
  };

  if (!isPost) return run(inputs, edges);
  const trace = core.getState("trace");
  if (trace) await post(inputs, readTrace(trace), { ...edges, setOutputs() {}, saveTrace() {} });
}

const saveState = onlyNews((name, value) => core.saveState(name, value));

/** Passes on what has changed since the last time. */
function onlyNews(tell: (name: string, value: string) => void): (all: Record<string, string>) => void {
  const told = new Map<string, string>();
  return (all) => {
    for (const [name, value] of Object.entries(all)) {
      if (told.get(name) === value) continue;
      told.set(name, value);
      tell(name, value);
    }
  };
}

/** Node 20's own fetch knows no proxy variables; that of @actions/github does, for the server that it finds at its import. */
async function chooseFetch(apiUrl: string, hasProxy: boolean): Promise<typeof globalThis.fetch> {
  if (!hasProxy) return globalThis.fetch;
  process.env.GITHUB_API_URL = apiUrl;
  const { defaults } = await import("@actions/github/lib/utils");
  return defaults.request?.fetch;
}

main()
  .catch((error: unknown) => {
    // Only what is written for the reader is shown; the rest would be a stack trace.
    core.setFailed(
      error instanceof Failure ? error.message : `Unexpected: ${(error as Error)?.message ?? error}`,
    );
    core.debug(String((error as Error)?.stack));
  })
  .finally(() => {
    // Kept-alive connections would keep the process for seconds.
    process.exit();
  });
