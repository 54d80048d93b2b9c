/** The connections of one step to many repositories. */

import { type GitHub, openGitHub } from "./api.ts";
import type { App } from "./app-requests.ts";
import type { Broker } from "./broker-error.ts";
import { type Credentials, openScope, type ScopeOptions, type Target, type TokenScope } from "./connection.ts";
import type { Permissions } from "./purposes.ts";
import { shareRuns } from "./shared-runs.ts";

export interface Member {
  target: Target;
  credentials: Given;
  needs: Permissions;
  wishes: Permissions;
}

type Given = { token: string } | { app: Pick<App, "appId" | "privateKey"> } | { broker: Broker };

export interface PoolOptions extends Omit<ScopeOptions, "target" | "repositories" | "credentials"> {
  choose(given: Given, needs: Permissions, wishes: Permissions): Promise<Credentials>;
}

export interface Pool {
  /** Of a member. */
  open(member: Pick<Member, "target" | "credentials">): GitHub;
  /** Another repository on a member's token, whose limits it shares; undefined where no member has this token. */
  beside(other: Pick<Member, "target" | "credentials">): GitHub | undefined;
  /** All members' connections. */
  opened(): GitHub[];
}

/**
 * Repositories on one token share its limits, and those who poll one repository share their polls. An App has a token for each
 * owner, for just the repositories of `members`; a broker gives one for each repository, of the same installation.
 */
export async function openPool(members: readonly Member[], { choose, ...options }: PoolOptions): Promise<Pool> {
  const scopes = new Map<string, TokenScope>();
  for (const first of members) {
    const key = scopeKey(first);
    if (scopes.has(key)) continue;
    const sharing = members.filter((each) => scopeKey(each) === key);
    const needs = together(sharing.map((each) => each.needs));
    const wishes = together(sharing.map((each) => each.wishes));
    const credentials = await choose(first.credentials, needs, wishes);
    const repositories = [...new Set(sharing.map(({ target }) => target.repo))];
    scopes.set(key, openScope({ ...options, target: first.target, repositories, credentials }));
  }
  const counts = new Map<string, number>();
  for (const member of members) counts.set(repositoryKey(member), (counts.get(repositoryKey(member)) ?? 0) + 1);
  const repositories = new Map<string, GitHub>();
  return {
    open(member) {
      const key = repositoryKey(member);
      const opened = repositories.get(key);
      if (opened) return opened;
      const scope = scopes.get(scopeKey(member));
      if (!scope) throw new Error(`${member.target.owner}/${member.target.repo} is not a member`);
      const alone = openGitHub({ ...options, target: member.target, scope });
      const github = (counts.get(key) ?? 0) > 1 ? shareRuns(alone, options.clock) : alone;
      repositories.set(key, github);
      return github;
    },
    beside(other) {
      const scope = scopes.get(scopeKey(other));
      return scope && openGitHub({ ...options, target: other.target, scope });
    },
    opened: () => [...repositories.values()],
  };
}

/** `write` includes `read`. */
function together(all: readonly Permissions[]): Permissions {
  const entries = all.flatMap((each) => Object.entries(each));
  const writes = entries.filter(([, access]) => access === "write");
  return Object.fromEntries([...entries, ...writes]);
}

/** What has the same limits. */
function scopeKey({ target: { apiUrl, owner }, credentials }: Pick<Member, "target" | "credentials">): string {
  if ("token" in credentials) return JSON.stringify([apiUrl, credentials.token]);
  const of = "app" in credentials ? credentials.app.appId : credentials.broker.host;
  return JSON.stringify([apiUrl, `${of} ${owner.toLowerCase()}`]);
}

function repositoryKey(member: Pick<Member, "target" | "credentials">): string {
  return JSON.stringify([scopeKey(member), member.target.owner.toLowerCase(), member.target.repo.toLowerCase()]);
}
