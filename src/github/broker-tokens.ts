/** GitHub tokens for the job's OIDC token, from a broker such as octo-sts (docs/platform.md#oidc-brokers). */

import { Octokit } from "@octokit/rest";
import type { Clock } from "../runner/clock.ts";
import type { IdTokenRequest } from "../runner/id-token.ts";
import type { Log } from "../runner/log.ts";
import type { Secrets } from "../text/secrets.ts";
import type { OctokitOptions } from "./app-requests.ts";
import { type Broker, BrokerError, type Claims } from "./broker-error.ts";
import { type ApiResponse, makeSend, type RequestOptions, readResponse, requestErrorFrom, timeLeft } from "./http.ts";
import { PURPOSES } from "./purposes.ts";
import { limitMs } from "./rate-limit.ts";
import { isRedirect, type RepositoryName } from "./renames.ts";
import { RequestError } from "./request-error.ts";
import { fields, InvalidResponse, nameOf, text } from "./response-fields.ts";
import { readInstallationToken } from "./responses.ts";
import { renewedTokens, type TokenSource } from "./tokens.ts";

interface Edges {
  settings: OctokitOptions & { baseUrl: string };
  clock: Clock;
  log: Log;
  secrets: Secrets;
}

/** For one repository: a broker's token is for no other. */
export type OpenBrokerTokens = (place: RepositoryName, edges: Edges) => TokenSource;

interface Question {
  origin: string;
  route: string;
  parameters: Record<string, string>;
  bearer: string;
  claims?: Claims;
}

const purpose = PURPOSES.exchangeToken;

/** The OIDC token goes to the broker alone: over TLS, and by no redirect. */
export function brokerTokens({ host, identity }: Broker, idToken: IdTokenRequest): OpenBrokerTokens {
  /** The last one: whoever needs a token meets it, whatever it is for. */
  let limit: { requestError: BrokerError; untilMs: number } | undefined;

  return (place, { settings, clock, log, secrets }) => {
    // What the broker's responses tell is not about GitHub's limits.
    const send = makeSend(new Octokit(settings), { clock, log, note() {}, secrets });

    async function ask<Answer>(
      { origin, route, parameters, bearer, claims }: Question,
      read: (data: unknown) => Answer,
      options: RequestOptions,
    ): Promise<Answer> {
      const headers = { authorization: `Bearer ${bearer}` };
      try {
        const reply = await send({ route, parameters: { ...parameters, headers }, purpose }, options);
        return readResponse(notRedirected(reply), read);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        // Other repositories' tokens may have replaced it in the meantime.
        secrets.add(bearer);
        const requestError = new BrokerError(error, secrets.strike(error.answer), origin, claims);
        if (requestError.kind === "limited")
          limit = { requestError, untilMs: clock.nowMs() + limitMs(requestError, 1) };
        throw requestError;
      }
    }

    function throwWhileLimited(): void {
      const leftMs = (limit?.untilMs ?? 0) - clock.nowMs();
      if (limit && leftMs > 0) throw limit.requestError.lasting(leftMs);
    }

    return renewedTokens(
      async (options) => {
        throwWhileLimited();
        const left = timeLeft(clock, options);
        const runner = {
          origin: originOf(idToken.url),
          route: `GET ${idToken.url}`,
          parameters: { audience: host },
          bearer: idToken.token,
        };
        const jwt = await ask(runner, readIdToken, left());
        secrets.add(jwt);
        const origin = `https://${host}`;
        const scope = `${place.owner}/${place.repo}`;
        const broker = {
          origin,
          route: `GET ${origin}/sts/exchange`,
          parameters: { scope, scopes: scope, identity },
          bearer: jwt,
          claims: claimsOf(jwt),
        };
        const startedMs = clock.nowMs();
        // Nobody says when it expires: GitHub's tokens live one hour.
        const minted = await ask(broker, (data) => readInstallationToken(data, Number.NaN), left());
        return { startedMs, ...minted };
      },
      { clock, mask: secrets.add },
    );
  };
}

/** @throws RequestError */
function notRedirected(reply: ApiResponse): ApiResponse {
  if (isRedirect(reply)) throw requestErrorFrom("rejected", reply, "a redirect, which is not followed");
  return reply;
}

function readIdToken(data: unknown): string {
  const { value } = fields(data, "id-token");
  if (!/^[\x21-\x7e]+$/.test(text(value))) throw new InvalidResponse("id-token", "value");
  return text(value);
}

function claimsOf(jwt: string): Claims {
  try {
    const { iss, aud, sub } = JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
    return { issuer: nameOf(iss), audience: [aud].flat().map(nameOf).join(", "), subject: nameOf(sub) };
  } catch {
    return { issuer: "", audience: "", subject: "" };
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "ACTIONS_ID_TOKEN_REQUEST_URL";
}
