import { describe, expect, test } from "vitest";
import { rejected, say } from "../../support/explained.ts";
import { aFault } from "../../support/faults.ts";

const runs = "GET /repos/octo/target/actions/runs";
const oneRun = `${runs}/1`;

describe("a fault that lasts is explained", () => {
  test("by the server", () => {
    const fault = aFault("server_error", {
      request: runs,
      status: 503,
      answer: "s3cret",
      requestId: "C0FF:EE",
    });
    expect(say(fault)).toMatchInlineSnapshot(`
      "GitHub answered GET /repos/octo/target/actions/runs with 503 until the deadline.
      This is a server error (see its status page); try again later.
      GitHub's request id: C0FF:EE."
    `);
  });

  test("by an answer that cannot be read", () => {
    const fault = aFault("unreadable", { request: runs, status: 200, answer: "it is no list" });
    expect(say(fault)).toMatchInlineSnapshot(`
      "The response of https://api.github.com to GET /repos/octo/target/actions/runs cannot be read: it is no list (200).
      Check \`api_url\`: the server is not GitHub, or a version that this action cannot read, or a proxy responds instead."
    `);
  });

  const noon = Date.UTC(2026, 10, 20, 12);
  const limit = (about: { retryAfterMs?: number; dateMs?: number }) =>
    aFault("limited", { request: runs, status: 429, answer: "s3cret", ...about });

  test("by a limit, and until when it is reached", () => {
    expect(say(limit({ dateMs: noon, retryAfterMs: 2_520_000 }))).toMatchInlineSnapshot(`
      "GitHub's rate limit for this token is reached until 12:42:00 UTC, which is after the deadline (429 to GET /repos/octo/target/actions/runs).
      Send fewer requests with this token, or increase \`poll_interval_seconds\`, \`find_timeout_seconds\` or \`timeout_seconds\`."
    `);
  });

  test.each([{}, { dateMs: noon }, { retryAfterMs: 2_520_000 }])(
    "by a limit whose end is not told, as with %j",
    (about) => {
      expect(say(limit(about))).toMatch(/^GitHub's rate limit for this token is reached, .*429 to GET/);
    },
  );
});

describe("a fault after the dispatch is explained with its run", () => {
  const htmlUrl = "https://github.com/octo/target/actions/runs/1";
  const bad = rejected(401, "Bad credentials", oneRun);

  test("which goes on, with its link", () => {
    expect(say(bad, { started: { htmlUrl } }).split("\n")[1]).toBe(`The run itself continues: ${htmlUrl}`);
  });

  test("which goes on also where a 404 is not about it", () => {
    const text = say(rejected(404, "Not Found", runs), { started: { htmlUrl } });
    expect(text.split("\n")[1]).toBe(`The run itself continues: ${htmlUrl}`);
  });

  test("which is not spoken of where GitHub acted on nothing", () => {
    expect(say(bad)).not.toContain("continues");
  });

  test("which goes on unseen where nobody knows it yet", () => {
    expect(say(bad, { started: { htmlUrl: undefined } }).split("\n")[1]).toBe(
      "The dispatch was already accepted: its run continues without this step.",
    );
  });

  test("which does not go on when it was deleted", () => {
    expect(say(rejected(404, "Not Found", oneRun), { started: { htmlUrl } })).not.toContain("continues");
  });
});
