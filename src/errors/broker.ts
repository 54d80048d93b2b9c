/** Advice where no token came from the OIDC broker, by the words of octo-sts (docs/platform.md#oidc-brokers). */

import type { BrokerError } from "../github/broker-error.ts";
import type { Permissions } from "../github/purposes.ts";
import { oneLine } from "../text/foreign-text.ts";
import { type Advice, type AdviceRows, lookUp } from "./advice.ts";
import { explainNetwork } from "./network.ts";
import { policyFile, type Situation } from "./situation.ts";

/** A refusal quotes claims and patterns. */
const MAX_SAID_LENGTH = 500;

interface Refused {
  repository: string;
  owner: string;
  /** The policy, and where it has to be. */
  file: string;
}

/** Looked up by the status and the broker's words; each remedy ends before the lines that allow the token. */
const REMEDIES: AdviceRows<Refused> = [
  [
    /^3\d\d /,
    "",
    ({ file }) =>
      `Give the host that answers itself in \`oidc_broker\`: the OIDC token goes to no other. ${file} needs:`,
  ],
  [
    /^401 /,
    "",
    ({ file }) =>
      `The broker does not know this issuer, or the OIDC token has expired: check \`oidc_broker\`, and the runner's clock. ${file} needs:`,
  ],
  [
    /^403 .*\baudience\b/is,
    "",
    ({ file }) => `Write \`oidc_broker\` as the broker calls itself, or let ${file} allow this audience:`,
  ],
  [
    /^403 .*token exchange failure/is,
    "",
    ({ file, repository }) =>
      `${file} gives more than the broker's App may do in ${repository}. Have the App's owner add what is missing, or give no more than:`,
  ],
  [
    /^404 .*unable to parse/is,
    "",
    ({ file }) => `${file} is broken YAML, or has a key that the broker does not know. It needs:`,
  ],
  [
    /^404 .*no installation/is,
    "",
    ({ owner, repository, file }) =>
      `Install the broker's App on ${owner}, with access to ${repository}; ${file} needs:`,
  ],
  [
    /^404 /,
    "",
    ({ file }) =>
      `Check \`oidc_identity\`, or add ${file} with these lines. octo-sts says the same if GitHub did not let it read the file, and may remember for five minutes that there was none:`,
  ],
  [/^/, "", ({ file }) => `Let ${file} allow this token:`],
];

export function explainBroker(error: BrokerError, situation: Situation): Advice {
  const { kind, server, claims, outcome, request, answer } = error;
  const { repository } = situation;
  const serverIn = claims ? "oidc_broker" : "ACTIONS_ID_TOKEN_REQUEST_URL";
  switch (kind) {
    case "unreachable":
    case "untrusted":
    case "lost":
      return explainNetwork(error, { ...situation, apiUrl: server, serverIn });
    case "limited":
    case "server_error":
      return [
        `${server} answered ${request} with ${outcome} until the deadline${said(answer)}.`,
        claims
          ? "octo-sts answers so when GitHub limits or refuses it, or does not answer: try again later, or increase the time-out."
          : "This is a server error of GitHub's OIDC provider (see its status page): try again later.",
      ];
    case "unreadable":
    case "stale":
      return [
        `The response of ${server} to ${request} cannot be read: ${answer} (${outcome}).`,
        claims
          ? "Check `oidc_broker`: the server is no broker, or a proxy responds instead."
          : "A proxy may respond instead: exclude the host with `NO_PROXY`.",
      ];
    case "rejected":
      return claims
        ? explainRejected(error, situation)
        : [
            `GitHub gave the job no OIDC token for ${repository} (${outcome}${said(answer)}).`,
            "Check that the job's `permissions:` have `id-token: write`.",
          ];
  }
}

function explainRejected({ claims, server, outcome, answer }: BrokerError, situation: Situation): Advice {
  const { repository, broker, isUnsent } = situation;
  const { issuer = "", audience = "", subject = "" } = claims ?? {};
  const file = `\`${policyFile(broker)}\` on the default branch of ${repository}`;
  const [owner = ""] = repository.split("/");
  const [, remedy = ""] = lookUp(REMEDIES, `${outcome} ${answer}`, { repository, owner, file }) ?? [];
  // Whatever the policy says (octo-sts/app 0.8.0, pkg/oidcvalidate).
  const isRefused = /[\s"'`\\<>;&$(){}[\]]/.test(subject);
  const first = isRefused
    ? "octo-sts takes no subject with a blank, a quote or a bracket, as an environment's name may bring it. "
    : "";
  const unsent = isUnsent ? ", so nothing was sent" : "";
  return [
    `${server} gave no token for ${repository} as \`${broker?.identity}\` (${outcome}${said(answer)})${unsent}.`,
    `The job's OIDC token has the issuer \`${issuer}\`, the audience \`${audience}\` and the subject \`${subject}\`. ${first}${remedy}`,
    linesOfPolicy({ issuer, ...(/\baudience\b/i.test(answer) && { audience }), subject }, broker?.needs ?? {}),
  ];
}

/** As YAML; JSON's quotes are YAML's, too. */
function linesOfPolicy(claims: Record<string, string>, permissions: Permissions): string {
  return [
    ...Object.entries(claims).map(([name, claim]) => `${name}: ${JSON.stringify(claim)}`),
    "permissions:",
    ...Object.entries(permissions).map(([name, access]) => `  ${name}: ${access}`),
  ].join("\n");
}

function said(answer: string): string {
  return answer === "" ? "" : `: ${oneLine(answer, MAX_SAID_LENGTH)}`;
}
