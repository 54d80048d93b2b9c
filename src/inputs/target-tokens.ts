/** Tokens by target (`tokens`). */

import type { Target } from "../github/connection.ts";
import { mayBeToken } from "./credentials.ts";
import type { Mappings } from "./dispatch-request.ts";
import type { Reader } from "./reader.ts";
import { readTarget, withoutTrailingSlash } from "./target.ts";

export interface TargetToken {
  /** As it was given. */
  pattern: string;
  token: string;
  /** Of the server whose repositories it is for. */
  apiUrl: string;
  /** In lower case. */
  owner: string;
  /** In lower case; undefined: all of the owner's. */
  repo: string | undefined;
}

export function readTargetTokens(
  { text, problems }: Pick<Reader, "text" | "problems">,
  apiUrl: string,
  mappings: Pick<Mappings, "readScalars"> | undefined,
): TargetToken[] {
  const given = text("tokens");
  if (given === "" || !mappings) return [];
  const mapping = mappings.readScalars(given);
  if ("problems" in mapping) {
    problems.push(...mapping.problems.map((problem) => `\`tokens\`: ${problem}.`));
    return [];
  }
  return Object.entries(mapping.value).flatMap(([pattern, token]) => {
    const parsed = parsePattern(pattern, apiUrl);
    if (!parsed) problems.push(`\`tokens\` has \`${pattern}\`, which is neither \`owner/name\` nor \`owner/*\`.`);
    if (token === "") problems.push(`\`tokens\` has no token for \`${pattern}\`: the secret it is read from is empty.`);
    else if (!mayBeToken(token)) problems.push(`\`tokens\` has a character for \`${pattern}\` that no token has.`);
    return parsed ? [{ ...parsed, pattern, token }] : [];
  });
}

/** All values, to be masked before anything can print them. */
export function tokensIn(text: string, mappings: Pick<Mappings, "readScalars"> | undefined): string[] {
  const mapping = mappings?.readScalars(text);
  return mapping && "value" in mapping ? Object.values(mapping.value).filter((token) => token !== "") : [];
}

/** The most exact one for the target; undefined: none. */
export function tokenFor(tokens: readonly TargetToken[], target: Target | undefined): TargetToken | undefined {
  if (!target) return undefined;
  const { apiUrl, owner, repo } = target;
  const ofOwner = tokens.filter((each) => each.apiUrl === apiUrl && each.owner === owner.toLowerCase());
  return ofOwner.find((each) => each.repo === repo.toLowerCase()) ?? ofOwner.find((each) => each.repo === undefined);
}

/** A pattern that is misspelt would leave its target to `token`. */
export function unfitTokens(tokens: readonly TargetToken[], targets: readonly Target[]): string[] {
  const fits = (token: TargetToken) => targets.some((target) => tokenFor([token], target) !== undefined);
  return tokens
    .filter((each) => !fits(each))
    .map(({ pattern }) => `\`tokens\` has \`${pattern}\`, which fits no target.`);
}

/** `owner/name` and `owner/*` are at `apiUrl`, `HOST/owner/…` where a URL of that host leads. */
function parsePattern(pattern: string, apiUrl: string): Pick<TargetToken, "apiUrl" | "owner" | "repo"> | undefined {
  const parts = pattern.toLowerCase().split("/");
  const [host, owner = "", name = ""] = parts.length === 3 ? parts : [undefined, ...parts];
  const repo = name === "*" ? "any" : name;
  const target = readTarget({ owner, repo: host ? `https://${host}/${owner}/${repo}` : `${owner}/${repo}`, apiUrl });
  if (parts.length > 3 || parts.length < 2 || "problems" in target) return undefined;
  return { apiUrl: withoutTrailingSlash(target.apiUrl), owner, repo: name === "*" ? undefined : name };
}
