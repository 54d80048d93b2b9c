import * as core from "@actions/core";
import { checkBypass } from "@actions/http-client/lib/proxy";
import { StepError } from "./step-error.ts";

/** Undefined: no proxy. The log masks its password from here on. @throws StepError if the variable is not a URL */
export function findProxy(apiUrl: string): URL | undefined {
  const { env } = process;
  const server = new URL(apiUrl);
  const given = server.protocol === "https:" ? env.https_proxy || env.HTTPS_PROXY : env.http_proxy || env.HTTP_PROXY;
  if (!given || checkBypass(server)) return undefined;
  const proxy = readProxy(given);
  if (!proxy) {
    throw new StepError(
      "The proxy variable for this server (`HTTPS_PROXY` or `HTTP_PROXY`) is not a URL such as `http://proxy.example.com:3128`, so nothing was sent.\n" +
        "Correct it on the runner; characters such as `@` or `#` in a password must be percent-encoded.",
    );
  }
  return proxy;
}

// Undefined if it is not the URL of a proxy. `getProxyUrl` of @actions/http-client 4 ignores an `http://…` that it cannot read,
// and the requests would bypass the proxy.
function readProxy(given: string): URL | undefined {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
  try {
    decodeURIComponent(username);
    for (const form of [decodeURIComponent(password), password]) if (form) core.setSecret(form);
  } catch {
    return undefined;
  }
  const isProxy = /^https?:$/.test(protocol) && hostname !== "" && /^\/?$/.test(pathname + search + hash);
  return isProxy ? new URL(text) : undefined;
}
