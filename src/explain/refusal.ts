/** The advice for what GitHub refuses: the token (401), the permission (403), the sight of it (404), and all else. */

import type { Fault } from "../github/fault.ts";
import { redact } from "./redact.ts";
import type { Situation } from "./situation.ts";

/** The advice for a refusal. */
export function explainRefusal(fault: Fault, situation: Situation): string[] {
  switch (fault.status) {
    case 401:
      return unauthorized(situation);
    case 403:
      return forbidden(fault, situation);
    case 404:
      return notFound(fault, situation);
    default:
      return refused(fault, situation);
  }
}

function unauthorized({ tokenHasWorked, appPermissions, repository }: Situation): string[] {
  if (appPermissions) {
    return [
      `GitHub does not accept the App's token (401), although it was made for this step.`,
      `The App was uninstalled from ${repository} or suspended in the meantime, most likely.`,
    ];
  }
  if (tokenHasWorked) {
    return [
      "GitHub does not accept the token any more (401): it worked before, and has ended during the wait.",
      "Tokens of a GitHub App live one hour: give `app_id` and `app_private_key` instead of `token`, and they are renewed; a personal token was revoked or has expired.",
    ];
  }
  return [
    "GitHub does not accept the token (401 Bad credentials).",
    "It is wrong, expired or revoked, or belongs to another server: make a new one and store it in the secret behind the input `token`.",
  ];
}

function forbidden(fault: Fault, situation: Situation): string[] {
  const { repository } = situation;
  const answer = redact(fault.answer, situation);
  const { to, needs: needed } = fault.purpose;
  const first = `The token may not ${to} ${repository} (403 ${answer}).`;
  if (/archived/i.test(fault.answer))
    return [`${repository} is archived (403), so nothing can be started in it.`, "Unarchive it, or change `repo`."];
  if (/saml|sso/i.test(fault.answer))
    return [
      first,
      "Authorise the token for the organisation's single sign-on (Settings → Developer settings → Configure SSO).",
    ];
  if (/ip allow list/i.test(fault.answer))
    return [
      first,
      "The organisation allows listed addresses only: add the runner's address, or use a runner that has one.",
    ];
  const needs = `\`${needed.name}: ${needed.access}\``;
  if (situation.appPermissions && /suspended/i.test(fault.answer)) {
    return [
      `The App's installation on ${repository} is suspended (403).`,
      "The owner of the repository can unsuspend it in the settings of installed Apps.",
    ];
  }
  if (situation.appPermissions) {
    return [
      first,
      `Give the App ${needs} in its settings, and have the owner of ${repository} accept it in the installation.`,
    ];
  }
  if (/by integration/i.test(fault.answer)) {
    return [
      first,
      `\`GITHUB_TOKEN\` reaches its own repository only, and there with \`permissions:\` ${needs} in the job; for another repository give a token of its own. A GitHub App needs ${needs} in its installation on ${repository}.`,
    ];
  }
  return [
    first,
    `It needs ${needs} for ${repository}: a fine-grained token "${label(needed.name)}: ${needed.access === "write" ? "Read and write" : "Read-only"}" with that repository selected, a classic one the scope \`repo\`.`,
  ];
}

function label(permissionName: string): string {
  return permissionName.charAt(0).toUpperCase() + permissionName.slice(1);
}

function notFound(fault: Fault, situation: Situation): string[] {
  const { repository, workflow, ref, visible } = situation;
  if (fault.purpose.about === "run") {
    return [
      `The run is gone from ${repository} (404): somebody has deleted it.`,
      "Its result cannot be known any more.",
    ];
  }
  if (visible?.repository === false) {
    return [
      `The token cannot see the repository ${repository} (404).`,
      "Check `owner` and `repo`, and that the token was given access to this repository; GitHub also says 404 for a private repository that the token has no access to.",
    ];
  }
  if (visible?.workflow === false) {
    return [
      `${repository} has no workflow \`${workflow}\` on its default branch (404).`,
      "Check the input `workflow` (the file's name, e.g. `deploy.yml`), and merge the file into the default branch: GitHub starts no workflow that is only on another branch.",
    ];
  }
  if (visible?.ref === false) {
    return [`${repository} has no branch or tag \`${ref}\` that the token can see (404).`, "Check the input `ref`."];
  }
  const { name, access } = fault.purpose.needs;
  return [
    `GitHub says 404 to ${fault.request}${visible?.repository ? `, although the token can see ${repository}` : ""}.`,
    `GitHub says the same when a permission is missing: the token needs \`${name}: ${access}\` for this repository (a classic token the scope \`repo\`).`,
  ];
}

function refused(fault: Fault, situation: Situation): string[] {
  return [
    `GitHub refused ${fault.request} (${fault.status} ${redact(fault.answer, situation)}).`,
    "Check the inputs `api_url`, `repo` and `workflow`, and that the server is the one meant.",
  ];
}
