/** What this action asks and reads, held against the description of each server: what one lacks stands in servers-table.ts. */

import { describe, expect, test } from "vitest";
import { readArtifacts } from "../../src/github/artifacts.ts";
import { readCommitsOfRun, readOriginOfRun, readPullRequest, readStatuses } from "../../src/github/commit-statuses.ts";
import { readConcurrencyGroup, readRunsGroups } from "../../src/github/concurrency-groups.ts";
import { readPendingDeployments } from "../../src/github/pending-deployments.ts";
import {
  readAnnotations,
  readDispatched,
  readFile,
  readInstallation,
  readInstallationToken,
  readJobs,
  readRepository,
  readRun,
  readRuns,
  readWorkflow,
  readWorkflows,
} from "../../src/github/responses.ts";
import { routeName } from "./description.ts";
import { type Excerpt, readExcerpt, type Schema } from "./description-excerpt.ts";
import { routes } from "./routes.ts";
import { type ServerName, servers } from "./servers-table.ts";

const REPOSITORY = "/repos/{}/{}";
const RUN = `${REPOSITORY}/actions/runs/{}`;
const OUR_VERSION = "2022-11-28";

/** Each answer with the functions that read it. */
const READERS: Record<string, readonly ((data: unknown) => unknown)[]> = {
  [`GET ${REPOSITORY}`]: [readRepository],
  [`GET ${REPOSITORY}/actions/workflows`]: [readWorkflows],
  [`GET ${REPOSITORY}/actions/workflows/{}`]: [readWorkflow],
  [`GET ${REPOSITORY}/actions/runs`]: [readRuns],
  [`GET ${RUN}`]: [readRun, readCommitsOfRun, readOriginOfRun],
  [`GET ${RUN}/attempts/{}`]: [readRun],
  [`GET ${RUN}/jobs`]: [readJobs],
  [`GET ${RUN}/attempts/{}/jobs`]: [readJobs],
  [`GET ${RUN}/artifacts`]: [readArtifacts],
  [`GET ${RUN}/pending_deployments`]: [readPendingDeployments],
  [`GET ${RUN}/concurrency_groups`]: [readRunsGroups],
  [`GET ${REPOSITORY}/actions/concurrency_groups/{}`]: [readConcurrencyGroup],
  [`GET ${REPOSITORY}/check-runs/{}/annotations`]: [readAnnotations],
  [`GET ${REPOSITORY}/contents/{}`]: [readFile],
  [`GET ${REPOSITORY}/commits/{}/status`]: [readStatuses],
  [`GET ${REPOSITORY}/pulls/{}`]: [readPullRequest],
  [`GET ${REPOSITORY}/installation`]: [readInstallation],
  "POST /app/installations/{}/access_tokens": [(data) => readInstallationToken(data, 0)],
  [`POST ${REPOSITORY}/actions/workflows/{}/dispatches`]: [readDispatched],
};

const played = routes.filter(({ isElsewhere }) => !isElsewhere);
const described = (Object.keys(servers) as ServerName[]).filter((name) => servers[name].isDescribed);

/** `workflow_runs[].id` and so on: all that the reader looks at in something that has every field of the schema. */
function fieldsRead(read: (data: unknown) => unknown, excerpt: Excerpt, schema: Schema): string[] {
  const seen = new Set<string>();
  try {
    read(recorded(excerpt, schema, "", seen));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "InvalidResponse") throw error;
    throw new Error(`the value made by the schema cannot be read: ${error.message}`);
  }
  return [...seen].sort();
}

/** Where a reader takes not just any text. */
const TEXTS: Record<string, string> = { full_name: "octo/target", encoding: "base64" };

/** A value of the schema that notes each field that is looked at and is not in the schema. */
function recorded(excerpt: Excerpt, given: Schema, path: string, seen: Set<string>): unknown {
  const schema = resolved(excerpt, given);
  const properties = schema.properties as Record<string, Schema> | undefined;
  if (properties)
    return new Proxy(properties, {
      get(_, name) {
        if (typeof name !== "string") return undefined;
        const at = path === "" ? name : `${path}.${name}`;
        if (properties[name]) return recorded(excerpt, properties[name], at, seen);
        seen.add(at);
        return undefined;
      },
    });
  if (schema.items) return [recorded(excerpt, schema.items as Schema, `${path}[]`, seen)];
  const [word] = (schema.enum as unknown[] | undefined) ?? [];
  if (word !== undefined) return word;
  const types = [schema.type].flat();
  if (types.includes("integer") || types.includes("number")) return 1;
  if (types.includes("boolean")) return false;
  if (schema.format === "date-time") return "2026-11-30T12:00:00Z";
  return TEXTS[path.split(".").at(-1) ?? ""] ?? "x";
}

/** Of several that it may be, the first that has fields. */
function resolved(excerpt: Excerpt, schema: Schema): Schema {
  if (typeof schema.$ref === "string")
    return resolved(excerpt, excerpt.schemas[schema.$ref.replace("description#/$defs/", "")] ?? {});
  const variants = ((schema.oneOf ?? schema.anyOf) as Schema[] | undefined)?.map((each) => resolved(excerpt, each));
  return variants ? (variants.find(({ properties }) => properties) ?? variants[0] ?? {}) : schema;
}

describe.each(described)("the description of %s", (name) => {
  const { description, hasConcurrencyGroups, hasDigest, knowsRunDetails } = servers[name];
  const excerpt = readExcerpt(description, OUR_VERSION, played.map(routeName));

  test("knows every route that is played, but for those that are missing there", () => {
    const there = played.filter((route) => !route.isMissing?.(name)).map(routeName);
    expect(Object.keys(excerpt.operations).sort()).toEqual([...new Set(there)].sort());
  });

  test("knows every query parameter that is sent", () => {
    const unknown = played.flatMap((route) =>
      (route.query ?? []).flatMap((each) => {
        const operation = excerpt.operations[routeName(route)];
        return operation && !(each in operation.query) ? [`${routeName(route)} ${each}`] : [];
      }),
    );
    expect(unknown).toEqual([]);
  });

  test("knows every key that is sent", () => {
    const unknown = played.flatMap((route) => {
      const body = excerpt.operations[routeName(route)]?.body;
      const { properties = {} } = resolved(excerpt, body ?? {}) as { properties?: object };
      return (route.body ?? []).flatMap((each) => (each in properties ? [] : [`${routeName(route)} ${each}`]));
    });
    const dispatch = `POST ${REPOSITORY}/actions/workflows/{}/dispatches return_run_details`;
    expect(unknown).toEqual(knowsRunDetails ? [] : [dispatch]);
  });

  test("has every field that is read, but for those that the table has", () => {
    const missing = Object.entries(READERS).flatMap(([route, readers]) => {
      const operation = excerpt.operations[route];
      const schema = operation?.answers["200"] ?? operation?.answers["201"];
      if (!operation || !schema) return operation ? [`${route} has no body`] : [];
      return readers.flatMap((read) => fieldsRead(read, excerpt, schema).map((field) => `${route} ${field}`));
    });
    expect([...new Set(missing)]).toEqual([
      ...(hasDigest ? [] : [`GET ${RUN}/artifacts artifacts[].digest`]),
      ...(knowsRunDetails ? [] : [`POST ${REPOSITORY}/actions/workflows/{}/dispatches has no body`]),
    ]);
    expect(hasConcurrencyGroups).toBe(`GET ${RUN}/concurrency_groups` in excerpt.operations);
  });
});

test("every answer that is read has a reader here", () => {
  const bodiless =
    /\/(dispatches|cancel|force-cancel|rerun-failed-jobs|logs|zip|token)$|\/\{\}\/\{\}$|rate_limit|git\/ref|branches|statuses/;
  const known = new Set(Object.keys(READERS));
  const without = [...new Set(played.map(routeName))].filter((route) => !known.has(route));
  expect(without.filter((route) => !bodiless.test(route))).toEqual([]);
});
