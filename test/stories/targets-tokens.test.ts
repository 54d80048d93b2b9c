/** Many targets: which token goes where. */

import { describe, expect, test } from "vitest";
import { APP_ID, mintings, PRIVATE_KEY, PUBLIC_KEY } from "../support/app-stage.ts";
import { setFleet } from "../support/fleet-stage.ts";
import { asked, TOKEN } from "../support/stage.ts";

describe("an App", () => {
  const credentials = { token: "", app_id: String(APP_ID), app_private_key: PRIVATE_KEY };

  async function setApps(repositories: Record<string, string[]>) {
    const names = ["octo/api", "octo/web", "acme/cli"];
    const fleet = await setFleet(Object.fromEntries(names.map((name) => [name, {}])));
    const permissions = { contents: "write", actions: "write" } as const;
    const installations = Object.entries(repositories).map(([account, list], at) => {
      return { id: 4711 + at, account, repositories: list, permissions };
    });
    const app = { appId: APP_ID, clientId: "Iv23liAbCdEfGhIjKlMn", publicKey: PUBLIC_KEY };
    fleet.github.addApp({ ...app, installations, tokenLifetimeMs: 3_600_000 });
    return fleet;
  }

  test("has one token for each owner, for just that owner's targets", async () => {
    const { play, github } = await setApps({ octo: ["octo/api", "octo/web"], acme: ["acme/cli"] });
    const { ends, log } = await play({ ...credentials, targets: "[octo/api, octo/web, acme/cli]" });
    expect(ends).toEqual(["octo/api: success", "octo/web: success", "acme/cli: success"]);
    const minted = mintings(github.requests).map(({ body }) => (body as { repositories: string[] }).repositories);
    expect(new Set(minted)).toEqual(new Set([["api", "web"], ["cli"]]));
    expect(log.filter((line) => line.startsWith("Using the GitHub App"))).toHaveLength(1);
    expect(asked(github, "GET /repos/octo/web/installation")).toEqual([]);
  });

  test("that may not reach one repository of an owner loses only that one", async () => {
    const { play } = await setApps({ octo: ["octo/web"], acme: ["acme/cli"] });
    const { ends, results } = await play({ ...credentials, targets: "[octo/api, octo/web, acme/cli]" });
    expect(ends).toEqual(["octo/api: error", "octo/web: success", "acme/cli: success"]);
    expect(results[0]?.error).toContain("App");
  });
});

describe("`tokens`", () => {
  test("give the most exact one to each target, whatever the letters' case", async () => {
    const { github, play } = await setFleet({ "octo/api": {}, "octo/web": {}, "acme/cli": {} });
    for (const token of ["ghp_octo", "ghp_web"])
      github.addToken(token, { permissions: { contents: "write", actions: "write" } });
    const tokens = "Octo/*: ghp_octo\noctO/WEB: ghp_web";
    const { ends, warnings } = await play({ targets: "[octo/api, octo/web, acme/cli]", tokens });
    expect(ends).toEqual(["octo/api: success", "octo/web: success", "acme/cli: success"]);
    expect(warnings).toEqual([]);
    const used = new Map(github.requests.map(({ path, token }) => [path.split("/").slice(2, 4).join("/"), token]));
    expect(Object.fromEntries(used)).toEqual({ "octo/api": "ghp_octo", "octo/web": "ghp_web", "acme/cli": TOKEN });
  });

  test("that fit no target are a warning, which shows no token", async () => {
    const { play } = await setFleet({ "octo/api": {} });
    const given = { tokens: "octo/apo: ghp_secret", wait_for: "nothing" };
    for (const target of [{ targets: "[octo/api]" }, { repo: "octo/api" }]) {
      const { warnings, failure } = await play({ ...given, ...target });
      expect(failure).toBeUndefined();
      expect(warnings).toEqual(["`tokens` has `octo/apo`, which fits no target."]);
    }
  });

  test("hold for a single target and for `post` as well", async () => {
    const { github, play, playPost } = await setFleet({ "octo/api": { stepMs: 60_000 } });
    github.addToken("ghp_octo", { permissions: { contents: "write", actions: "write" } });
    const given = { token: "", repo: "octo/api", tokens: "octo/*: ghp_octo", cancel_run_on: "cancel" };
    const traces: string[] = [];
    await play(given, { onTrace: (trace) => traces.push(trace), cancelAfterMs: 20_000 });
    await playPost(given, [traces.find((trace) => trace.includes('"started"')) ?? ""]);
    expect(new Set(github.requests.map(({ token }) => token))).toEqual(new Set(["ghp_octo"]));
  });

  test.each([
    ["octo: ghp_x", "`tokens` has `octo`, which is neither `owner/name` nor `owner/*`."],
    ["octo/api:", "`tokens` has no token for `octo/api`: the secret it is read from is empty."],
    ['octo/api: "ghp x"', "`tokens` has a character for `octo/api` that no token has."],
  ])("that are no tokens are a problem: %s", async (tokens, problem) => {
    const { github, play } = await setFleet({ "octo/api": {} });
    const { failure } = await play({ targets: "[octo/api]", tokens });
    expect(failure).toContain(problem);
    expect(failure).not.toContain("ghp");
    expect(github.requests).toEqual([]);
  });
});
