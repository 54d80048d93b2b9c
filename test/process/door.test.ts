/** The door itself, src/main.ts as a process: what it makes of the environment. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

/** Runs the door with the inputs of a step. Nobody listens at its server. */
function open(given: Record<string, string>, event?: string) {
  const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-door-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const [state, eventFile] = [join(directory, "state"), join(directory, "event.json")];
  writeFileSync(state, "");
  if (event !== undefined) writeFileSync(eventFile, event);
  return spawnSync(process.execPath, ["--import", "tsx", MAIN], {
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      GITHUB_STATE: state,
      GITHUB_REPOSITORY: "octo/the-app",
      GITHUB_API_URL: "http://127.0.0.1:1",
      ...(event !== undefined && { GITHUB_EVENT_PATH: eventFile, RUNNER_DEBUG: "1" }),
      INPUT_TOKEN: "t0ken",
      INPUT_WORKFLOW: "deploy.yml",
      ...given,
    },
  });
}

test("every input that the runner hands on is looked at, also such as do not exist", () => {
  const { stdout, status } = open({ "INPUT_DRY-RUN": "true" });
  expect(stdout).toContain(
    "::error::There is a problem with the inputs, so nothing was sent:%0A- `dry-run` is not an input of this action: write it `dry_run`.",
  );
  expect(status).toBe(1);
});

test.for(["pa55word", '{"password": "pa55word', "null", '"pa55word"'])(
  "an event that is no JSON object is told, and not quoted: %s",
  (event) => {
    const { stdout, stderr, status } = open({}, event);
    expect(stdout).toContain(
      "::error::The event that started this run cannot be read, so nothing was sent: the file named by `GITHUB_EVENT_PATH` is not a JSON object.%0A",
    );
    expect(stdout + stderr).not.toContain("pa55");
    expect(status).toBe(1);
  },
);
