/** The jobs that decide, by their names as GitHub shows them. */

import type { Reader } from "./reader.ts";

/** Reads `jobs`: a name a line, or a JSON list; `*` stands for any text. Commas are part of a name: `test (linux, 20)`. */
export function readJobNames({ text, problems }: Reader, waitFor: string): readonly string[] {
  const jobs = text("jobs");
  if (jobs === "") return [];
  if (waitFor !== "completed")
    problems.push("`jobs` decide when the step ends: they go with `wait_for: completed` only.");
  // What begins as a list is meant as one: as a name, no job would ever have it.
  const isList = /^\[.*\]$|^\[\s*"/s.test(jobs) || jobs.split("\n").every((line) => /^\s*(- .*)?$/.test(line));
  const names = isList ? readList(jobs) : jobs.split("\n");
  const given = (names ?? []).map((name) => name.trim()).filter((name) => name !== "");
  if (given.length === 0) {
    problems.push(
      '`jobs` is neither names, one a line, nor a JSON list of them, such as `["build", "test (linux, 20)"]`.',
    );
  }
  return [...new Set(given)];
}

function readList(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((each) => typeof each === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}
