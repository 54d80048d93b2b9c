import { describe, expect, test } from "vitest";
import { describeTokenSource, readCredentials } from "../../../src/inputs/credentials.ts";
import { readInputs } from "../../../src/inputs/inputs.ts";
import { readerOf } from "../../../src/inputs/reader.ts";
import { readReportInputs } from "../../../src/report/report-inputs.ts";

const GIVEN = { oidc_broker: "octo-sts.dev", oidc_identity: "deployer" };

function read(given: Record<string, string>) {
  const reader = readerOf((name) => given[name] ?? "");
  return { credentials: readCredentials(reader), problems: reader.problems };
}

test.each(["octo-sts.dev", "sts.example.com:8443", "localhost:1", "10.0.0.7", "STS.example.com"])(
  "%s is a broker, and needs no token beside it",
  (host) => {
    const broker = { host, identity: "deployer" };
    expect(read({ ...GIVEN, oidc_broker: host })).toEqual({ credentials: { broker }, problems: [] });
  },
);

test.each([
  "https://octo-sts.dev",
  "octo-sts.dev/",
  "octo-sts.dev/sts",
  "me@octo-sts.dev",
  "octo-sts.dev:99999",
  "octo-sts.dev:",
  "octo-sts.dev?x",
  "octo-sts.dev#x",
  "octo sts.dev",
  "-octo.dev",
  "octo-sts.dev\nevil.test",
])("%j is no host", (oidc_broker) => {
  expect(read({ ...GIVEN, oidc_broker }).problems).toEqual([
    "`oidc_broker` is not a host such as `octo-sts.dev`: give it without `https://`, user and path.",
  ]);
});

test.each(["a/b", "two words", "a&b", "ä"])("%j is no identity", (oidc_identity) => {
  expect(read({ ...GIVEN, oidc_identity }).problems).toEqual([
    "`oidc_identity` is not a name: it may have letters, digits, `.`, `_` and `-`.",
  ]);
});

describe("a problem is", () => {
  test.each<[string, Record<string, string>, string]>([
    ["a broker alone", { oidc_identity: "" }, "`oidc_broker` is given without `oidc_identity`"],
    ["an identity alone", { oidc_broker: "" }, "`oidc_identity` is given without `oidc_broker`"],
    ["an App beside it", { app_id: "1", app_private_key: "key" }, "so does `app_id`, `app_private_key`"],
    ["`tokens` beside it", { tokens: "octo/*: ghp_x" }, "so does `tokens`"],
  ])("%s", (_, given, problem) => {
    const { problems } = read({ ...GIVEN, ...given });
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(problems.join()).not.toContain("ghp_x");
  });

  test.each([true, false, undefined])("a job without `id-token: write` (%s)", (hasIdToken) => {
    const caller = { repository: "octo/caller", apiUrl: "https://api.github.com", runId: "1", runAttempt: "1" };
    const inputs: Record<string, string> = { ...GIVEN, workflow: "ci.yml" };
    const reading = () =>
      readInputs((name) => inputs[name] ?? "", { ...caller, ...(hasIdToken !== undefined && { hasIdToken }) }, "0");
    if (hasIdToken) expect(reading().credentials).toEqual({ broker: { host: "octo-sts.dev", identity: "deployer" } });
    else expect(reading).toThrow("add `id-token: write` to the job's `permissions:`");
  });
});

test("an empty mapping of `tokens` is none", () => {
  expect(read({ ...GIVEN, tokens: "{}" }).problems).toEqual([]);
});

test("the log says whose token is used, where it is not the input's", () => {
  expect(describeTokenSource({ token: "t" })).toBeUndefined();
  expect(describeTokenSource({ app: { appId: "1", privateKey: "" } })).toContain("Using the GitHub App;");
  expect(describeTokenSource({ broker: { host: "octo-sts.dev", identity: "a" } })).toBe(
    "Using tokens from octo-sts.dev; the input `token` is not used.",
  );
});

test("`report` has no such inputs", () => {
  const inputs: Record<string, string> = { ...GIVEN, callers: "app", own_token: "t", token: "t0ken" };
  const own = { owner: "octo", apiUrl: "https://api.github.com" };
  expect(readReportInputs((name) => inputs[name] ?? "", [], own).credentials).toEqual({ token: "t0ken" });
});
