/** What goes wrong with single requests, and with all of them for a while: in words that a schedule can print. */

import fc from "fast-check";
import type { Fault } from "../../simulator/index.ts";
import { TO_FIRST, times } from "../choices.ts";

/** The requests that troubles are told apart by. */
export type Kind =
  | "dispatch"
  | "list"
  | "run"
  | "jobs"
  | "deployments"
  | "groups"
  | "marks"
  | "log"
  | "file"
  | "cancel"
  | "repository"
  | "workflow"
  | "ref";

/** Which kind of request this is. */
export function kindOf(method: string, path: string): Kind {
  if (path.endsWith("/dispatches")) return "dispatch";
  if (method === "POST") return "cancel";
  if (/\/actions\/runs$/.test(path)) return "list";
  if (/\/actions\/runs\/\d+$/.test(path)) return "run";
  if (/\/actions\/runs\/\d+\/jobs$/.test(path)) return "jobs";
  if (path.endsWith("/pending_deployments")) return "deployments";
  if (path.includes("/concurrency_groups")) return "groups";
  if (path.endsWith("/annotations")) return "marks";
  if (path.endsWith("/logs") || path.startsWith("/job-logs/")) return "log";
  if (path.includes("/contents/")) return "file";
  if (path.includes("/actions/workflows")) return "workflow";
  return path.includes("/git/ref/") ? "ref" : "repository";
}

/** From the `nth` request of this kind on, `times` of them. */
export interface Trouble {
  on: Kind | "any";
  nth: number;
  times: number;
  what: What;
}

/** All requests for a while. `refused`: no connection comes about. */
export interface Outage {
  what: "refused" | "reset before" | "hang before" | "502 before" | "garbage before";
  fromMs: number;
  forMs: number;
}

const ANYWHERE = [
  "502 before",
  "500 after",
  "503 before",
  "503 after",
  "408 before",
  "408 after",
  "reset before",
  "reset after",
  "hang before",
  "hang after",
  "cut after",
  "garbage before",
  "garbage after",
  "late 3 s before",
  "late 25 s before",
  "late 3 s after",
  "late 25 s after",
  "401 before",
  "429, retry after 7 s",
  "403, retry after 40 s",
  "403, reset in 30 s",
  "403, untold limit",
  "429, retry after 900 s",
  "403, reset in 3600 s",
] as const;
const UNCLEAR = [
  "502 before",
  "500 after",
  "503 after",
  "408 after",
  "reset before",
  "reset after",
  "hang before",
  "hang after",
  "cut after",
  "late 25 s before",
  "late 25 s after",
] as const;
const FINAL = ["403, no access", "404 before", "422 with the value", "redirect elsewhere"] as const;
const LISTS = ["empty list", "10 s stale", "45 s stale", "120 s stale"] as const;
/** Of the jobs alone: the run is there all the same. */
export const UNREAD = ["403, no access", "404 before", "500 after", "502 before", "garbage before"] as const;

export type What = (typeof ANYWHERE)[number] | (typeof FINAL)[number] | (typeof LISTS)[number];

const kinds = fc.oneof(
  TO_FIRST,
  { weight: 3, arbitrary: fc.constant("dispatch" as const) },
  { weight: 3, arbitrary: fc.constantFrom("list" as const, "run" as const, "jobs" as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "any" as const,
      "cancel" as const,
      "deployments" as const,
      "groups" as const,
      "marks" as const,
      "log" as const,
      "file" as const,
      "repository" as const,
      "workflow" as const,
      "ref" as const,
    ),
  },
);

export const troubles: fc.Arbitrary<Trouble> = fc.record({
  on: kinds,
  nth: fc.oneof(TO_FIRST, fc.constant(1), fc.integer({ min: 1, max: 8 })),
  times,
  what: fc.oneof(
    TO_FIRST,
    { weight: 10, arbitrary: fc.constantFrom(...ANYWHERE) },
    { weight: 2, arbitrary: fc.constantFrom(...FINAL) },
    { weight: 2, arbitrary: fc.constantFrom(...LISTS) },
  ),
});

/** A dispatch whose answer leaves open whether GitHub has acted on it. */
export const unclearDispatch: fc.Arbitrary<Trouble> = fc.record({
  on: fc.constant("dispatch" as const),
  nth: fc.oneof(TO_FIRST, { weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2) }),
  times: fc.integer({ min: 1, max: 3 }),
  what: fc.constantFrom(...UNCLEAR),
});

/** The run is there, its jobs cannot be read. */
export const unreadJobs: fc.Arbitrary<Trouble> = fc.record({
  on: fc.constant("jobs" as const),
  nth: fc.oneof(TO_FIRST, fc.constant(1), fc.integer({ min: 1, max: 20 })),
  times: fc.oneof(TO_FIRST, fc.integer({ min: 1, max: 4 }), fc.constant(1000)),
  what: fc.constantFrom(...UNREAD),
});

export const outages: fc.Arbitrary<Outage> = fc.record({
  what: fc.constantFrom(
    "refused" as const,
    "reset before" as const,
    "hang before" as const,
    "502 before" as const,
    "garbage before" as const,
  ),
  fromMs: fc.oneof(TO_FIRST, fc.constant(0), fc.integer({ min: 0, max: 60_000 })),
  forMs: fc.oneof(TO_FIRST, fc.integer({ min: 1000, max: 40_000 }), fc.integer({ min: 1000, max: 400_000 })),
});

/** How long a refusal tells to wait, where the trouble is a limit; who is not told waits a minute. */
export const TOLD_MS: Partial<Record<What | Outage["what"], number>> = {
  "429, retry after 7 s": 7000,
  "403, retry after 40 s": 40_000,
  "403, reset in 30 s": 30_000,
  "403, untold limit": 60_000,
  "429, retry after 900 s": 900_000,
  "403, reset in 3600 s": 3_600_000,
};

/** The fault that this trouble is to a request of `kind`; undefined where it makes no sense. */
export function faultOf(
  what: What | Outage["what"],
  kind: Kind,
  { nowMs, secret }: { nowMs: number; secret: string },
): Fault | undefined {
  const when = what.endsWith("after") ? "after" : "before";
  const status = (code: number, body?: unknown, headers?: Record<string, string>): Fault => ({
    kind: "status",
    when,
    status: code,
    ...(body === undefined ? {} : { body: typeof body === "string" ? { message: body } : body }),
    ...(headers === undefined ? {} : { headers }),
  });
  const secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
  switch (what) {
    case "reset before":
    case "reset after":
      return { kind: "reset", when };
    case "hang before":
    case "hang after":
      return { kind: "hang", when };
    case "cut after":
      return { kind: "cut", when: "after" };
    case "garbage before":
    case "garbage after":
      return { kind: "garbage", when };
    case "late 3 s before":
    case "late 3 s after":
      return { kind: "delay", when, ms: 3000 };
    case "late 25 s before":
    case "late 25 s after":
      return { kind: "delay", when, ms: 25_000 };
    case "401 before":
      return status(401, "Bad credentials");
    case "429, retry after 7 s":
      return status(429, secondary, { "retry-after": "7" });
    case "429, retry after 900 s":
      return status(429, secondary, { "retry-after": "900" });
    case "403, retry after 40 s":
      return status(403, secondary, { "retry-after": "40" });
    case "403, reset in 30 s":
    case "403, reset in 3600 s": {
      const reset = Math.floor(nowMs / 1000) + (TOLD_MS[what] ?? 0) / 1000;
      const headers = {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(reset),
      };
      return status(403, "API rate limit exceeded for user ID 583231.", headers);
    }
    case "403, untold limit":
      return status(403, secondary);
    case "403, no access":
      return status(403, "Resource not accessible by personal access token");
    case "404 before":
      return status(404, "Not Found");
    case "422 with the value":
      return kind === "dispatch"
        ? status(422, `Provided value '${secret}' for input 'fail' not in the list of allowed values`)
        : undefined;
    case "redirect elsewhere":
      return status(307, "Temporary Redirect", { location: "http://127.0.0.2:1/repositories/1" });
    case "empty list":
      return kind === "list" ? status(200, { total_count: 0, workflow_runs: [] }) : undefined;
    case "10 s stale":
    case "45 s stale":
    case "120 s stale":
      return kind === "list" || kind === "run" || kind === "jobs"
        ? { kind: "stale", ms: Number.parseInt(what, 10) * 1000 }
        : undefined;
    case "refused":
      return undefined;
    default:
      return status(Number.parseInt(what, 10));
  }
}
