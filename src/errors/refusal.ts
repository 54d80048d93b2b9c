/** Advice for a refusal: a bad token (401), a missing permission (403), something missing (404), or any other. */

import type { RequestError } from "../github/request-error.ts";
import { describePermissions, labelPermissions } from "../inputs/permissions.ts";
import { describeWorkflow, nearestWorkflow } from "../inputs/workflow-names.ts";
import { didYouMean } from "../text/near.ts";
import { enumerated } from "../text/wording.ts";
import { type Advice, type AdviceRows, lookUp, redact } from "./advice.ts";
import { explainPolicy } from "./policy.ts";
import { policyFile, type Situation } from "./situation.ts";
import { explainUnprocessable } from "./unprocessable.ts";

interface Refused extends Situation {
  request: string;
  /** The status and GitHub's words. */
  said: string;
  ssoUrl: string | undefined;
  /** A sentence: what the token may not do, and GitHub's words. */
  mayNot: string;
  /** The permission that the request needs, e.g. `` `actions: read` ``. */
  needs: string;
  /** What that permission is called on the page where fine-grained tokens are made, e.g. `Actions: Read-only`. */
  label: string;
}

/** Looked up by the status and `refusalOf`. */
const REFUSALS: AdviceRows<Refused> = [
  [
    /^401 (App|broker)/i,
    ({ said }, whose) =>
      `GitHub does not accept the ${whose}'s token (${said}), although it was created for this step.`,
    ({ repository }) => `The App was probably uninstalled from ${repository} or suspended since.`,
  ],
  [
    /^401 used token/,
    ({ said }) => `GitHub no longer accepts the token (${said}): it stopped working during the wait.`,
    "A GitHub App's token expires after one hour: set `app_id` and `app_private_key` instead of `token`, and it is renewed; a personal token was revoked or has expired.",
  ],
  [
    /^401 /,
    ({ said }) => `GitHub does not accept the token (${said}).`,
    "It is wrong, expired or revoked, or belongs to another server: create a new one and store it in the secret that `token` reads.",
  ],
  [
    /^403 .*archived/is,
    ({ repository }) => `${repository} is archived (403), so nothing can be started in it.`,
    "Unarchive it, or change `repo`.",
  ],
  [
    /^403 .*\b(saml|sso)\b/is,
    ({ mayNot }) => mayNot,
    ({ ssoUrl }) =>
      `Authorise the token for the organisation's single sign-on${ssoUrl ? `: ${ssoUrl}` : " (Settings → Developer settings → Configure SSO)."}`,
  ],
  [
    /^403 .*OAuth App access restrictions/is,
    ({ mayNot }) => mayNot,
    "The token was created by an OAuth App (`gh auth token` is one) that the organisation has not approved: have an owner approve it, or use a personal token or a GitHub App.",
  ],
  [
    /^403 .*lifetime/is,
    ({ mayNot }) => mayNot,
    "The token expires later than the organisation allows: shorten its lifetime, or create one that expires sooner and store it in the secret that `token` reads.",
  ],
  [
    /^403 .*forbids access via a (fine-grained|personal access tokens? with fine-grained)/is,
    ({ mayNot }) => mayNot,
    "The organisation forbids fine-grained tokens: use a GitHub App (`app_id`, `app_private_key`).",
  ],
  [
    /^403 .*forbids access via a personal access tokens? \(classic\)/is,
    ({ mayNot }) => mayNot,
    "The organisation forbids classic tokens: use a fine-grained one or a GitHub App.",
  ],
  [
    /^403 .*\bbilling\b/is,
    ({ mayNot }) => mayNot,
    ({ repository }) =>
      `The account that owns ${repository}, or the token's, is locked: its owner can fix that in its billing settings.`,
  ],
  [
    /^403 .*\blocked\b/is,
    ({ repository, said }) => `${repository} is locked (${said}), so nothing can be started in it.`,
    "A migration locks a repository: whoever migrates it can unlock it, or change `repo` to where it moved.",
  ],
  [
    /^403 .*managed user/is,
    ({ mayNot }) => mayNot,
    "A managed user's token reaches only its own enterprise: use the token of an account that is a member of the target, or a GitHub App installed there.",
  ],
  [
    /^403 .*account (was|is|has been) suspended/is,
    ({ mayNot }) => mayNot,
    "The token's account is suspended: use another account's token or a GitHub App.",
  ],
  [
    /^451|^403 .*access blocked/is,
    ({ repository, said }) => `GitHub has blocked access to ${repository} (${said}).`,
    "No token or permission changes that: the repository's page or its owner can tell why, and GitHub's support can lift it.",
  ],
  [
    /^403 .*disabled (workflow|for this)|^403 .*workflow is disabled/is,
    ({ workflow, repository, said }) =>
      workflow === undefined
        ? `Actions are disabled in ${repository}, or the workflow is (${said}).`
        : `\`${workflow}\` of ${repository}, or all of Actions there, is disabled (${said}); nothing was started.`,
    "Enable it on the target's Actions page or in its settings, or with `gh workflow enable`.",
  ],
  [
    /^403 .*ip allow list/is,
    ({ mayNot }) => mayNot,
    "The organisation has an IP allow list: add the runner's address, or use a runner that is on it.",
  ],
  [
    /^403 App: .*suspended/is,
    ({ repository }) => `The App's installation on ${repository} is suspended (403).`,
    "The repository's owner can unsuspend it in the settings of installed Apps.",
  ],
  [
    /^403 App: /,
    ({ mayNot }) => mayNot,
    ({ repository, needs }) =>
      `Give the App ${needs} in its settings, and have the owner of ${repository} accept it in the installation.`,
  ],
  [
    /^403 broker: .*by integration/is,
    ({ mayNot }) => mayNot,
    ({ repository, needs, broker }) =>
      `\`${policyFile(broker)}\` on the default branch of ${repository} has to list ${needs} under \`permissions:\`, which the broker's App must have as well.`,
  ],
  [
    /^403 .*by integration/is,
    ({ mayNot }) => mayNot,
    (about) => {
      const byApp = `A GitHub App needs ${about.needs} in its installation on ${about.repository}.`;
      if (!about.isOwnTarget) return `${jobsToken(about)}${byApp}`;
      return `The job's own \`GITHUB_TOKEN\` needs \`permissions:\` ${about.needs} in the job. ${byApp}`;
    },
  ],
  [
    /^403 (used token|token): ($|.*\b(not accessible|must have|permissions?|not granted|denied)\b)/is,
    ({ mayNot }) => mayNot,
    ({ repository, needs, label }) =>
      `It needs ${needs} for ${repository}: a fine-grained token "${label}" with that repository selected, a classic one the scope \`repo\`.`,
  ],
  [
    /^403 /,
    ({ mayNot }) => mayNot,
    ({ repository, needs }) =>
      `GitHub's message says why. If it means a permission, the token needs ${needs} for ${repository} (a classic token the scope \`repo\`).`,
  ],
  [
    /^404 run/,
    ({ repository }) => `The run no longer exists in ${repository} (404): it was deleted.`,
    "Its result can no longer be read.",
  ],
  [
    /^404 named run/,
    ({ repository, namedRunId }) =>
      `GitHub's response to the dispatch named run ${namedRunId}, but GitHub does not show it in ${repository} (404).`,
    ({ needs }) => `If its page exists, increase \`find_timeout_seconds\`, and check that the token has ${needs}.`,
  ],
  [
    /^404 given run/,
    ({ repository, unseenRunId }) => `${repository} has no run ${unseenRunId} that the token can see (404).`,
    "Check `run_id` and `repo`: the number at the end of the run's URL, and its repository. A deleted run cannot be read.",
  ],
  [
    /^404 repository/,
    ({ repository }) => `The token cannot see the repository ${repository} (404).`,
    (about) =>
      `${jobsToken(about)}Check \`owner\` and \`repo\`, and that the token can access this repository; GitHub also returns 404 for a private repository that the token cannot access.${rootInWords(about)}`,
  ],
  [
    /^404 workflow/,
    ({ repository, workflow }) => `${repository} has no workflow \`${workflow}\` on its default branch (404).`,
    (about) =>
      `Check the input \`workflow\` (the file's name, e.g. \`deploy.yml\`), and merge the file into the default branch: GitHub starts no workflow that is only on another branch.${workflowsInWords(about)}`,
  ],
  [
    /^404 ref/,
    ({ repository, ref }) => `${repository} has no branch or tag \`${ref}\` that the token can see (404).`,
    "Check the input `ref`.",
  ],
  [
    /^404 /,
    ({ request, repository, visible }) =>
      `GitHub returned 404 for ${request}${visible?.repository ? `, although the token can see ${repository}` : ""}.`,
    (about) =>
      `${jobsToken(about)}GitHub also returns 404 when a permission is missing: the token needs ${about.needs} for this repository (a classic token the scope \`repo\`).`,
  ],
];

const MAX_FILES_NAMED = 30;

function workflowsInWords({ workflow = "", visible }: Refused): string {
  if (!visible?.workflows) return "";
  const listed = enumerated(visible.workflows.map(describeWorkflow), MAX_FILES_NAMED) || "none";
  return `${didYouMean(nearestWorkflow(workflow, visible.workflows)?.file)} The files there: ${listed}.`;
}

/** The likeliest cause. A token does not show whether it is the job's own. Empty, or ends with a space. */
function jobsToken({ isOwnTarget, appPermissions, broker }: Situation): string {
  if (isOwnTarget || appPermissions || broker) return "";
  return "If `token` is the job's own `GITHUB_TOKEN` (the default), it can access only its own repository: use a token for the target. ";
}

/** The root may have been derived from a URL's host, and the wrong server, or the wrong root, answers 404 too. */
function rootInWords({ apiUrl }: Situation): string {
  if (!apiUrl.endsWith("/api/v3")) return "";
  return ` The request went to ${apiUrl}, the default API URL of an Enterprise Server, built from the URL in \`repo\` or \`run_id\`: if the server uses another, set \`api_url\`.`;
}

export function explainRefusal(requestError: RequestError, situation: Situation): Advice {
  const { status, request, purpose, ssoUrl } = requestError;
  const answer = redact(requestError, situation);
  const said = `${status} ${answer}`.trim();
  const ofPolicy = explainPolicy(answer, said, situation);
  if (ofPolicy) return ofPolicy;
  if (status === 422) return explainUnprocessable(requestError, situation);
  const { name, access } = purpose.needs;
  const { unsentNeeds } = situation;
  const needs = unsentNeeds ?? { [name]: access };
  const about = {
    ...situation,
    request,
    said,
    ssoUrl,
    mayNot: `The token cannot ${purpose.to} ${situation.repository} (${said})${unsentNeeds ? ", so nothing was sent" : ""}.`,
    needs: describePermissions(needs),
    label: labelPermissions(needs),
  };
  return (
    lookUp(REFUSALS, `${status} ${refusalOf(requestError, situation)}`, about) ?? [
      `GitHub refused ${request} (${said}).`,
      "Check the inputs `api_url`, `repo` and `workflow`, and that this is the intended server.",
    ]
  );
}

/** For a 404, what is missing, if known; for any other status, whose token it was, and GitHub's words. */
function refusalOf(
  { status, purpose, answer, ssoUrl }: RequestError,
  { visible, tokenHasWorked, appPermissions, broker, unseenRunId, namedRunId }: Situation,
): string {
  if (status !== 404) {
    const own = appPermissions ? "App" : broker && "broker";
    return `${own ?? (tokenHasWorked ? "used token" : "token")}: ${answer}${ssoUrl ? " (SSO)" : ""}`;
  }
  if (purpose.about === "run" && namedRunId !== undefined) return "named run";
  if (purpose.about === "run" && unseenRunId === undefined) return "run";
  const unseen = (["repository", "workflow", "ref"] as const).find((part) => visible?.[part] === false);
  return unseen ?? (unseenRunId === undefined ? "" : "given run");
}
