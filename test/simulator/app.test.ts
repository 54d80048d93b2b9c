/** The simulated GitHub towards an App: whom it believes, and what its tokens may do. */

import { sign } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { APP_ID, CLIENT_ID, KEYS, OTHER_KEYS, PRIVATE_KEY, PUBLIC_KEY } from "../support/app-stage.ts";
import { receiver } from "../support/receivers.ts";
import { clientOf, type Reply } from "./client.ts";
import { type GitHub, startGitHub, VirtualClock } from "./index.ts";

const open: GitHub[] = [];
afterEach(async () => {
  for (const github of open.splice(0)) {
    await github.close();
    expect(github.violations).toEqual([]);
  }
});

async function stage() {
  const clock = new VirtualClock();
  const github = await startGitHub({ clock });
  open.push(github);
  for (const name of ["target", "other", "third"]) {
    const text = receiver("repository_dispatch", "run-name");
    github.addRepository(`octo/${name}`, { workflows: { "deploy.yml": text } });
  }
  github.addRepository("cat/target");
  const app = github.addApp({
    appId: APP_ID,
    clientId: CLIENT_ID,
    publicKey: PUBLIC_KEY,
    installations: [
      {
        id: 1,
        account: "octo",
        repositories: ["octo/target", "octo/other"],
        permissions: { actions: "write", contents: "read" },
      },
    ],
  });
  const nowS = () => Math.floor(github.nowMs() / 1000);
  const asApp = (claims: object = {}, options?: SigningOptions) =>
    clientOf(clock, github.apiUrl, jwtOf({ iat: nowS() - 30, exp: nowS() + 570, iss: APP_ID, ...claims }, options));
  const mint = (body: object) => asApp()("POST", "/app/installations/1/access_tokens", body);
  return { github, clock, app, nowS, asApp, mint, asToken: tokenClient(clock, github) };
}

interface SigningOptions {
  alg?: string;
  key?: typeof KEYS.privateKey;
}

function jwtOf(claims: object, { alg = "RS256", key = KEYS.privateKey }: SigningOptions = {}): string {
  const [head, body] = [{ alg, typ: "JWT" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const signature = sign("RSA-SHA256", Buffer.from(`${head}.${body}`), key).toString("base64url");
  return `${head}.${body}.${signature}`;
}

const tokenClient = (clock: VirtualClock, github: GitHub) => (reply: Reply) =>
  clientOf(clock, github.apiUrl, (reply.body as { token: string }).token);

const said = ({ status, body }: Reply) => [status, (body as { message?: string } | undefined)?.message];

const INSTALLATION = "/repos/octo/target/installation";
const UNDECODABLE = [401, "A JSON web token could not be decoded"];
const BAD_IAT = [
  401,
  "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
];
const BAD_EXP = [
  401,
  "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
];
const LATE_EXP = [401, "'Expiration time' claim ('exp') is too far in the future"];

describe("an App's signature", () => {
  test("is believed in the name of its id, as number or text, or of its client id", async () => {
    const { asApp } = await stage();
    for (const iss of [APP_ID, String(APP_ID), CLIENT_ID]) {
      const reply = await asApp({ iss })("GET", INSTALLATION);
      expect(reply).toMatchObject({ status: 200, body: { id: 1, app_id: APP_ID, client_id: CLIENT_ID } });
    }
  });

  test("is not believed when another key, or another algorithm, made it, or nobody", async () => {
    const { github, clock, asApp } = await stage();
    expect(said(await asApp({}, { key: OTHER_KEYS.privateKey })("GET", INSTALLATION))).toEqual(UNDECODABLE);
    expect(said(await asApp({}, { alg: "none" })("GET", INSTALLATION))).toEqual(UNDECODABLE);
    for (const text of [undefined, "a.b.c", "ghs_token", PRIVATE_KEY.slice(40, 60)]) {
      expect(said(await clientOf(clock, github.apiUrl, text)("GET", INSTALLATION))).toEqual(UNDECODABLE);
    }
  });

  test("in the name of nobody known is no App's", async () => {
    const { asApp } = await stage();
    expect(said(await asApp({ iss: 99 })("GET", INSTALLATION))).toEqual([404, "Integration not found"]);
  });

  test.each([
    ["was made in the future", { iat: 1 }, BAD_IAT],
    ["does not say when it was made", { iat: null }, BAD_IAT],
    ["says so in fractions", { iat: 0.5 }, BAD_IAT],
    ["has ended", { exp: 0 }, BAD_EXP],
    ["does not say when it ends", { exp: null }, BAD_EXP],
    ["ends in more than ten minutes", { exp: 601 }, LATE_EXP],
  ])("that %s is refused, by the server's clock", async (_, claims, refusal) => {
    const { asApp, nowS } = await stage();
    const moved = Object.entries(claims).map(([name, value]) => [name, value === null ? value : nowS() + value]);
    expect(said(await asApp(Object.fromEntries(moved))("GET", INSTALLATION))).toEqual(refusal);
  });

  test("of just now, for ten minutes, is believed", async () => {
    const { asApp, nowS } = await stage();
    expect((await asApp({ iat: nowS(), exp: nowS() + 600 })("GET", INSTALLATION)).status).toBe(200);
  });

  test("is no token for anything else", async () => {
    const { asApp } = await stage();
    expect(said(await asApp()("GET", "/repos/octo/target"))).toEqual([401, "Bad credentials"]);
  });
});

describe("an installation", () => {
  test("is known only where it is installed", async () => {
    const { github, asApp } = await stage();
    for (const name of ["octo/third", "cat/target", "octo/nothing"]) {
      expect(said(await asApp()("GET", `/repos/${name}/installation`))).toEqual([404, "Not Found"]);
    }
    github.renameRepository("octo/target", "octo/renamed");
    expect((await asApp()("GET", INSTALLATION)).status).toBe(301);
    expect((await asApp()("GET", "/repos/octo/renamed/installation")).status).toBe(200);
  });

  test.each([
    ["a repository that is not there", { repositories: ["nothing"] }],
    ["a repository that is not selected", { repositories: ["target", "third"] }],
    ["a repository by its full name", { repositories: ["octo/target"] }],
    ["a repository's id that is not selected", { repository_ids: [500_000_003] }],
  ])("gives no token for %s", async (_, body) => {
    const { mint } = await stage();
    expect(said(await mint(body))).toEqual([
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    ]);
  });

  test.each([{ contents: "write" }, { actions: "admin" }, { issues: "read" }])(
    "gives no token with more than it has (%o)",
    async (permissions) => {
      const { github, mint } = await stage();
      expect(said(await mint({ permissions }))).toEqual([
        422,
        "The permissions requested are not granted to this installation.",
      ]);
      if ("actions" in permissions) {
        const place = "Simulator: POST /app/installations/1/access_tokens: body.permissions.actions";
        expect(github.takeViolations()).toEqual([`${place}: must be equal to one of the allowed values: read, write`]);
      }
    },
  );

  test("gives nothing while it is suspended, and its tokens do nothing", async () => {
    const { app, mint, asToken, asApp } = await stage();
    const token = asToken(await mint({}));
    for (const installation of app.installations) installation.suspended = true;
    const refusal = [403, "This installation has been suspended"];
    expect(said(await mint({}))).toEqual(refusal);
    expect(said(await token("GET", "/repos/octo/target"))).toEqual(refusal);
    expect((await asApp()("GET", INSTALLATION)).body).toMatchObject({ suspended_at: "2026-11-20T12:00:00Z" });
  });

  test("has one limit for all its tokens", async () => {
    const { mint, asToken } = await stage();
    const left = [];
    for (const token of [asToken(await mint({})), asToken(await mint({}))]) {
      left.push((await token("GET", "/repos/octo/target")).headers.get("x-ratelimit-remaining"));
    }
    expect(left).toEqual(["4999", "4998"]);
  });
});

describe("an installation's token", () => {
  test("tells its end, its repositories and its permissions", async () => {
    const { mint } = await stage();
    const { status, body } = await mint({ repositories: ["target"], permissions: { actions: "read" } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      token: expect.stringMatching(/^ghs_\w{36}$/),
      expires_at: "2026-11-20T13:00:00Z",
      permissions: { actions: "read", metadata: "read" },
      repository_selection: "selected",
      repositories: [{ full_name: "octo/target" }],
    });
  });

  test("reaches the repositories that were named, else all that are selected", async () => {
    const { mint, asToken } = await stage();
    const statusesOf = async (body: object) => {
      const token = asToken(await mint(body));
      const names = ["octo/target", "octo/other", "octo/third", "cat/target"];
      return Promise.all(names.map(async (name) => (await token("GET", `/repos/${name}`)).status));
    };
    expect(await statusesOf({ repositories: ["target"] })).toEqual([200, 404, 404, 404]);
    expect(await statusesOf({ repository_ids: [500_000_002] })).toEqual([404, 200, 404, 404]);
    expect(await statusesOf({})).toEqual([200, 200, 404, 404]);
  });

  test("may do what was asked for, else all that is granted", async () => {
    const { mint, asToken } = await stage();
    const CANCEL = "/repos/octo/target/actions/runs/1/cancel";
    expect((await asToken(await mint({}))("POST", CANCEL)).status).toBe(404);
    const reader = asToken(await mint({ permissions: { actions: "read" } }));
    expect(said(await reader("POST", CANCEL))).toEqual([403, "Resource not accessible by integration"]);
    expect((await reader("GET", "/repos/octo/target/git/ref/heads/main")).status).toBe(403);
  });

  test("ends at its time", async () => {
    const { clock, mint, asToken } = await stage();
    const token = asToken(await mint({}));
    await clock.sleep(3_599_999);
    expect((await token("GET", "/repos/octo/target")).status).toBe(200);
    await clock.sleep(1);
    expect(said(await token("GET", "/repos/octo/target"))).toEqual([401, "Bad credentials"]);
  });

  test("ends when it is revoked, and when its installation is taken away", async () => {
    const { app, mint, asToken } = await stage();
    const [first, second] = [asToken(await mint({})), asToken(await mint({}))];
    expect((await first("DELETE", "/installation/token")).status).toBe(204);
    expect((await first("GET", "/repos/octo/target")).status).toBe(401);
    expect((await second("GET", "/repos/octo/target")).status).toBe(200);
    app.installations.length = 0;
    expect((await second("GET", "/repos/octo/target")).status).toBe(401);
  });

  test("asks for no tokens", async () => {
    const { mint, asToken } = await stage();
    const token = asToken(await mint({}));
    expect(said(await token("POST", "/app/installations/1/access_tokens", {}))).toEqual(UNDECODABLE);
  });
});
