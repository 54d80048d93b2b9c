import type { RequestError } from "../github/request-error.ts";
import { oneLine } from "../text/foreign-text.ts";
import { type Advice, type AdviceRows, lookUp } from "./advice.ts";
import { describeServer, type Situation } from "./situation.ts";

/** Looked up by the error's kind and code. `where` is the address with the error code; `server` the input that names it. */
const FAILURES: AdviceRows<{ apiUrl: string; where: string; server: string }> = [
  [
    /^untrusted (ERR_SOCKET_BAD_PORT|ERR_INVALID_URL|ERR_INVALID_PROTOCOL|ERR_UNESCAPED_CHARACTERS)$/,
    ({ where }) => `No request can go to ${where}: the address is refused on this side, so nothing was sent.`,
    ({ server }) =>
      `Check the port of ${server}: a port that belongs to another service, such as 22 or 6000, is never asked.`,
  ],
  [
    /^untrusted ERR_INVALID_CHAR$/,
    ({ apiUrl }) =>
      `No request can go to ${apiUrl} with this token: it has a character that no header takes, so nothing was sent.`,
    "Store the token again, without a line break or a letter beyond ASCII.",
  ],
  [
    /^\w+ ERR_SSL_(?!.*CERT)|EPROTO/,
    ({ where }) =>
      `There is no TLS connection to ${where}: the server there speaks no TLS, or no version of it that the runner accepts.`,
    ({ server }) => `Check the scheme and the port of ${server}, and those of the proxy in \`HTTPS_PROXY\`.`,
  ],
  [
    / PROXY_(\d+)$/,
    ({ apiUrl }, status = "") =>
      `The proxy in \`HTTPS_PROXY\`/\`HTTP_PROXY\` opened no connection to ${apiUrl} (it answered ${status}).`,
    ({ server }, status = "") => `${proxyRemedy(status, server)}, or exempt the server by \`NO_PROXY\`.`,
  ],
  [
    / (CERT_HAS_EXPIRED)$/,
    ({ apiUrl }, code) => `The certificate of ${apiUrl} has expired (${code}).`,
    "Renew it on the server (or on the proxy that replaces certificates), or set the runner's clock.",
  ],
  [
    / (ERR_TLS_CERT_ALTNAME_INVALID)$/,
    ({ apiUrl }, code) => `The certificate of ${apiUrl} is for another host (${code}).`,
    ({ server }) =>
      `Check the host of ${server}, or of the proxy in \`HTTPS_PROXY\`: it has to be a name that the certificate lists.`,
  ],
  [
    /^untrusted /,
    ({ where }) => `The certificate of ${where} is not trusted.`,
    ({ server }) =>
      `If the server has a private certificate authority, set \`NODE_EXTRA_CA_CERTS\` to its PEM file on the runner; if a proxy replaces certificates, to that proxy's. Check ${server}.`,
  ],
];

/** For errors without a response. */
export function explainNetwork({ kind, code, answer }: RequestError, situation: Situation): Advice {
  const { apiUrl, hasProxy } = situation;
  const where = `${apiUrl} (${code ?? oneLine(answer)})`;
  const server = describeServer(situation);
  const special = lookUp(FAILURES, `${kind} ${code ?? ""}`, { apiUrl, where, server });
  if (special) return special;
  const what = kind === "lost" ? "The connection broke, or no answer came in time:" : "No connection to";
  const proxy = hasProxy
    ? "The request goes through the proxy in `HTTPS_PROXY`/`HTTP_PROXY`: check its address, or exempt the server by `NO_PROXY`."
    : "If the runner reaches it only through a proxy, set `HTTPS_PROXY` (and `NO_PROXY` for what is reached directly).";
  return [`${what} ${where}.`, `Check ${server}, and that the runner may connect to it. ${proxy}`];
}

function proxyRemedy(status: string, server: string): string {
  if (status === "407")
    return "It demands a user name and password, or refuses those given: put them in the variable, as in `http://user:password@proxy.example.com:3128`, with special characters percent-encoded";
  if (status === "403") return "It does not let the runner go there: have it let the server through";
  return `It cannot reach the server: check ${server}, ask those who run the proxy`;
}
