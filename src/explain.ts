/**
 * One place turns an error into advice: what happened, which input or permission is at fault, what to do.
 * No message holds a token or a payload value.
 */

import { explainApp } from "./explain-app.ts";
import type { Fault } from "./fault.ts";
import { timeOfDay } from "./patience.ts";
import type { Permissions } from "./permissions.ts";
import { linesToAdd } from "./receiver.ts";

/** What was asked of GitHub when the fault came. */
export type Call =
  | "dispatch"
  | "read the repository"
  | "read the workflows"
  | "read the runs"
  | "cancel the run";

/** What the advice depends on, beside the fault. */
export interface Situation {
  /** `owner/name` */
  repository: string;
  apiUrl: string;
  event: "repository_dispatch" | "workflow_dispatch";
  eventType?: string | undefined;
  /** File name, id or display name. */
  workflow?: string | undefined;
  ref?: string | undefined;
  /** Name under which the id is sent. */
  key?: string | undefined;
  /** What GitHub may repeat in its answer and nobody may print. */
  sentValues: readonly string[];
  /** The token worked before. */
  tokenHasWorked: boolean;
  /** The server is reached through a proxy. */
  hasProxy: boolean;
  /** The permissions that a GitHub App was asked for; undefined with a plain `token`. */
  appPermissions?: Permissions | undefined;
  /** After a 404: what the token can see. */
  visible?: Visible | undefined;
  /** GitHub had acted on the dispatch before: the page of its run, or nothing but that. */
  started?: { htmlUrl: string | undefined } | undefined;
}

/** What the token can see of the target; undefined where it was not looked at. */
export interface Visible {
  repository?: boolean | undefined;
  workflow?: boolean | undefined;
  ref?: boolean | undefined;
}

/** The advice for a fault: a few lines, the first of them the event itself. */
export function explain(fault: Fault, situation: Situation): string {
  const lines = advice(fault, situation);
  const { started } = situation;
  const isGone = fault.status === 404 && isAboutOneRun(fault);
  if (started?.htmlUrl && !isGone) lines.push(`The run itself goes on: ${started.htmlUrl}`);
  else if (started && !isGone)
    lines.push("The dispatch had been accepted before this: its run goes on, unseen from here.");
  if (fault.requestId) lines.push(`GitHub's request id: ${fault.requestId}`);
  return lines.join("\n");
}

function advice(fault: Fault, situation: Situation): string[] {
  switch (fault.kind) {
    case "unreachable":
    case "untrusted":
    case "lost":
      return network(fault, situation);
    case "limited":
      return [
        `GitHub's rate limit for this token is reached${limitEnd(fault)} (${fault.status} to ${fault.request}).`,
        "Start fewer requests with this token, raise `poll_interval_seconds`, or allow more time (`find_timeout_seconds`, `timeout_seconds`).",
      ];
    case "server_error":
    case "unreadable":
      return [
        `GitHub answered ${fault.request} with ${fault.status}${fault.kind === "unreadable" ? ", but unreadably" : ""}, up to the deadline.`,
        "That is a fault of the server (see its status page); try again later.",
      ];
    case "rejected":
      break;
  }
  const { appPermissions, repository } = situation;
  const aboutApp = appPermissions && explainApp(fault, repository, appPermissions);
  if (aboutApp) return aboutApp;
  switch (fault.status) {
    case 401:
      return unauthorized(situation);
    case 403:
      return forbidden(fault, situation);
    case 404:
      return notFound(fault, situation);
    case 422:
      return unprocessable(fault, situation);
    default:
      return refused(fault, situation);
  }
}

function limitEnd({ dateMs = Number.NaN, retryAfterMs = Number.NaN }: Fault): string {
  const endMs = dateMs + retryAfterMs;
  return Number.isFinite(endMs)
    ? ` until ${timeOfDay(endMs)}, which is after the deadline`
    : ", and was still in force at the deadline";
}

function network(fault: Fault, { apiUrl, hasProxy }: Situation): string[] {
  const where = `${apiUrl} (${fault.code ?? fault.answer})`;
  if (/^ERR_SSL_(?!.*CERT)|EPROTO/.test(fault.code ?? "")) {
    return [
      `There is no TLS connection to ${where}: what answers there does not speak TLS, or no version that the runner accepts.`,
      "Check the scheme and the port of `api_url`, and those of the proxy in `HTTPS_PROXY`.",
    ];
  }
  const refusal = fault.code?.match(/^PROXY_(\d+)$/)?.[1];
  if (refusal) {
    return [
      `The proxy in \`HTTPS_PROXY\`/\`HTTP_PROXY\` opened no connection to ${apiUrl} (it answered ${refusal}).`,
      `${proxyAdvice(refusal)}, or except the server by \`NO_PROXY\`.`,
    ];
  }
  if (fault.code === "CERT_HAS_EXPIRED") {
    return [
      `The certificate of ${where} has expired.`,
      "Renew it on the server (or on the proxy that replaces certificates), or set the runner's clock.",
    ];
  }
  if (fault.code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return [
      `The certificate of ${where} is for another host.`,
      "Check the host in `api_url`, or of the proxy in `HTTPS_PROXY`: it has to be a name that the certificate lists.",
    ];
  }
  if (fault.kind === "untrusted") {
    return [
      `The certificate of ${where} is not trusted.`,
      "If the server has a private certificate authority, set `NODE_EXTRA_CA_CERTS` to its PEM file on the runner; if a proxy replaces certificates, to that proxy's. Check `api_url`.",
    ];
  }
  const what =
    fault.kind === "lost" ? "The connection broke, or no answer came in time:" : "No connection to";
  const proxy = hasProxy
    ? "The request goes through the proxy in `HTTPS_PROXY`/`HTTP_PROXY`: check its address, or except the server by `NO_PROXY`."
    : "If the runner reaches it only through a proxy, set `HTTPS_PROXY` (and `NO_PROXY` for what is reached directly).";
  return [`${what} ${where}.`, `Check \`api_url\`, and that the runner may connect to it. ${proxy}`];
}

function proxyAdvice(status: string): string {
  if (status === "407")
    return "It demands a user name and password, or others: put them in the variable, as in `http://user:password@proxy.example.com:3128`, with special characters percent-encoded";
  if (status === "403") return "It does not let the runner go there: have the server allowed there";
  return "It cannot reach the server: check `api_url`, ask those who run the proxy";
}

function unauthorized({ tokenHasWorked, appPermissions, repository }: Situation): string[] {
  if (appPermissions) {
    return [
      `GitHub does not accept the App's token (401), although it was made for this step.`,
      `The App was uninstalled from ${repository} or suspended in the meantime, as a rule.`,
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

/** What a request was for, and the permission that it needs: of fine-grained tokens and Apps, and of `GITHUB_TOKEN`. */
function purpose(
  { request }: Fault,
  { event }: Situation,
): { to: string; name: string; access: "read" | "write" } {
  const path = request.replace(/^.*?\/repos\/[^/]+\/[^/]+/, "");
  if (path.endsWith("/dispatches")) {
    return {
      to: `send a ${event} to`,
      name: event === "repository_dispatch" ? "contents" : "actions",
      access: "write",
    };
  }
  if (path.endsWith("/cancel")) return { to: "cancel a run of", name: "actions", access: "write" };
  if (path.startsWith("/actions/workflows"))
    return { to: "read the workflows of", name: "actions", access: "read" };
  if (path.startsWith("/actions/runs")) return { to: "read the runs of", name: "actions", access: "read" };
  return { to: "read", name: "metadata", access: "read" };
}

/** Says whether the request was for a single run, which may be deleted. */
export function isAboutOneRun({ request }: Fault): boolean {
  return /\/repos\/[^/]+\/[^/]+\/actions\/runs\/[^/]+/.test(request);
}

function forbidden(fault: Fault, situation: Situation): string[] {
  const { repository } = situation;
  const struck = strike(fault.answer, situation);
  const { to, name, access } = purpose(fault, situation);
  const first = `The token may not ${to} ${repository} (403 ${struck}).`;
  if (/archived/i.test(fault.answer))
    return [
      `${repository} is archived (403), so nothing can be started in it.`,
      "Unarchive it, or change `repo`.",
    ];
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
  const needs = `\`${name}: ${access}\``;
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
    `It needs ${needs} for ${repository}: a fine-grained token "${label(name)}: ${access === "write" ? "Read and write" : "Read-only"}" with that repository selected, a classic one the scope \`repo\`.`,
  ];
}

function label(permissionName: string): string {
  return permissionName.charAt(0).toUpperCase() + permissionName.slice(1);
}

function notFound(fault: Fault, situation: Situation): string[] {
  const { repository, workflow, ref, visible } = situation;
  if (isAboutOneRun(fault)) {
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
    return [
      `${repository} has no branch or tag \`${ref}\` that the token can see (404).`,
      "Check the input `ref`.",
    ];
  }
  const { name, access } = purpose(fault, situation);
  return [
    `GitHub says 404 to ${fault.request}${visible?.repository ? `, although the token can see ${repository}` : ""}.`,
    `That is what it says, too, when a permission is missing: the token needs \`${name}: ${access}\` for this repository (a classic token the scope \`repo\`).`,
  ];
}

function unprocessable(fault: Fault, situation: Situation): string[] {
  const { repository, workflow, ref, key, event, eventType } = situation;
  const said = fault.answer;
  const file = `\`${workflow}\` of ${repository}`;
  const unexpected = unexpectedInputs(fault);
  if (unexpected.length > 0) {
    const others = unexpected.filter((name) => name !== key);
    const lines =
      others.length > 0
        ? [
            `${file} does not declare the input${others.length > 1 ? "s" : ""} ${others.map((name) => `\`${name}\``).join(", ")}, so GitHub started nothing (422).`,
            "Correct `workflow_inputs`, or declare them under `on.workflow_dispatch.inputs` on the default branch and on the ref.",
          ]
        : [
            `${file} does not declare the input \`${key}\`, by which its run would be found, so GitHub started nothing (422).`,
          ];
    return unexpected.includes(key ?? "") && key !== undefined
      ? [...lines, "Add these lines to the receiving workflow:", linesToAdd({ event, key })]
      : lines;
  }
  const missing = said.match(/Required input '([^']+)' not provided/)?.[1];
  if (missing) {
    return [
      `${file} requires the input \`${missing}\`, which was not given, so GitHub started nothing (422).`,
      `Add \`${missing}\` to \`workflow_inputs\`.`,
    ];
  }
  const notAllowed = said.match(/for input '([^']+)' not in the list of allowed values/)?.[1];
  if (notAllowed) {
    return [
      `${file} does not allow the value given for its input \`${notAllowed}\` (422); nothing was started.`,
      `Give \`${notAllowed}\` in \`workflow_inputs\` one of the \`options\` that the workflow lists.`,
    ];
  }
  if (said.includes("No ref found")) {
    return [
      `${repository} has no branch or tag \`${ref}\` (422); nothing was started.`,
      "Correct the input `ref`: a branch or a tag of the target, not a commit.",
    ];
  }
  if (said.includes("does not have 'workflow_dispatch' trigger")) {
    return [
      `${file} has no \`workflow_dispatch\` trigger on the ref \`${ref}\` (422); nothing was started.`,
      "Add it on that ref, and on the default branch:",
      linesToAdd({ event: "workflow_dispatch", key: key ?? "distinct_id" }),
    ];
  }
  if (said.includes("disabled workflow")) {
    return [
      `${file} is disabled (422); nothing was started.`,
      "Enable it on the target's Actions page, or by `gh workflow enable`.",
    ];
  }
  const what = event === "repository_dispatch" ? `the event \`${eventType}\`` : file;
  return [
    `GitHub did not accept the dispatch of ${what} (422 ${strike(said, situation)}); nothing was started.`,
    "Correct the input that it names.",
  ];
}

/** The inputs that GitHub says the workflow does not declare; empty when the fault is another one. */
export function unexpectedInputs(fault: Fault): string[] {
  if (fault.status !== 422) return [];
  const list = fault.answer.match(/Unexpected inputs provided: \[([^\]]*)\]/)?.[1] ?? "";
  return [...list.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, name = ""]) => name);
}

function refused(fault: Fault, situation: Situation): string[] {
  return [
    `GitHub refused ${fault.request} (${fault.status} ${strike(fault.answer, situation)}).`,
    "Check the inputs `api_url`, `repo` and `workflow`, and that the server is the one meant.",
  ];
}

/** GitHub's words without the values that were sent: an answer may repeat them. */
function strike(answer: string, { sentValues }: Situation): string {
  let struck = answer;
  const forms = sentValues.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  for (const value of forms.sort((a, b) => b.length - a.length)) {
    if (value === "") continue;
    const literal = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    // A short value, such as a digit, would strike out half of GitHub's words if it counted within a word.
    const pattern = value.length > 3 ? literal : `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
    struck = struck.replace(new RegExp(pattern, "gu"), "***");
  }
  return struck;
}
