/** The door: reads the environment, makes the edges, calls the story, and turns what it throws into a failed step. */

import { randomBytes } from "node:crypto";
import * as core from "@actions/core";
import { Cancelled } from "./cancel.ts";
import { systemClock } from "./clock.ts";
import { Failure } from "./failure.ts";
import { connect } from "./github.ts";
import { readInputs } from "./inputs.ts";
import { run } from "./run.ts";

async function main(): Promise<void> {
  const { env } = process;
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
    process.on(signal, () => cancellation.abort(new Cancelled(signal)));
  }

  const hasProxy = ["https_proxy", "http_proxy"].some((name) => env[name] || env[name.toUpperCase()]);
  // The runner takes `##[…]` for a command wherever it stands, and names of remote runs and jobs come from outside.
  const inert = (line: string) => line.replaceAll("##[", "## [");
  const log = { info: (line: string) => core.info(inert(line)), warning: core.warning, debug: core.debug };
  const outputs = new Map<string, string>();
  await run(inputs, {
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
    setOutputs(all) {
      for (const [name, value] of Object.entries(all)) {
        if (outputs.get(name) === value) continue;
        outputs.set(name, value);
        core.setOutput(name, value);
      }
    },
  });
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
