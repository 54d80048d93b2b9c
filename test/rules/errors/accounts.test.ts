import { describe, expect, test } from "vitest";
import { rejected, say } from "../../support/explained.ts";
import { aFault } from "../../support/faults.ts";

const runs = "GET /repos/octo/target/actions/runs";

test.each([403, 422])("Actions that are disabled for an account are not told as the repository's (%i)", (status) => {
  const text = say(rejected(status, "Actions has been disabled for this user."));
  expect(text).toMatch(
    /^Actions are disabled for the account that the token belongs to \(4\d\d Actions has been disabled/,
  );
  expect(text).toContain("Give the token of another account, or a GitHub App");
  expect(text).not.toContain("settings");
});

test.each([
  [403, "Repository access blocked"],
  [451, "Repository access blocked"],
  [451, "Unavailable For Legal Reasons"],
])("a repository that GitHub has blocked is told so, not as a missing permission (%i %s)", (status, answer) => {
  for (const about of [{}, { appPermissions: { actions: "read" } as const }]) {
    const text = say(rejected(status, answer, runs), about);
    expect(text).toContain(`GitHub has blocked access to octo/target (${status} ${answer}).`);
    expect(text).toContain("No token or permission changes that");
    expect(text).not.toMatch(/needs|api_url/);
  }
});

describe("GitHub's request id", () => {
  const about = { request: runs, requestId: "C0FF:EE" };

  test.each([500, 502, 503])("is given where GitHub's support needs it (%i)", (status) => {
    expect(say(aFault("server_error", { ...about, status, answer: "" }))).toContain("GitHub's request id: C0FF:EE.");
  });

  test("is given with an answer that cannot be read", () => {
    expect(say(aFault("unreadable", { ...about, status: 200, answer: "no list" }))).toContain("C0FF:EE");
  });

  test.each([
    [401, "Bad credentials"],
    [403, "Resource not accessible by integration"],
    [404, "Not Found"],
    [422, "No ref found for: x"],
    [422, "a word that nobody knows"],
  ])("is left out where the reader has to act (%i %s)", (status, answer) => {
    expect(say(aFault("rejected", { ...about, status, answer }))).not.toContain("C0FF:EE");
  });
});

test("the run's page comes right below what happened", () => {
  const started = { htmlUrl: "https://github.com/octo/target/actions/runs/1" };
  const lines = (fault: Parameters<typeof say>[0]) => say(fault, { started }).split("\n");
  expect(lines(rejected(401, "Bad credentials", runs))[1]).toBe(`The run itself continues: ${started.htmlUrl}`);
  const server = aFault("server_error", { request: runs, status: 500, answer: "", requestId: "C0FF:EE" });
  expect(lines(server)).toEqual([
    expect.stringMatching(/^GitHub answered/),
    `The run itself continues: ${started.htmlUrl}`,
    expect.stringMatching(/GitHub's request id: C0FF:EE\.$/),
  ]);
});
