import { describe, expect, test } from "vitest";
import type { RequestErrorKind } from "../../../src/github/request-error.ts";
import { say } from "../../support/explained.ts";
import { aFault } from "../../support/faults.ts";

const runs = "GET /repos/octo/target/actions/runs";

describe("a fault without an answer is explained", () => {
  const address = "https://ghe.example.com/api/v3";
  const of = (kind: RequestErrorKind, code: string | undefined, hasProxy = false) =>
    say(aFault(kind, { request: runs, code, answer: "no answer within 20 s" }), {
      apiUrl: address,
      hasProxyFor: (url) => hasProxy && url === address,
    });

  test("by the address of a name that is not known", () => {
    expect(of("unreachable", "ENOTFOUND")).toMatchInlineSnapshot(`
      "No connection to https://ghe.example.com/api/v3 (ENOTFOUND).
      Check \`api_url\`, and that the runner can connect to it. If the runner reaches it only through a proxy, set \`HTTPS_PROXY\` (and \`NO_PROXY\` for hosts reached directly)."
    `);
  });

  test.each([
    ["unreachable", "ENOTFOUND"],
    ["unreachable", "PROXY_502"],
    ["untrusted", "SELF_SIGNED_CERT_IN_CHAIN"],
    ["untrusted", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["untrusted", "EPROTO"],
    ["untrusted", "ERR_SOCKET_BAD_PORT"],
    ["unreadable", undefined],
  ] as const)("by the input that names the server, where that is not `api_url`: %s, %s", (kind, code) => {
    const text = say(aFault(kind, { request: runs, code, answer: "it is no list", status: 200 }), {
      apiUrl: address,
      serverIn: "repo",
    });
    expect(text).toContain("the server in `repo`");
    expect(text).not.toContain("`api_url`");
  });

  test("by the proxy where one is set", () => {
    expect(of("unreachable", "ECONNREFUSED", true)).toMatchInlineSnapshot(`
      "No connection to https://ghe.example.com/api/v3 (ECONNREFUSED).
      Check \`api_url\`, and that the runner can connect to it. The request goes through the proxy in \`HTTPS_PROXY\`/\`HTTP_PROXY\`: check its address, or exclude the server with \`NO_PROXY\`."
    `);
  });

  test("by a certificate", () => {
    expect(of("untrusted", "SELF_SIGNED_CERT_IN_CHAIN")).toMatchInlineSnapshot(`
      "The certificate of https://ghe.example.com/api/v3 (SELF_SIGNED_CERT_IN_CHAIN) is not trusted.
      If the server has a private certificate authority, set \`NODE_EXTRA_CA_CERTS\` to its PEM file on the runner; if a proxy replaces certificates, to that proxy's. Check \`api_url\`."
    `);
  });

  test.each(["ERR_SSL_WRONG_VERSION_NUMBER", "EPROTO", "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"])(
    "by TLS that does not come about: %s",
    (code) => {
      for (const hasProxy of [false, true])
        expect(of("untrusted", code, hasProxy)).toBe(
          `No TLS connection to ${address} (${code}): the server supports no TLS, or no version that the runner accepts.\n` +
            "Check the scheme and the port of `api_url`, and those of the proxy in `HTTPS_PROXY`.",
        );
    },
  );

  test("by an address that no client asks", () => {
    expect(of("untrusted", "ERR_SOCKET_BAD_PORT")).toBe(
      `Cannot send requests to ${address} (ERR_SOCKET_BAD_PORT): the address is invalid or blocked, so nothing was sent.\n` +
        "Check the port of `api_url`: ports of other services, such as 22 or 6000, are blocked.",
    );
  });

  test("by a connection that broke", () => {
    expect(of("lost", "ECONNRESET")).toMatchInlineSnapshot(`
      "The connection broke or timed out: https://ghe.example.com/api/v3 (ECONNRESET).
      Check \`api_url\`, and that the runner can connect to it. If the runner reaches it only through a proxy, set \`HTTPS_PROXY\` (and \`NO_PROXY\` for hosts reached directly)."
    `);
  });

  test("by a time-out", () => {
    expect(of("lost", undefined)).toMatchInlineSnapshot(`
      "The connection broke or timed out: https://ghe.example.com/api/v3 (no answer within 20 s).
      Check \`api_url\`, and that the runner can connect to it. If the runner reaches it only through a proxy, set \`HTTPS_PROXY\` (and \`NO_PROXY\` for hosts reached directly)."
    `);
  });
});
