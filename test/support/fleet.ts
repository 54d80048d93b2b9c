/** Forty repositories that use a library, tested in one step: facts for a summary. Some are red, each in another way. */

import type { FailedJob } from "../../src/github/conclusions.ts";
import type { EntryState } from "../../src/targets/results.ts";
import type { ShownLeg } from "../../src/targets/summary.ts";

const NAMES = [
  ..."accounts address-book admin analytics api-gateway audit-log auth backoffice billing calendar".split(" "),
  ..."catalog checkout cli customer-portal data-export docs-site emails events-api feature-flags forms".split(" "),
  ..."geocoder image-proxy import-worker inventory invoices jobs landing-page loyalty-points mobile-api".split(" "),
  ..."notifications old-site payments pdf-renderer pricing reports search shipping status-page web webhooks".split(" "),
];

type About = Partial<EntryState> & { failed?: [job: string, step: string | null][]; tookS?: number };

const NOT_GREEN: Readonly<Record<string, About>> = {
  checkout: { result: "failure", failed: [["e2e / pay by card", "Check the receipt"]], tookS: 252 },
  "docs-site": { result: "skipped", problem: "It needs octo/checkout." },
  geocoder: { result: "error", problem: "The token cannot see the repository octo/geocoder (404).", tookS: 1 },
  "mobile-api": {
    result: "failure",
    failed: [
      ["lint", "Check types"],
      ["test (ubuntu-latest, 20)", "Run the tests"],
      ["test (ubuntu-latest, 22)", "Run the tests"],
      ["test (ubuntu-latest, 24)", "Run the tests"],
      ["test (windows-latest, 22)", null],
    ],
    tookS: 187,
  },
  "old-site": { result: "failure", continuesOnError: true, failed: [["test", "Run the tests"]], tookS: 66 },
  payments: { result: "failure", failed: [["test", "Run the tests"]], tookS: 131 },
  reports: {
    result: "timed_out",
    problem: "The run did not complete within 600 s (`timeout_seconds`); when last seen it was in_progress.",
    tookS: 602,
  },
};

/** How many are under way at once. */
const MAX_PARALLEL = 15;

/** In the list's order. */
export function fleet(): ShownLeg[] {
  const freeAtS = new Array<number>(MAX_PARALLEL).fill(0);
  return NAMES.map((name, index) => {
    const { tookS = 60 + ((index * 37) % 50) * 4, failed, ...about } = NOT_GREEN[name] ?? {};
    const state = aState(`octo/${name}`, { ...about, ...(failed && { outputs: failedOutputs(name, index, failed) }) });
    if (state.result === "skipped") return { state };
    const atS = Math.min(...freeAtS);
    freeAtS[freeAtS.indexOf(atS)] = atS + tookS;
    return { state, startedAtMs: atS * 1000, endedAtMs: (atS + tookS) * 1000 };
  });
}

/** A green entry, unless `about` says otherwise. */
export function aState(name: string, about: Partial<EntryState> = {}): EntryState {
  const result = about.result ?? "success";
  const outputs = result === "skipped" || result === "error" ? {} : { html_url: urlOf(name) };
  return { name, repo: name, continuesOnError: false, ...about, result, outputs: { ...outputs, ...about.outputs } };
}

export function urlOf(name: string): string {
  return `https://github.com/${name}/actions/runs/1`;
}

export function aFailedJob(name: string, step: string | null = "Run the tests", about: Partial<FailedJob> = {}) {
  return { name, conclusion: "failure", html_url: `${urlOf("octo/api")}/job/2`, failed_step: step, ...about };
}

function failedOutputs(name: string, index: number, failed: readonly [string, string | null][]) {
  const jobs = failed.map(([job, step], at) =>
    aFailedJob(job, step, { html_url: `${urlOf(`octo/${name}`)}/job/${100 * index + at}` }),
  );
  return { failed_jobs: JSON.stringify(jobs) };
}
