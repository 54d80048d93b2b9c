import type { components } from "@octokit/openapi-types";
import { covers, type Installation, selects } from "./access.ts";
import { json, reject } from "./answer.ts";
import { longAgo, repositoryAnswer, userAnswer } from "./repository-answers.ts";
import type { Answer, Call, Route } from "./routes.ts";
import { toIso } from "./run.ts";
import { type Level, type Permission, type Repository, shaOf, type TokenOptions } from "./world.ts";

type Schemas = components["schemas"];

export const SUSPENDED = "This installation has been suspended";

/** What an App does as itself, signed with its key; and the end of a token that it has got. */
export const appRoutes: readonly Route[] = [
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/installation",
    as: "app",
    answer: (call) => {
      const found = call.app.installations.find((installation) => selects(installation, call.repository));
      return found ? json(installationAnswer(found, call)) : reject(404, "Not Found");
    },
  },
  {
    method: "POST",
    pattern: "/app/installations/{installation_id}/access_tokens",
    body: ["repositories", "repository_ids", "permissions"],
    as: "app",
    answer: createToken,
  },
  {
    method: "DELETE",
    pattern: "/installation/token",
    answer: ({ world, token }) => {
      if (!token) return reject(401, "Requires authentication");
      if (!token.installation) return reject(403, "Resource not accessible by personal access token");
      world.tokens.delete(token.text);
      return { status: 204 };
    },
  },
];

function createToken(call: Call): Answer {
  const { world, app, params, body, bases, nowMs } = call;
  const installation = app.installations.find(({ id }) => String(id) === params.installation_id);
  if (!installation) return reject(404, "Not Found");
  if (installation.suspended) return reject(403, SUSPENDED);
  const { repositories: names, repository_ids: ids, permissions: wanted } = body;
  if (!isListOf(names, "string") || !isListOf(ids, "number") || !isMap(wanted)) {
    return reject(422, "Invalid request.\n\nThe keys are two lists and an object.");
  }
  const found = [
    ...(names ?? []).map((name) => world.find(`${installation.account}/${name}`)),
    ...(ids ?? []).map((id) => world.repositories.find((known) => known.id === id)),
  ];
  const named = found.filter((one): one is Repository => one !== undefined && selects(installation, one));
  if (named.length < found.length) {
    return reject(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  }
  const granted = Object.entries(wanted ?? {}).every(
    ([name, level]) =>
      /^(read|write)$/.test(level) && covers(installation.permissions, name as Permission, level as Level),
  );
  if (!granted) return reject(422, "The permissions requested are not granted to this installation.");

  const isNarrowed = named.length > 0;
  const permissions = { metadata: "read", ...(wanted ?? installation.permissions) } as const;
  const expiresAtMs = nowMs + app.tokenLifetimeMs;
  const token = `ghs_${shaOf(`token ${++world.mintedCount}`).slice(0, 36)}`;
  const options: TokenOptions = {
    kind: "integration",
    permissions,
    expiresAtMs,
    ...(isNarrowed && { repositories: named.map(({ fullName }) => fullName) }),
  };
  world.addToken(token, options, installation);
  const answer: Schemas["installation-token"] = {
    token,
    expires_at: toIso(expiresAtMs),
    permissions,
    repository_selection: isNarrowed || installation.repositories !== "all" ? "selected" : "all",
    ...(isNarrowed && { repositories: named.map((each) => grantedRepositoryAnswer(each, bases)) }),
  };
  return { ...json(answer), status: 201 };
}

/** GitHub's schema has another for the same repository in this place. */
function grantedRepositoryAnswer(repository: Repository, bases: Call["bases"]): Schemas["repository"] {
  const { subscribers_count, network_count, ...answer } = repositoryAnswer(repository, bases);
  return { ...answer, has_downloads: true, temp_clone_token: "" };
}

function installationAnswer(
  { id, account, repositories, permissions, suspended }: Installation,
  { app, bases, nowMs }: Call,
): Schemas["installation"] {
  return {
    id,
    account: userAnswer(account, bases),
    repository_selection: repositories === "all" ? "all" : "selected",
    access_tokens_url: `${bases.api}/app/installations/${id}/access_tokens`,
    repositories_url: `${bases.api}/installation/repositories`,
    html_url: `${bases.html}/settings/installations/${id}`,
    app_id: app.appId,
    client_id: app.clientId,
    app_slug: `app-${app.appId}`,
    target_id: Number(userAnswer(account, bases).id),
    target_type: "User",
    permissions: { metadata: "read", ...permissions },
    events: [],
    created_at: longAgo,
    updated_at: longAgo,
    single_file_name: null,
    suspended_by: suspended ? userAnswer(account, bases) : null,
    suspended_at: suspended ? toIso(nowMs) : null,
  };
}

function isListOf(value: unknown, type: "string"): value is string[] | undefined;
function isListOf(value: unknown, type: "number"): value is number[] | undefined;
function isListOf(value: unknown, type: "string" | "number"): boolean {
  return value === undefined || (Array.isArray(value) && value.every((each) => typeof each === type));
}

function isMap(value: unknown): value is Partial<Record<Permission, Level>> | undefined {
  return value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value));
}
