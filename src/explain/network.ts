/** The advice for a server that cannot be reached, or not safely. */

import type { Fault } from "../github/fault.ts";
import type { Situation } from "./situation.ts";

/** The advice where no answer came. */
export function explainNetwork(fault: Fault, { apiUrl, hasProxy }: Situation): string[] {
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
      `The certificate of ${apiUrl} has expired (${fault.code}).`,
      "Renew it on the server (or on the proxy that replaces certificates), or set the runner's clock.",
    ];
  }
  if (fault.code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return [
      `The certificate of ${apiUrl} is for another host (${fault.code}).`,
      "Check the host in `api_url`, or of the proxy in `HTTPS_PROXY`: it has to be a name that the certificate lists.",
    ];
  }
  if (fault.kind === "untrusted") {
    return [
      `The certificate of ${where} is not trusted.`,
      "If the server has a private certificate authority, set `NODE_EXTRA_CA_CERTS` to its PEM file on the runner; if a proxy replaces certificates, to that proxy's. Check `api_url`.",
    ];
  }
  const what = fault.kind === "lost" ? "The connection broke, or no answer came in time:" : "No connection to";
  const proxy = hasProxy
    ? "The request goes through the proxy in `HTTPS_PROXY`/`HTTP_PROXY`: check its address, or except the server by `NO_PROXY`."
    : "If the runner reaches it only through a proxy, set `HTTPS_PROXY` (and `NO_PROXY` for what is reached directly).";
  return [`${what} ${where}.`, `Check \`api_url\`, and that the runner may connect to it. ${proxy}`];
}

function proxyAdvice(status: string): string {
  if (status === "407")
    return "It demands a user name and password, or refuses those given: put them in the variable, as in `http://user:password@proxy.example.com:3128`, with special characters percent-encoded";
  if (status === "403") return "It does not let the runner go there: have the server allowed there";
  return "It cannot reach the server: check `api_url`, ask those who run the proxy";
}
