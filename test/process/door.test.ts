/** The door itself, src/main.ts as a process: what it makes of the environment. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

test("every input that the runner hands on is looked at, also such as do not exist", () => {
  const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-door-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const state = join(directory, "state");
  writeFileSync(state, "");
  const { stdout, status } = spawnSync(process.execPath, ["--import", "tsx", MAIN], {
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      GITHUB_STATE: state,
      GITHUB_REPOSITORY: "octo/the-app",
      // Nobody listens there.
      GITHUB_API_URL: "http://127.0.0.1:1",
      INPUT_TOKEN: "t0ken",
      INPUT_WORKFLOW: "deploy.yml",
      "INPUT_DRY-RUN": "true",
    },
  });
  expect(stdout).toContain(
    "::error::There is a problem with the inputs, so nothing was sent:%0A- `dry-run` is no input of this action: write it `dry_run`.",
  );
  expect(status).toBe(1);
});
