/** This repository's own workflows, by the same checks as those that users copy. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findingsIn } from "../support/workflow-findings.ts";

const folder = fileURLToPath(new URL("../../.github/workflows/", import.meta.url));
const FILES = readdirSync(folder).sort();

interface Job {
  "timeout-minutes"?: number;
  steps: { uses?: string }[];
}

describe.each(FILES)("%s", (file) => {
  const text = readFileSync(folder + file, "utf8");

  test("is free of findings", async () => {
    expect(await findingsIn(text)).toEqual([]);
  });

  test("grants nothing to all jobs, and lets none run forever", () => {
    const { permissions, jobs } = parse(text) as { permissions: unknown; jobs: Record<string, Job> };
    expect(permissions).toEqual({});
    for (const [id, job] of Object.entries(jobs)) expect(job["timeout-minutes"], id).toBeGreaterThan(0);
  });

  test("uses nobody's action by anything but a commit, with its version beside it", () => {
    const uses = [...text.matchAll(/uses: (\S+)(.*)$/gm)].filter(([, name]) => !name?.startsWith("./"));
    expect(uses.filter(([line]) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)).map(([line]) => line)).toEqual([]);
  });
});
