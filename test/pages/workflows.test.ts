/** This repository's own workflows, by the same checks as those that users copy. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findingsIn } from "../support/workflow-findings.ts";
import { jobsOf } from "../support/workflow-scripts.ts";

const folder = fileURLToPath(new URL("../../.github/workflows/", import.meta.url));
const FILES = readdirSync(folder).sort();

interface Job {
  "timeout-minutes"?: number;
  uses?: string;
}

/** Whoever opens a pull request, or pushes to a fork, would have a run of these with this repository's secrets. */
const WITH_SECRETS = ["pull_request_target", "workflow_run", "issue_comment", "issues"];

describe.each(FILES)("%s", (file) => {
  const text = readFileSync(folder + file, "utf8");

  test("is free of findings", async () => {
    expect(await findingsIn(text)).toEqual([]);
  });

  test("grants nothing to all jobs, and lets none run forever", () => {
    const { permissions, jobs } = parse(text) as { permissions: unknown; jobs: Record<string, Job> };
    expect(permissions).toEqual({});
    for (const [id, job] of Object.entries(jobs)) {
      // The job of the workflow that it calls has the time-out, and that workflow is one of these files.
      if (job.uses)
        expect(
          FILES.map((name) => `./.github/workflows/${name}`),
          id,
        ).toContain(job.uses);
      else expect(job["timeout-minutes"], id).toBeGreaterThan(0);
    }
  });

  test("says of each permission that it grants what it is for", () => {
    const grants = text.split("\n").filter((line) => /^ {6}[\w-]+: (read|write)\b/.test(line));
    const given = Object.values(jobsOf(file)).flatMap(({ permissions = {} }) => Object.keys(permissions));
    expect(grants).toHaveLength(given.length);
    expect(grants.filter((line) => !/ # \w+/.test(line))).toEqual([]);
  });

  test("starts nothing with secrets for somebody who may not write here", () => {
    const { on } = parse(text) as { on: Record<string, unknown> };
    expect(Object.keys(on).filter((event) => WITH_SECRETS.includes(event))).toEqual([]);
  });

  test("keeps no token in a checkout", () => {
    const steps = Object.values(jobsOf(file)).flatMap((job) => job.steps);
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.filter((step) => String(step.with?.["persist-credentials"]) !== "false")).toEqual([]);
  });

  test("uses nobody's action by anything but a commit, with its version beside it", () => {
    const uses = [...text.matchAll(/uses: (\S+)(.*)$/gm)].filter(([, name]) => !name?.startsWith("./"));
    expect(uses.filter(([line]) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)).map(([line]) => line)).toEqual([]);
  });
});

describe("the results of Scorecard are taken from", () => {
  // What ossf/scorecard-webapp (verify_workflow.go) asks of the workflow; else publishing fails.
  const ALLOWED = ["actions/checkout", "ossf/scorecard-action", "github/codeql-action/upload-sarif"];

  test("a workflow without `env` and `defaults`, whose one job has these actions and nothing else", () => {
    const workflow = parse(readFileSync(`${folder}scorecard.yml`, "utf8")) as Record<string, unknown>;
    const { scorecard, ...others } = jobsOf("scorecard.yml");
    expect(others).toEqual({});
    for (const part of [workflow, scorecard ?? {}]) {
      for (const key of ["env", "defaults", "container", "services"]) expect(part).not.toHaveProperty(key);
    }
    expect(scorecard?.steps.map(({ uses }) => uses?.split("@")[0])).toEqual(ALLOWED);
  });
});
