import { describe, expect, test } from "vitest";
import { readTarget } from "../../../src/inputs/target.ts";

const cloud = "https://api.github.com";
const ghes = "https://ghe.example.com/api/v3";

describe("the repository", () => {
  test.each([
    ["target", "octo", "octo", "target"],
    ["octo/target", "someone", "octo", "target"],
    ["octo/target", "", "octo", "target"],
    ["octo/target.js", "", "octo", "target.js"],
    ["octo/.github", "", "octo", ".github"],
    ["octo/my_repo-1", "", "octo", "my_repo-1"],
    ["https://github.com/octo/target", "someone", "octo", "target"],
    ["https://github.com/octo/target/", "", "octo", "target"],
    ["https://github.com/octo/target.git", "", "octo", "target"],
    ["git@github.com:octo/target.git", "", "octo", "target"],
    ["ssh://git@github.com/octo/target.git", "", "octo", "target"],
  ])("is read from repo %j with owner %j as %s/%s", (repo, owner, wantedOwner, wantedRepo) => {
    expect(readTarget({ repo, owner, apiUrl: cloud })).toEqual({
      owner: wantedOwner,
      repo: wantedRepo,
      apiUrl: cloud,
    });
  });
});

describe("the REST root", () => {
  test.each([
    ["is api_url for a name", "octo/target", ghes, ghes],
    ["is api_url without the slash at its end", "octo/target", `${ghes}/`, ghes],
    ["keeps the port of api_url", "octo/target", "http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["is GitHub's for its URLs, whatever api_url says", "https://github.com/octo/target", ghes, cloud],
    ["is GitHub's for www", "https://www.github.com/octo/target", ghes, cloud],
    ["is GitHub's whatever the case", "https://GitHub.com/octo/target", ghes, cloud],
    ["is a tenant's own", "https://acme.ghe.com/octo/target", cloud, "https://api.acme.ghe.com"],
    [
      "is a tenant's own also from there",
      "https://acme.ghe.com/octo/target",
      "https://api.acme.ghe.com",
      "https://api.acme.ghe.com",
    ],
    [
      "is api_url for the host of api_url",
      "https://ghe.example.com/octo/target",
      "https://ghe.example.com/github/api/v3",
      "https://ghe.example.com/github/api/v3",
    ],
    ["is /api/v3 of any other host", "https://ghe.example.com/octo/target", cloud, ghes],
    [
      "keeps the port of any other host",
      "http://ghe.example.com:8443/octo/target",
      cloud,
      "http://ghe.example.com:8443/api/v3",
    ],
    [
      "is not GitHub's for a host that ends like it",
      "https://notgithub.com/octo/target",
      cloud,
      "https://notgithub.com/api/v3",
    ],
    [
      "is not a tenant's for a host that ends like one",
      "https://notghe.com/octo/target",
      cloud,
      "https://notghe.com/api/v3",
    ],
    ["follows a repository's SSH address", "git@ghe.example.com:octo/target.git", cloud, ghes],
  ])("%s", (_, repo, apiUrl, wanted) => {
    expect(readTarget({ repo, owner: "", apiUrl })).toMatchObject({ apiUrl: wanted });
  });
});

describe("a problem is told", () => {
  const form = "use `name`, `owner/name` or the repository's URL";
  const badUrl = `\`repo\` is not a repository's URL: ${form}.`;
  const notOne = `\`repo\` does not name one repository: ${form}.`;
  const characters = `\`repo\` or \`owner\` has characters that GitHub names cannot have: ${form}.`;
  const noApi = "`api_url` is not an http(s) URL such as `https://ghe.example.com/api/v3`.";

  test.each([
    ["", "octo", cloud, [`\`repo\` is empty: ${form}.`]],
    ["target", "", cloud, ["`owner` is empty, and `repo` is only a name: set `owner`, or use `owner/name` in `repo`."]],
    ["octo/target/extra", "", cloud, [notOne]],
    ["https://github.com/octo", "", cloud, [notOne]],
    ["https://github.com/octo/target/tree/main", "", cloud, [notOne]],
    ["github.com/octo/target", "", cloud, [notOne]],
    ["ftp://github.com/octo/target", "", cloud, [badUrl]],
    ["https://user:s3cret@github.com/octo/target", "", cloud, [badUrl]],
    ["https://github.com/octo/target?token=s3cret", "", cloud, [badUrl]],
    ["https://github.com/octo/tar\nget", "", cloud, [badUrl]],
    ["octo/target", "", "https://api.github\n.com", [noApi]],
    ["octo/..", "", cloud, [characters]],
    ["octo/tar get", "", cloud, [characters]],
    ["target", "oc to", cloud, [characters]],
    ["octo/target#s3cret", "", cloud, [characters]],
    ["octo/target", "", "", [noApi]],
    ["octo/target", "", "api.github.com", [noApi]],
    ["octo/target", "", "https://s3cret@api.github.com", [noApi]],
    ["", "", "nowhere", [noApi, `\`repo\` is empty: ${form}.`]],
  ])("of repo %j, owner %j and api_url %j", (repo, owner, apiUrl, problems) => {
    expect(readTarget({ repo, owner, apiUrl })).toEqual({ problems });
    expect(problems.join()).not.toContain("s3cret");
  });

  test.each(["octo/", "/x", "/octo/target", "octo/target/", "/", "//", "octo//x", "https://github.com/octo/"])(
    "of repo %j, where a name is empty",
    (repo) => {
      expect(readTarget({ repo, owner: "octo", apiUrl: cloud })).toEqual({
        problems: [expect.stringContaining("`repo`")],
      });
    },
  );
});
