import { Octokit } from "@octokit/rest";
import type { Clock } from "../runner/clock.ts";
import type { Secrets } from "../text/secrets.ts";
import { headerOf, readResponse, type Send } from "./http.ts";
import { PURPOSES } from "./purposes.ts";
import { isRedirect, type RepositoryName, redirectPath, withRepositoryName } from "./renames.ts";
import { timeMs } from "./response-fields.ts";
import { readInstallation, readInstallationToken } from "./responses.ts";
import { type AppRequests, appTokens, type TokenSource, type WantedPermissions } from "./tokens.ts";

export interface App extends WantedPermissions {
  /** App id or client id. */
  appId: string;
  /** PEM, PKCS#8. */
  privateKey: string;
  /** `createAppAuth` of @octokit/auth-app, which is loaded only for an App. */
  strategy: OctokitOptions["authStrategy"];
}

export type OctokitOptions = NonNullable<ConstructorParameters<typeof Octokit>[0]>;

const purpose = PURPOSES.getToken;

export function appTokenSource(
  { appId, privateKey, needs, wishes, strategy }: App,
  {
    settings,
    places,
    clock,
    secrets,
    sendBy,
  }: {
    settings: OctokitOptions & { baseUrl: string };
    /** Of one owner. The installation is found by the first. */
    places: readonly RepositoryName[];
    clock: Clock;
    secrets: Secrets;
    sendBy: (octokit: Octokit) => Send;
  },
): TokenSource {
  const auth = { appId, privateKey, log: settings.log };
  const asApp = new Octokit({ ...settings, authStrategy: strategy, auth });
  const [first = { owner: "", repo: "" }] = places;
  const sendAsApp = withRepositoryName(sendBy(asApp), first);
  let repositoryId: number | undefined;
  const requests: AppRequests = {
    async getInstallation(options) {
      const route = "GET /repos/{owner}/{repo}/installation";
      let reply = await sendAsApp({ route, purpose }, options);
      if (isRedirect(reply)) {
        // The repository was renamed. auth-app 8 signs this request only under `/repos/…`, so it is signed here. The new name
        // is not known yet, so the repository's id limits the token.
        const path = redirectPath(reply, settings.baseUrl);
        repositoryId = Number(path.match(/\/repositories\/(\d+)$/)?.[1]);
        const { token } = (await asApp.auth({ type: "app" })) as { token: string };
        const headers = { authorization: `bearer ${token}` };
        const send = sendBy(new Octokit(settings));
        reply = await send({ route: `GET ${path}/installation`, parameters: { headers }, purpose }, options);
      }
      return readResponse(reply, readInstallation);
    },
    async createToken(installation_id, permissions, options) {
      const limits = repositoryId
        ? { repository_ids: [repositoryId] }
        : { repositories: places.map(({ repo }) => repo) };
      const parameters = { installation_id, ...limits, permissions };
      const route = "POST /app/installations/{installation_id}/access_tokens";
      const reply = await sendAsApp({ route, parameters, purpose }, options);
      const dateMs = timeMs(headerOf(reply, "date")) ?? Number.NaN;
      return readResponse(reply, (data) => readInstallationToken(data, dateMs));
    },
  };
  return appTokens(requests, { needs, wishes }, { clock, mask: secrets.add });
}
