/**
 * Refusals as GitHub words them, and where each was read: a page of its documentation, or a public report. Names of owners
 * and numbers in them are ours; everything else is as it was reported.
 */

/** Which of a step's requests is answered so. */
export type Asked =
  | "dispatch"
  | "event"
  | "repository"
  | "ref"
  | "runs"
  | "run"
  | "jobs"
  | "artifacts"
  | "download"
  | "rerun"
  | "cancel"
  | "status"
  /** By the report: the caller's run, and a status on its commit. */
  | "callers run"
  | "callers status"
  | "installation"
  | "token";

export interface GivenAnswer {
  to: Asked;
  status: number;
  message: string;
  /** Of the body, beside the message. */
  more?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** `owner/repository#number` of a public report, or a page. */
  source: string;
  /** What the step has to say: the cause, or what to do about it. */
  says: readonly (string | RegExp)[];
  /** What would send the reader the wrong way. */
  not?: RegExp;
}

const DOCS = "https://docs.github.com";
const permission = /needs `|a permission/i;
const generic = /Check the inputs `api_url`|Check `workflow`, `ref`|GitHub's message says why/;

const statusError = (message: string, field?: string) => ({
  errors: [{ resource: "Status", code: "custom", ...(field && { field }), message }],
});

export const ANSWERS: readonly GivenAnswer[] = [
  // 401
  {
    ...{ to: "dispatch", status: 401, message: "Bad credentials" },
    source: `${DOCS}/rest/using-the-rest-api/troubleshooting-the-rest-api`,
    says: ["does not accept the token (401 Bad credentials)", "wrong, expired or revoked"],
    not: permission,
  },
  {
    ...{ to: "runs", status: 401, message: "Requires authentication" },
    source: `${DOCS}/rest/using-the-rest-api/getting-started-with-the-rest-api`,
    says: ["does not accept the token (401 Requires authentication)"],
    not: permission,
  },
  {
    ...{ to: "run", status: 401, message: "Bad credentials" },
    source: `${DOCS}/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app`,
    says: ["it stopped working during the wait", "`app_id` and `app_private_key` instead of `token`"],
  },
  {
    ...{ to: "installation", status: 401, message: "A JSON web token could not be decoded" },
    source: "backstage/backstage#12887",
    says: ["does not accept the App's signature", "do not match, the key was deleted"],
  },
  {
    ...{ to: "installation", status: 401, message: "'Expiration time' claim ('exp') is too far in the future" },
    source: "octokit/auth-app.js#698",
    says: ["clock"],
    not: /do not match|deleted/,
  },
  {
    ...{ to: "installation", status: 401 },
    message:
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    source: "sigmavirus24/github3.py#1050",
    says: ["clock"],
    not: /do not match|deleted/,
  },
  // 403: the token's permissions
  {
    ...{ to: "dispatch", status: 403, message: "Resource not accessible by integration" },
    source: "jaseci-labs/jac#5283",
    says: ["`actions: write`", "the job's own `GITHUB_TOKEN`"],
  },
  {
    ...{ to: "event", status: 403, message: "Resource not accessible by personal access token" },
    source: "peter-evans/repository-dispatch#208",
    says: ["`contents: write`"],
    not: /GITHUB_TOKEN/,
  },
  {
    ...{ to: "runs", status: 403, message: "Resource not accessible by personal access token" },
    source: "saadmk11/github-actions-version-updater#110",
    says: ["`actions: read`", "nothing was sent"],
  },
  // 403: rules of organisations and enterprises
  {
    ...{ to: "repository", status: 403 },
    message:
      "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.",
    source: "ossf/scorecard#1504",
    says: ["single sign-on"],
    not: permission,
  },
  {
    ...{ to: "dispatch", status: 403 },
    message:
      "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.",
    headers: {
      "x-github-sso": "required; url=https://github.com/orgs/octo/sso?authorization_request=A1",
      "x-ratelimit-remaining": "0",
    },
    source: "fwouts/prmonitor#1042",
    says: ["single sign-on: https://github.com/orgs/octo/sso?authorization_request=A1"],
    not: permission,
  },
  {
    ...{ to: "dispatch", status: 403 },
    message:
      "Although you appear to have the correct authorization credentials, the `octo` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.",
    source: "SalesforceFoundation/NPSP#7247",
    says: ["IP allow list: add the runner's address"],
    not: permission,
  },
  {
    ...{ to: "runs", status: 403 },
    message:
      "The 'octo' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 90 days. Please adjust your token's lifetime at the following URL: https://github.com/settings/personal-access-tokens/12345678",
    source: "NixOS/org#247",
    says: ["shorten its lifetime", "personal-access-tokens/12345678"],
    not: /forbids fine-grained tokens|permission/,
  },
  {
    ...{ to: "dispatch", status: 403 },
    message:
      "`octo` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions.",
    source: "refined-github/refined-github#6951",
    says: ["forbids classic tokens: use a fine-grained one or a GitHub App"],
    not: /needs `/,
  },
  {
    ...{ to: "event", status: 403 },
    message:
      "Although you appear to have the correct authorization credentials, the `octo` organization has enabled OAuth App access restrictions, meaning that data access to third-parties is limited. For more information on these restrictions, including how to enable this app, visit https://docs.github.com/articles/restricting-access-to-your-organization-s-data/",
    source: "gitbutlerapp/gitbutler#8594",
    says: ["created by an OAuth App", "have an owner approve it"],
    not: permission,
  },
  {
    ...{ to: "dispatch", status: 403 },
    message: "Unauthorized: As an Enterprise Managed User, you cannot access this content",
    source: `${DOCS}/enterprise-cloud@latest/admin/managing-iam/understanding-iam-for-enterprises/abilities-and-restrictions-of-managed-user-accounts`,
    says: ["A managed user's token reaches only its own enterprise", "or a GitHub App"],
    not: permission,
  },
  // 403 and 451: repositories and accounts
  {
    ...{ to: "event", status: 403, message: "Repository was archived so is read-only." },
    source: "r-universe-org/help#247",
    says: ["octo/target is archived", "Unarchive it"],
    not: permission,
  },
  {
    ...{ to: "repository", status: 403, message: "Repository access blocked" },
    more: { block: { reason: "tos", created_at: "2021-06-08T01:02:15Z", html_url: "https://github.com/tos" } },
    source: "caarlos0/fork-cleaner#99",
    says: ["GitHub has blocked access to octo/target"],
    not: permission,
  },
  {
    ...{ to: "dispatch", status: 451, message: "Repository access blocked" },
    more: {
      block: {
        reason: "dmca",
        created_at: "2021-04-22T17:53:56Z",
        html_url: "https://github.com/github/dmca/blob/master/2021/04/2021-04-20-octo.md",
      },
    },
    source: "github/rest-api-description#3314",
    says: ["GitHub has blocked access to octo/target", "No token or permission changes that"],
    not: generic,
  },
  {
    ...{ to: "runs", status: 403, message: "Sorry. Your account was suspended." },
    source: "sourcegraph/sourcegraph-public-snapshot#16638",
    says: ["The token's account is suspended"],
    not: permission,
  },
  {
    ...{ to: "event", status: 403 },
    message:
      "Event 'repository_dispatch' is not allowed to trigger Actions workflows. Workflow file: '.github/workflows/event.yml'.",
    source: `${DOCS}/actions/concepts/about-actions-policies`,
    says: ["A policy for Actions forbids this dispatch in octo/target", "Actions → Policies"],
    not: permission,
  },
  // 403 and 429: limits
  {
    ...{ to: "dispatch", status: 403 },
    message:
      "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.",
    source: "fjogeleit/yaml-update-action#537",
    says: ["rate limit for this token is reached"],
    not: permission,
  },
  {
    ...{ to: "event", status: 403 },
    message:
      "You have triggered an abuse detection mechanism and have been temporarily blocked from content creation. Please retry your request again later.",
    source: "PyGithub/PyGithub#810",
    says: ["rate limit for this token is reached"],
    not: permission,
  },
  {
    ...{ to: "runs", status: 403, message: "API rate limit exceeded for user ID 1." },
    headers: { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800" },
    source: `${DOCS}/rest/using-the-rest-api/rate-limits-for-the-rest-api`,
    says: ["rate limit for this token is reached until"],
    not: permission,
  },
  {
    ...{ to: "runs", status: 429, message: "You have exceeded a secondary rate limit." },
    headers: { "retry-after": "100000" },
    source: `${DOCS}/rest/using-the-rest-api/rate-limits-for-the-rest-api`,
    says: ["rate limit for this token is reached until"],
  },
  {
    ...{ to: "dispatch", status: 403 },
    message:
      "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (http://developer.github.com/v3/#user-agent-required). Check https://developer.github.com for other possible causes.",
    source: "microsoft/PowerShellForGitHub#296",
    says: ["GitHub's message says why"],
    not: /It needs/,
  },
  // 404
  {
    ...{ to: "dispatch", status: 404, message: "Not Found" },
    source: `${DOCS}/rest/using-the-rest-api/troubleshooting-the-rest-api`,
    says: ["although the token can see octo/target", "a permission is missing"],
  },
  {
    ...{ to: "installation", status: 404, message: "Not Found" },
    source: `${DOCS}/rest/apps/apps`,
    says: ["The App is not installed on octo/target"],
  },
  {
    ...{ to: "installation", status: 404, message: "Integration not found" },
    source: "actions/create-github-app-token#76",
    says: ["There is no GitHub App with this `app_id`"],
  },
  // 409 and 410
  {
    ...{ to: "ref", status: 409, message: "Git Repository is empty." },
    source: "github/rest-api-description#385",
    says: ["octo/target has none of the branches or tags in `ref`", "nothing was sent"],
    not: /not clear|api_url/,
  },
  {
    ...{ to: "cancel", status: 409, message: "Cannot cancel a workflow run that is completed." },
    source: "technote-space/auto-cancel-redundant-workflow#68",
    says: [/GitHub cannot cancel the remote run \(409\)/],
    not: permission,
  },
  {
    ...{ to: "download", status: 410, message: "Artifact has expired" },
    source: "dawidd6/action-download-artifact#283",
    says: ["GitHub no longer has the"],
    not: permission,
  },
  // 422 of a workflow_dispatch
  {
    ...{ to: "dispatch", status: 422, message: "Workflow does not have 'workflow_dispatch' trigger" },
    source: "benc-uk/workflow-dispatch#46",
    says: ["`workflow_dispatch` trigger"],
    not: generic,
  },
  {
    ...{ to: "dispatch", status: 422 },
    message:
      "Invalid Argument - failed to parse workflow: (Line: 65, Col: 26): Unexpected symbol: '??'. Located at position 16 within expression: inputs.version ?? \"\"",
    source: "nodejs/release-cloudflare-worker#1020",
    says: [
      "GitHub cannot read `deploy.yml`",
      "(Line: 65, Col: 26): Unexpected symbol",
      "nothing was started",
      "Fix the file",
    ],
    not: generic,
  },
  {
    ...{ to: "dispatch", status: 422, message: "No ref found for: main" },
    source: "convictional/trigger-workflow-and-wait#44",
    says: ["octo/target has no branch or tag `main`"],
    not: generic,
  },
  {
    ...{ to: "dispatch", status: 422, message: 'Unexpected inputs provided: ["test"]' },
    source: "peter-evans/slash-command-dispatch#115",
    says: ["does not declare the input `test`"],
    not: generic,
  },
  {
    ...{ to: "dispatch", status: 422 },
    message: "Provided value '' for input 'debug' not in the list of allowed values",
    source: "cli/cli#5246",
    says: ["does not allow an empty value for its input `debug`"],
    not: generic,
  },
  {
    ...{ to: "dispatch", status: 422, message: "Cannot trigger a 'workflow_dispatch' on a disabled workflow" },
    source: "benc-uk/workflow-dispatch#72",
    says: ["is disabled (422)", "gh workflow enable"],
    not: generic,
  },
  // 422 of a repository_dispatch
  {
    ...{ to: "event", status: 422 },
    message: "Invalid request.\n\nNo more than 10 properties are allowed; 13 were supplied.",
    source: "prowler-cloud/prowler#12370",
    says: ["This server takes at most 10 properties in `client_payload`"],
    not: /inputs|Check `workflow`/,
  },
  {
    ...{ to: "event", status: 422, message: "client_payload is too large." },
    source: "mvasigh/dispatch-action#23",
    says: ["`client_payload` is too large for this server", "Send less"],
    not: /Check `workflow`/,
  },
  {
    ...{ to: "event", status: 422, message: "Invalid request.\n\nOnly 100 characters are allowed; 101 were supplied." },
    source: "github/docs#16469",
    says: ["This server takes at most 100 characters in `event_type`"],
    not: /Check `workflow`/,
  },
  // Re-runs
  {
    ...{ to: "rerun", status: 403, message: "This workflow run cannot be retried" },
    source: "metabase/metabase#70916",
    says: ["The failed jobs were not re-run", "This workflow run cannot be retried"],
    not: permission,
  },
  {
    ...{ to: "rerun", status: 403, message: "This workflow is already running" },
    source: "metabase/metabase#70916",
    says: ["This workflow is already running"],
    not: permission,
  },
  {
    ...{ to: "rerun", status: 403 },
    message: "Unable to retry this workflow run because it was created over a month ago",
    source: `${DOCS}/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs`,
    says: ["The failed jobs were not re-run", "created over a month ago"],
    not: permission,
  },
  {
    ...{ to: "rerun", status: 403, message: "Resource not accessible by integration" },
    source: "github/docs#644",
    says: ["`actions: write`"],
  },
  // Statuses
  {
    ...{ to: "status", status: 422, message: "Validation Failed" },
    more: statusError("This SHA and context has reached the maximum number of statuses."),
    source: "openshift/release#6179",
    says: ["could not be set in", "has reached the maximum number of statuses", "another `status_context`"],
    not: permission,
  },
  {
    ...{ to: "status", status: 422 },
    message: "No commit found for SHA: 9d04799d1a22e9e604c50f6bbbec067aaccc1b32",
    source: "kubernetes/test-infra#21987",
    says: ["could not be set in", "No commit found for SHA", "`status_sha`"],
    not: permission,
  },
  {
    ...{ to: "status", status: 403, message: "Resource not accessible by integration" },
    source: "MetaMask/metamask-extension#42359",
    says: ["`statuses: write`"],
  },
  {
    ...{ to: "status", status: 403, message: "Repository was archived so is read-only." },
    source: "r-universe-org/help#247",
    says: ["could not be set in", "archived"],
    not: permission,
  },
  {
    ...{ to: "status", status: 404, message: "Not Found" },
    source: "actions/github-script#434",
    says: ["`statuses: write`"],
  },
  // The report
  {
    ...{ to: "callers run", status: 401, message: "Bad credentials" },
    source: `${DOCS}/rest/using-the-rest-api/troubleshooting-the-rest-api`,
    says: ["Could not read octo/the-app: 401: Bad credentials. The token is wrong, expired or revoked"],
    not: permission,
  },
  {
    ...{ to: "callers run", status: 403 },
    message:
      "Although you appear to have the correct authorization credentials, the `octo` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.",
    source: "SalesforceFoundation/NPSP#7247",
    says: ["Could not read octo/the-app: 403", "IP allow list"],
    not: permission,
  },
  {
    ...{ to: "callers status", status: 403, message: "Repository was archived so is read-only." },
    source: "r-universe-org/help#247",
    says: ["Could not set", "archived"],
    not: permission,
  },
  {
    ...{ to: "callers status", status: 403, message: "Resource not accessible by personal access token" },
    source: "peter-evans/repository-dispatch#208",
    says: ["Could not set", "`token` needs `statuses: write` there"],
  },
  // A ref that is looked up before anything is sent
  {
    ...{ to: "ref", status: 403 },
    message:
      "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.",
    source: "gr2m/octokit-plugin-create-pull-request#67",
    says: ["is not clear (GitHub refused: 403: Resource protected by organization SAML", "so nothing was sent"],
    not: permission,
  },
  {
    ...{ to: "ref", status: 401, message: "Bad credentials" },
    source: `${DOCS}/rest/using-the-rest-api/troubleshooting-the-rest-api`,
    says: ["GitHub refused: 401: Bad credentials", "so nothing was sent"],
    not: permission,
  },
  // Tokens of an App
  {
    ...{ to: "token", status: 403, message: "This installation has been suspended" },
    source: "google-gemini/gemini-cli#12033",
    says: ["cannot get a token", "suspended"],
    not: /clock|do not match/,
  },
  {
    ...{ to: "token", status: 422, message: "The permissions requested are not granted to this installation." },
    source: "martinbaillie/vault-plugin-secrets-github#101",
    says: ["Give the App these permissions in its settings", "have the owner accept"],
  },
  {
    ...{ to: "token", status: 422 },
    message: "There is at least one repository that does not exist or is not accessible to the parent installation.",
    source: `${DOCS}/rest/apps/apps`,
    says: ["has no access to octo/target"],
  },
];
