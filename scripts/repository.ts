/** What this repository is called on GitHub. The one place is package.json's `repository`; `npm run name` sets it. */

import { readFileSync } from "node:fs";

/** Stands for an owner as long as nobody has decided who that is. */
export const PLACEHOLDER = "OWNER";

export interface Repository {
  owner: string;
  name: string;
  /** `owner/name` */
  fullName: string;
}

/** @throws Error for anything but `owner/name`, written as GitHub allows it */
export function readFullName(text: string): Repository {
  const [, owner = "", name = ""] = /^([A-Za-z0-9](?:-?[A-Za-z0-9])*)\/([\w.-]+)$/.exec(text) ?? [];
  if (!owner || /^\.*$/.test(name))
    throw new Error(`${text} is not a repository's full name, such as acme/tracked-dispatch`);
  return { owner, name, fullName: text };
}

/** The name that package.json in this folder says. */
export function repositoryIn(root: string | URL): Repository {
  const file = root instanceof URL ? new URL("package.json", root) : `${root}/package.json`;
  const { repository } = JSON.parse(readFileSync(file, "utf8")) as { repository: string };
  return readFullName(repository);
}
