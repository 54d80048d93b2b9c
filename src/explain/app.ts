/** The advice for what can go wrong while a GitHub App gets its token. */

import type { Fault } from "../github/fault.ts";
import type { Permissions } from "../github/purpose.ts";

/** The advice for a refusal of such a request, or undefined where nothing is special about it. */
export function explainApp(fault: Fault, repository: string, permissions: Permissions): string[] | undefined {
  if (fault.purpose.about !== "app") return undefined;
  switch (fault.status) {
    case 401:
      return [
        `GitHub does not accept the App's signature (401 ${fault.answer}).`,
        "`app_id` and `app_private_key` do not belong together, the key was deleted in the App's settings, or the App lives on another server.",
      ];
    case 403:
      return [
        `The App's installation on ${repository} may not get a token (403 ${fault.answer}).`,
        "Usually it is suspended: the owner of the repository can unsuspend it in the settings of installed Apps.",
      ];
    case 404:
      if (fault.answer.includes("Integration not found")) {
        return [
          "There is no GitHub App with this `app_id` on the server (404 Integration not found).",
          "Give the App's id or client id, as its settings page shows it; an App of another server is unknown here.",
        ];
      }
      return [
        `The App is not installed on ${repository} (404), or there is no such repository.`,
        "Install the App there, and give it access to this repository; or check `owner` and `repo`.",
      ];
    case 422:
      if (/repository/i.test(fault.answer)) {
        return [
          `The App's installation has no access to ${repository} (422 ${fault.answer}).`,
          "Add the repository to those that the installation may access.",
        ];
      }
      return [
        `The App's installation on ${repository} may not get a token with ${listed(permissions)} for it (422 ${fault.answer}).`,
        "Give the App these permissions in its settings, have the owner accept them in the installation, and give it access to this repository.",
      ];
    default:
      return undefined;
  }
}

function listed(permissions: Permissions): string {
  return Object.entries(permissions)
    .map(([name, access]) => `\`${name}: ${access}\``)
    .join(" and ");
}
