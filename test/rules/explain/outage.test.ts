import { describe, expect, test } from "vitest";
import type { FaultKind } from "../../../src/github/fault.ts";
import { say, workflowDispatch } from "../../support/explained.ts";
import { aFault } from "../../support/faults.ts";

const runs = "GET /repos/octo/target/actions/runs";

describe("a fault without an answer is explained", () => {
  const address = "https://ghe.example.com/api/v3";
  const of = (kind: FaultKind, code: string | undefined, hasProxy = false) =>
    say(aFault(kind, { request: runs, code, answer: "no answer within 20 s" }), {
      apiUrl: address,
      hasProxy,
    });

  test("by the address of a name that is not known", () => {
    expect(of("unreachable", "ENOTFOUND")).toMatchInlineSnapshot(`
      "No connection to https://ghe.example.com/api/v3 (ENOTFOUND).
      Check \`api_url\`, and that the runner may connect to it. If the runner reaches it only through a proxy, set \`HTTPS_PROXY\` (and \`NO_PROXY\` for what is reached directly)."
    `);
  });

  test("by the proxy where one is set", () => {
    expect(of("unreachable", "ECONNREFUSED", true)).toMatchInlineSnapshot(`
      "No connection to https://ghe.example.com/api/v3 (ECONNREFUSED).
      Check \`api_url\`, and that the runner may connect to it. The request goes through the proxy in \`HTTPS_PROXY\`/\`HTTP_PROXY\`: check its address, or except the server by \`NO_PROXY\`."
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
          `There is no TLS connection to ${address} (${code}): what answers there does not speak TLS, or no version that the runner accepts.\n` +
            "Check the scheme and the port of `api_url`, and those of the proxy in `HTTPS_PROXY`.",
        );
    },
  );

  test("by a connection that broke", () => {
    expect(of("lost", "ECONNRESET")).toMatchInlineSnapshot(`
      "The connection broke, or no answer came in time: https://ghe.example.com/api/v3 (ECONNRESET).
      Check \`api_url\`, and that the runner may connect to it. If the runner reaches it only through a proxy, set \`HTTPS_PROXY\` (and \`NO_PROXY\` for what is reached directly)."
    `);
  });

  test("by a time-out", () => {
    expect(of("lost", undefined)).toMatchInlineSnapshot(`
      "The connection broke, or no answer came in time: https://ghe.example.com/api/v3 (no answer within 20 s).
      Check \`api_url\`, and that the runner may connect to it. If the runner reaches it only through a proxy, set \`HTTPS_PROXY\` (and \`NO_PROXY\` for what is reached directly)."
    `);
  });
});

describe("a fault that lasts is explained", () => {
  test("by the server", () => {
    const fault = aFault("server_error", {
      request: runs,
      status: 503,
      answer: "s3cret",
      requestId: "C0FF:EE",
    });
    expect(say(fault)).toMatchInlineSnapshot(`
      "GitHub answered GET /repos/octo/target/actions/runs with 503, up to the deadline.
      That is a fault of the server (see its status page); try again later.
      GitHub's request id: C0FF:EE."
    `);
  });

  test("by an answer that cannot be read", () => {
    const fault = aFault("unreadable", { request: runs, status: 200, answer: "s3cret" });
    expect(say(fault)).toMatchInlineSnapshot(`
      "GitHub answered GET /repos/octo/target/actions/runs with 200, but unreadably, up to the deadline.
      That is a fault of the server (see its status page); try again later."
    `);
  });

  const noon = Date.UTC(2026, 10, 20, 12);
  const limit = (about: { retryAfterMs?: number; dateMs?: number }) =>
    aFault("limited", { request: runs, status: 429, answer: "s3cret", ...about });

  test("by a limit, and until when it is reached", () => {
    expect(say(limit({ dateMs: noon, retryAfterMs: 2_520_000 }))).toMatchInlineSnapshot(`
      "GitHub's rate limit for this token is reached until 12:42:00 UTC, which is after the deadline (429 to GET /repos/octo/target/actions/runs).
      Start fewer requests with this token, raise \`poll_interval_seconds\`, or allow more time (\`find_timeout_seconds\`, \`timeout_seconds\`)."
    `);
  });

  test.each([{}, { dateMs: noon }, { retryAfterMs: 2_520_000 }])(
    "by a limit whose end is not told, as with %j",
    (about) => {
      expect(say(limit(about))).toMatch(/^GitHub's rate limit for this token is reached, .*429 to GET/);
    },
  );

  test("by another refusal, without the values that were sent", () => {
    const answer = "s3cret is gone: x-s3cret-x";
    const fault = aFault("rejected", { request: workflowDispatch, status: 410, answer });
    expect(say(fault)).toMatchInlineSnapshot(`
      "GitHub refused POST /repos/octo/target/actions/workflows/deploy.yml/dispatches (410 *** is gone: x-***-x).
      Check the inputs \`api_url\`, \`repo\` and \`workflow\`, and that the server is the one meant."
    `);
  });
});
