/** The tables of docs/permissions.md, read. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Permissions } from "../../src/github/purposes.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/permissions.md", import.meta.url)), "utf8");

/** One combination of inputs, by the words of the page. */
export interface Combination {
  event: string;
  waitFor: string;
  cancelRunOn: string;
  workflow: string;
  ref: string;
}

/** A row of "What a step needs", for all combinations that it stands for. */
export interface Need {
  combinations: Combination[];
  /** By the kind of token. */
  permissions: Record<"GITHUB_TOKEN" | "fine-grained" | "App", Permissions>;
  classicScope: string;
}

/** A row of "Every request". */
export interface Endpoint {
  /** e.g. `GET /repos/{owner}/{repo}` */
  request: string;
  permission: string;
  whereRefused: string;
}

const WORDS = {
  waitFor: ["nothing", "found", "completed"],
  cancelRunOn: ["–", "cancel", "timeout", "both"],
  ref: ["given", "–"],
} as const;

const workflowsOf = (event: string) =>
  event === "run_id" ? ["–"] : [...(event === "repository_dispatch" ? ["–"] : []), "file", "id", "display name"];

/** A run that is given is waited for, and on no ref. */
const isMeant = ({ event, waitFor, ref }: Combination) => event !== "run_id" || (waitFor !== "nothing" && ref === "–");

const EVENTS = ["workflow_dispatch", "repository_dispatch", "run_id"];

/** The cells of the rows between two comments. */
function rows(name: string): string[][] {
  const text = page.split(`<!-- ${name} -->`)[1]?.split(`<!-- end of ${name} -->`)[0] ?? "";
  return text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function words(cell: string, all: readonly string[]): string[] {
  if (cell === "any") return [...all];
  const named = cell.split(/, /).map((word) => word.replaceAll("`", ""));
  for (const word of named) if (!all.includes(word)) throw new Error(`docs/permissions.md: ${word}`);
  return named;
}

/** e.g. "`contents: write`, `actions: read`" */
function byKeys(cell: string): Permissions {
  return Object.fromEntries(cell.split(", ").map((each) => each.replaceAll("`", "").split(": ")));
}

/** By the labels of GitHub's page, e.g. "Contents: Read and write, Actions: Read-only". */
function byLabels(cell: string): Permissions {
  const access: Record<string, string> = { "Read and write": "write", "Read-only": "read" };
  return Object.fromEntries(
    cell.split(", ").map((each) => {
      const [label = "", level = ""] = each.split(": ");
      return [label.toLowerCase(), access[level]];
    }),
  );
}

export const needs: readonly Need[] = rows("needs").map(
  ([event = "", wait = "", cancel = "", workflow = "", ref = "", own = "", fine = "", classic = "", app = ""]) => {
    const name = event.replaceAll("`", "");
    const combinations = words(wait, WORDS.waitFor).flatMap((waitFor) =>
      words(cancel, WORDS.cancelRunOn).flatMap((cancelRunOn) =>
        words(workflow, workflowsOf(name)).flatMap((each) =>
          words(ref, WORDS.ref).map((one) => ({
            event: name,
            waitFor,
            cancelRunOn,
            workflow: each,
            ref: one,
          })),
        ),
      ),
    );
    const permissions = { GITHUB_TOKEN: byKeys(own), "fine-grained": byLabels(fine), App: byLabels(app) };
    return { combinations, permissions, classicScope: classic.replaceAll("`", "") };
  },
);

/** Every combination that there is. */
export const allCombinations: readonly Combination[] = EVENTS.flatMap((event) =>
  WORDS.waitFor.flatMap((waitFor) =>
    WORDS.cancelRunOn.flatMap((cancelRunOn) =>
      workflowsOf(event).flatMap((workflow) =>
        WORDS.ref.map((ref) => ({ event, waitFor, cancelRunOn, workflow, ref })).filter(isMeant),
      ),
    ),
  ),
);

export const endpoints: readonly Endpoint[] = rows("requests").map(
  ([request = "", , permission = "", whereRefused = ""]) => ({
    request: request.replaceAll("`", ""),
    permission: permission.replaceAll("`", ""),
    whereRefused,
  }),
);

/** The row of a request, or undefined when it is in none. */
export function endpointOf({ method, path }: { method: string; path: string }): Endpoint | undefined {
  return endpoints.find(({ request }) => {
    // Where the simulator keeps logs and artifacts; GitHub's own storage has other addresses.
    if (path.startsWith("/job-logs/")) return request === "GET {log_address}";
    if (path.startsWith("/artifact-files/")) return request === "GET {artifact_address}";
    // A ref or a path may have slashes; all else is one segment.
    const pattern = request.replace(/\{(ref|path)\}/g, ".+").replace(/\{\w+\}/g, "[^/]+");
    return new RegExp(`^${pattern}$`).test(`${method} ${path}`);
  });
}
