import type { Level, Permission, Repository, Token, TokenOptions } from "./world.ts";

/** Of a GitHub App, on one account. */
export interface Installation {
  id: number;
  account: string;
  /** Full names. */
  repositories: "all" | string[];
  permissions: Partial<Record<Permission, Level>>;
  suspended?: boolean;
}

/** May this token (undefined: nobody) do this? Everybody reads what is public. */
export function mayDo(token: Token | undefined, repository: Repository, permission: Permission, level: Level) {
  if (repository.visibility === "public" && level === "read") return true;
  if (!token || !reaches(token, repository)) return false;
  return covers(token.permissions, permission, level);
}

/** Is this much granted? `metadata: read` always is. */
export function covers(granted: TokenOptions["permissions"], permission: Permission, level: Level): boolean {
  const given = granted?.[permission] ?? (permission === "metadata" ? "read" : undefined);
  return given === "write" || given === level;
}

/** Was it granted for this repository, under whatever name? */
function reaches({ repositories, installation }: Token, repository: Repository): boolean {
  return isAmong(repository, repositories ?? "all") && (!installation || selects(installation, repository));
}

/** Does this installation of an App include the repository? */
export function selects({ account, repositories }: Installation, repository: Repository): boolean {
  return repository.fullName.startsWith(`${account}/`) && isAmong(repository, repositories);
}

function isAmong({ fullName, formerNames }: Repository, repositories: "all" | string[]): boolean {
  const names = [fullName, ...formerNames].map((name) => name.toLowerCase());
  return repositories === "all" || repositories.some((name) => names.includes(name.toLowerCase()));
}
