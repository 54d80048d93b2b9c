/** Answers that no GitHub gives: any status, any headers, any body, in the place of the simulator's own. */

import fc from "fast-check";
import type { Fault, GitHub } from "../simulator/index.ts";

const anyNumberText = fc.oneof(
  fc.constantFrom("0", "-1", "1", "60", "3600", "NaN", "Infinity", "-Infinity", "1e308", "1e15", "9007199254740993"),
  fc.double().map(String),
  fc.integer().map(String),
);
const anyDateText = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.constantFrom(
    "Fri, 20 Nov 2026 12:00:05 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "0",
    "tomorrow",
    "+275760-09-13T00:00:00Z",
  ),
  anyNumberText,
);
const anyPlace = fc.constantFrom(
  "/repositories/500000001/dispatches",
  "/repos/octo/target/dispatches",
  "/repos/octo/other",
  "/api/v3/repos/octo/target",
  "https://elsewhere.test/repos/octo/target",
  "/login",
  "//",
  "http://[",
  "",
);
const anyHeaderText = fc.string({ unit: fc.constantFrom(...'abcXYZ019 ;,="/\\-:%') });

/** The headers that the step reads, with values of any kind. */
const anyHeaders = fc.record(
  {
    "content-type": fc.oneof(
      fc.constantFrom("application/json", "application/json; charset=utf-8", "application/json; charset=", "text/html"),
      fc.constantFrom("text/plain", "application/octet-stream", "json", ";", "application/vnd.github+json"),
      anyHeaderText,
    ),
    "retry-after": fc.oneof(anyNumberText, anyDateText),
    "x-ratelimit-limit": anyNumberText,
    "x-ratelimit-remaining": anyNumberText,
    "x-ratelimit-reset": anyNumberText,
    date: anyDateText,
    etag: fc.oneof(fc.constantFrom('"a"', 'W/"b"', "", "*"), anyHeaderText),
    location: fc.oneof(anyPlace, anyHeaderText),
    link: fc.oneof(fc.constant('<http://[>; rel="deprecation"'), anyHeaderText),
    deprecation: anyHeaderText,
  },
  { requiredKeys: [] },
);

const anyId = fc.oneof(
  fc.constantFrom<unknown>(30_000_000_011, 0, -1, 1.5, 1e300, "30000000011", null, true, "", {}, []),
  fc.jsonValue({ maxDepth: 1 }),
);
const anyTime = fc.oneof(
  fc.constantFrom<unknown>("2026-11-20T12:00:01Z", "2027-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "now", 0, null),
  fc.jsonValue({ maxDepth: 1 }),
);
const anyWord = fc.oneof(
  fc.constantFrom<unknown>("completed", "queued", "in_progress", "waiting", "pending", "tomorrow", "", null, 7),
  fc.constantFrom<unknown>("repository_dispatch", "workflow_dispatch", "success", "failure", "Deploy"),
  fc.jsonValue({ maxDepth: 1 }),
);
const anyUrl = fc.oneof(fc.constantFrom<unknown>("http://a.test/", "javascript:alert(1)", "", null, 1), fc.webUrl());

/** Looks like GitHub's, and any field may be missing or something else. */
const anyStep = fc.record({ name: anyWord, status: anyWord, conclusion: anyWord }, { requiredKeys: [] });
const anyJob = fc.record(
  {
    id: anyId,
    name: anyWord,
    status: anyWord,
    conclusion: anyWord,
    html_url: anyUrl,
    steps: fc.oneof(fc.array(anyStep, { maxLength: 3 }), fc.jsonValue({ maxDepth: 1 })),
    started_at: anyTime,
    completed_at: anyTime,
  },
  { requiredKeys: [] },
);
const anyRun = fc.record(
  {
    id: anyId,
    name: anyWord,
    display_title: anyWord,
    event: anyWord,
    path: anyWord,
    workflow_id: anyId,
    status: anyWord,
    conclusion: anyWord,
    run_attempt: anyId,
    created_at: anyTime,
    html_url: anyUrl,
    jobs_url: anyUrl,
  },
  { requiredKeys: [] },
);
/** A sound list without an end: a proxy that ignores the query gives the same page for ever. */
const job = { id: 60_000_000_007, name: "build", status: "queued", conclusion: null, steps: [] };
const run = { id: 30_000_000_011, status: "queued", created_at: "2026-11-20T12:00:01Z" };
const anyPage: fc.Arbitrary<Fault> = fc
  .record({
    length: fc.constantFrom(1, 30, 100),
    path: fc.constantFrom(".github/workflows/deploy.yml", ""),
    event: fc.constantFrom("repository_dispatch", "workflow_dispatch"),
  })
  .map(({ length, ...rest }) => {
    const lists = {
      jobs: job,
      workflow_runs: { ...run, ...rest },
      workflows: { id: 7, name: "Deploy", path: "" },
    };
    const page = Object.entries(lists).map(([name, item]) => {
      const told = { [fc.toStringMethod]: () => `${length} times ${fc.stringify(item)}` };
      return [
        name,
        Object.assign(
          Array.from({ length }, () => item),
          told,
        ),
      ];
    });
    return { kind: "status", when: "before", status: 200, body: Object.fromEntries(page) };
  });

const anyShape = fc.oneof(
  anyRun,
  anyJob,
  fc.record({ workflow_runs: fc.array(anyRun, { maxLength: 3 }), jobs: fc.array(anyJob, { maxLength: 3 }) }),
  fc.record({ workflow_run_id: anyId, run_url: anyUrl, html_url: anyUrl }, { requiredKeys: [] }),
  fc.record({ full_name: anyWord, default_branch: anyWord, id: anyId, path: anyWord }, { requiredKeys: [] }),
  fc.record({ message: anyWord, errors: fc.jsonValue({ maxDepth: 2 }) }, { requiredKeys: ["message"] }),
  fc.record({ environment: fc.record({ name: anyWord }) }).map((each) => [each, null]),
  fc.constantFrom<unknown>(
    { ...run, status: "completed" },
    { workflow_runs: [run], jobs: [] },
    { message: 'Unexpected inputs provided: ["distinct_id"]' },
    { message: "You have exceeded a secondary rate limit" },
    null,
  ),
  fc.jsonValue(),
);

const anyBody = fc.oneof(
  { arbitrary: anyShape, weight: 4 },
  // A body that is text goes as it is: here JSON that breaks off.
  {
    arbitrary: fc.tuple(anyShape, fc.nat(60)).map(([shape, length]) => JSON.stringify(shape).slice(0, length)),
    weight: 1,
  },
  { arbitrary: fc.string({ unit: "binary" }), weight: 1 },
  { arbitrary: fc.constant("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"), weight: 1 },
);

const when = fc.constantFrom("before" as const, "after" as const);
const anyStatus = fc.oneof(
  { arbitrary: fc.constantFrom(200, 200, 200, 201, 202, 204, 304, 429, 403, 500, 502, 503), weight: 4 },
  { arbitrary: fc.constantFrom(301, 302, 307, 308, 400, 401, 404, 408, 409, 410, 422, 451), weight: 2 },
  { arbitrary: fc.integer({ min: 200, max: 599 }), weight: 1 },
);

/** Any answer; undefined: the simulator's own. */
export const anyAnswer: fc.Arbitrary<Fault | undefined> = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 6 },
  {
    arbitrary: fc.record({
      kind: fc.constant("status" as const),
      when,
      status: anyStatus,
      body: anyBody,
      headers: anyHeaders as fc.Arbitrary<Record<string, string>>,
    }),
    weight: 8,
  },
  {
    arbitrary: fc.record({
      kind: fc.constantFrom("reset" as const, "hang" as const, "garbage" as const),
      when,
    }),
    weight: 1,
  },
  { arbitrary: fc.constant({ kind: "cut" as const, when: "after" as const }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant("delay" as const), ms: fc.nat(40_000), when }), weight: 1 },
);

/** A server's answers: some in turn, and one that every request for the same thing gets. */
export interface Answers {
  inTurn: (Fault | undefined)[];
  always: { of: string; answer: Fault | undefined };
}

export const anyAnswers: fc.Arbitrary<Answers> = fc.record({
  inTurn: fc.oneof(
    fc.constant<Answers["inTurn"]>([undefined]),
    fc.array(anyAnswer, { minLength: 1, maxLength: 12 }),
    fc.array(anyAnswer, { minLength: 1, maxLength: 12 }),
  ),
  always: fc.record({
    of: fc.constantFrom("", "/jobs", "/runs", "/workflows", "/dispatches"),
    answer: fc.oneof(anyAnswer, anyPage),
  }),
});

/** More than this at one moment, and then a second, is a storm: five pages of runs and the jobs of eight are one look. */
const AT_ONCE = 60;
const PER_SECOND = 20;

/** Has `github` give these answers from now on, and watches how fast they are asked for; after a storm, it refuses all. */
export function answerBy({ inTurn, always }: Answers, github: GitHub): { storm: string | undefined } {
  const watched: { storm: string | undefined } = { storm: undefined };
  const beganAtMs = github.nowMs();
  let asked = 0;
  github.fault = ({ method, path }) => {
    asked++;
    const seconds = (github.nowMs() - beganAtMs) / 1000;
    if (asked > AT_ONCE + PER_SECOND * seconds)
      watched.storm ??= `${asked} requests in ${seconds} s, the last: ${method} ${path}`;
    if (watched.storm) return { kind: "status", when: "before", status: 400 };
    return always.of !== "" && path.endsWith(always.of) ? always.answer : inTurn[(asked - 1) % inTurn.length];
  };
  return watched;
}
