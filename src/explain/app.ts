/** The advice for the refusals that a GitHub App can meet while it gets its token (docs/platform.md#app-tokens). */

import type { Fault } from "../github/fault.ts";
import { permissionsInWords } from "../inputs/permissions.ts";
import { type Advice, lookUp, type Rows } from "./advice.ts";
import type { Situation } from "./situation.ts";

/** By status and GitHub's words. */
const REFUSALS: Rows<{ repository: string; answer: string; permissions: string }> = [
  [
    /^401 /,
    ({ answer }) => `GitHub does not accept the App's signature (401 ${answer}).`,
    "`app_id` and `app_private_key` do not belong together, the key was deleted in the App's settings, or the App lives on another server.",
  ],
  [
    /^403 /,
    ({ repository, answer }) => `The App's installation on ${repository} may not get a token (403 ${answer}).`,
    "Usually it is suspended: the owner of the repository can unsuspend it in the settings of installed Apps.",
  ],
  [
    /^404 .*Integration not found/s,
    "There is no GitHub App with this `app_id` on the server (404 Integration not found).",
    "Give the App's id or client id, as its settings page shows it; an App of another server is unknown here.",
  ],
  [
    /^404 /,
    ({ repository }) => `The App is not installed on ${repository} (404), or there is no such repository.`,
    "Install the App there, and give it access to this repository; or check `owner` and `repo`.",
  ],
  [
    /^422 .*repository/is,
    ({ repository, answer }) => `The App's installation has no access to ${repository} (422 ${answer}).`,
    "Add the repository to those that the installation may access.",
  ],
  [
    /^422 /,
    ({ repository, answer, permissions }) =>
      `The App's installation on ${repository} may not get a token with ${permissions} for it (422 ${answer}).`,
    "Give the App these permissions in its settings, have the owner accept them in the installation, and give it access to this repository.",
  ],
];

/** The advice for the refusal of an App's own request; undefined for any other request, and where no row fits. */
export function explainApp({ purpose, status, answer }: Fault, situation: Situation): Advice | undefined {
  const { repository, appPermissions } = situation;
  if (purpose.about !== "app" || !appPermissions) return undefined;
  const about = { repository, answer, permissions: permissionsInWords(appPermissions) };
  return lookUp(REFUSALS, `${status} ${answer}`, about);
}
