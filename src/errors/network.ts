import type { RequestError } from "../github/request-error.ts";
import { oneLine } from "../text/foreign-text.ts";
import { type Advice, type AdviceRows, lookUp } from "./advice.ts";
import { describeServer, type Situation } from "./situation.ts";

/** Looked up by the error's kind and code. `where` is the address with the error code; `server` the input that names it. */
const FAILURES: AdviceRows<{ apiUrl: string; where: string; server: string }> = [
  [
    /^untrusted (ERR_SOCKET_BAD_PORT|ERR_INVALID_URL|ERR_INVALID_PROTOCOL|ERR_UNESCAPED_CHARACTERS)$/,
    ({ where }) => `Cannot send requests to ${where}: the address is invalid or blocked, so nothing was sent.`,
    ({ server }) => `Check the port of ${server}: ports of other services, such as 22 or 6000, are blocked.`,
  ],
  [
    /^untrusted ERR_INVALID_CHAR$/,
    ({ apiUrl }) =>
      `Cannot send requests to ${apiUrl} with this token: it has a character that no header takes, so nothing was sent.`,
    "Store the token again, without a line break or a letter beyond ASCII.",
  ],
  [
    /^\w+ ERR_SSL_(?!.*CERT)|EPROTO/,
    ({ where }) => `No TLS connection to ${where}: the server supports no TLS, or no version that the runner accepts.`,
    ({ server }) => `Check the scheme and the port of ${server}, and those of the proxy in \`HTTPS_PROXY\`.`,
  ],
  [
    / PROXY_(\d+)$/,
    ({ apiUrl }, status = "") =>
      `The proxy in \`HTTPS_PROXY\`/\`HTTP_PROXY\` did not connect to ${apiUrl} (it returned ${status}).`,
    ({ server }, status = "") => `${proxyRemedy(status, server)}, or exclude the server with \`NO_PROXY\`.`,
  ],
  [
    / (CERT_HAS_EXPIRED)$/,
    ({ apiUrl }, code) => `The certificate of ${apiUrl} has expired (${code}).`,
    "Renew it on the server (or on the proxy that replaces certificates), or correct the runner's clock.",
  ],
  [
    / (ERR_TLS_CERT_ALTNAME_INVALID)$/,
    ({ apiUrl }, code) => `The certificate of ${apiUrl} is for another host (${code}).`,
    ({ server }) => `Check the host of ${server}, or of the proxy in \`HTTPS_PROXY\`: the certificate has to list it.`,
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
  const { apiUrl, hasProxyFor } = situation;
  const where = `${apiUrl} (${code ?? oneLine(answer)})`;
  const server = describeServer(situation);
  const special = lookUp(FAILURES, `${kind} ${code ?? ""}`, { apiUrl, where, server });
  if (special) return special;
  const what = kind === "lost" ? "The connection broke or timed out:" : "No connection to";
  const proxy = hasProxyFor(apiUrl)
    ? "The request goes through the proxy in `HTTPS_PROXY`/`HTTP_PROXY`: check its address, or exclude the server with `NO_PROXY`."
    : "If the runner reaches it only through a proxy, set `HTTPS_PROXY` (and `NO_PROXY` for hosts reached directly).";
  return [`${what} ${where}.`, `Check ${server}, and that the runner can connect to it. ${proxy}`];
}

function proxyRemedy(status: string, server: string): string {
  if (status === "407")
    return "It requires a user name and password, or rejects those given: put them in the variable, as in `http://user:password@proxy.example.com:3128`, with special characters percent-encoded";
  if (status === "403") return "It blocks the server: have the proxy allow it";
  return `It cannot reach the server: check ${server}, ask the proxy's operator`;
}
