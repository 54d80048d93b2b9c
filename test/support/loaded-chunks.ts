/** Which chunks of the bundle a process has loaded. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Ran } from "./bundle.ts";

const HOOK = `const Module = require("node:module");
const load = Module._load;
Module._load = function (request, ...rest) {
  if (/\\d+\\.index\\.js$/.test(request)) process.stderr.write("chunk " + request + "\\n");
  return load.call(this, request, ...rest);
};
`;

/** The environment in which a process tells each chunk as it loads it. To be called for each file of tests. */
export function tellingChunks(): Record<string, string> {
  const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const hook = join(directory, "tell.cjs");
  writeFileSync(hook, HOOK);
  return { NODE_OPTIONS: `--require=${JSON.stringify(hook)}` };
}

export function chunksOf({ stderr }: Ran): Set<string> {
  return new Set([...stderr.matchAll(/^chunk .*?([^/\\]+)$/gm)].map(([, name = ""]) => name));
}
