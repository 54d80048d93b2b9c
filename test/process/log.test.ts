/** The step's log as the runner reads it: what is folded, and what must never be. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a process prints that writes to the log so. */
async function printed(script: string): Promise<string[]> {
  const source = `import { endFolding, runnerLog as log } from "./src/runner/log.ts"; ${script}`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", source], { cwd: root });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  await new Promise((resolve) => child.on("close", resolve));
  return stripVTControlCharacters(stdout).trimEnd().split("\n");
}

test("lines for a time without news are folded under the first, until something happens", async () => {
  const news = [
    'log.info("Job build: success.")',
    'log.notice("a run")',
    'log.warning("a limit")',
    'log.group("More", [])',
  ];
  const shown = ["Job build: success.", "::notice::a run", "::warning::a limit", "::group::More"];
  for (const [index, each] of news.entries()) {
    const lines = await printed(`log.still("Still 1"); log.still("Still 2"); log.still("Still 3"); ${each}`);
    expect(lines.slice(0, 5)).toEqual(["::group::Still 1", "Still 2", "Still 3", "::endgroup::", shown[index]]);
  }
});

test("the step's end is outside of them", async () => {
  expect(await printed('log.still("Still 1"); endFolding(); endFolding(); console.log("::error::red")')).toEqual([
    "::group::Still 1",
    "::endgroup::",
    "::error::red",
  ]);
});

test("nothing foreign in them is a command", async () => {
  const [title, line] = await printed('log.still("::error::x ##[group]"); log.still("::error::x ##[group]")');
  expect(title).toBe("::group::: :error::x ## [group]");
  expect(line).toBe(": :error::x ## [group]");
});
