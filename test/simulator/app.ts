import { verify } from "node:crypto";
import type { Installation } from "./access.ts";
import { reject } from "./answer.ts";
import type { Answer } from "./routes.ts";
import type { World } from "./world.ts";

export interface AppOptions {
  appId: number;
  /** e.g. `Iv23li…` */
  clientId: string;
  /** PEM. */
  publicKey: string;
  installations: Installation[];
  /** Default: an hour, as GitHub's. */
  tokenLifetimeMs?: number;
}

/** A GitHub App. What is changed in it counts from now on: an installation that is taken away takes its tokens along. */
export interface App extends Required<AppOptions> {}

export function addApp(world: World, options: AppOptions): App {
  for (const { account, repositories } of options.installations) {
    if (repositories === "all") continue;
    for (const name of repositories) {
      if (!name.startsWith(`${account}/`)) throw new Error(`not of ${account}: ${name}`);
      world.repository(name);
    }
  }
  const app = { tokenLifetimeMs: 3_600_000, ...options };
  world.apps.push(app);
  return app;
}

const UNDECODABLE = "A JSON web token could not be decoded";
const BAD_IAT = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
const BAD_EXP =
  "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
const LATE_EXP = "'Expiration time' claim ('exp') is too far in the future";
const LONGEST_LIFE_S = 600;

/** The App that has signed this JWT, by the server's clock and with its key; or GitHub's refusal. */
export function authenticateApp(
  apps: readonly App[],
  jwt: string | undefined,
  nowMs: number,
): App | { refusal: Answer } {
  const refuse = (message: string) => ({ refusal: reject(401, message) });
  const parts = (jwt ?? "").split(".");
  const [head = "", body = "", signature = ""] = parts;
  const header = readPart(head);
  const claims = readPart(body);
  if (parts.length !== 3 || header?.alg !== "RS256" || !claims) return refuse(UNDECODABLE);
  const { iss, iat, exp } = claims;
  const app = apps.find(({ appId, clientId }) => [String(appId), clientId].includes(String(iss)));
  // Nobody's key can be tried; that is no 401 at GitHub.
  if (!app) return { refusal: reject(404, "Integration not found") };
  const isSigned = verify(
    "RSA-SHA256",
    Buffer.from(`${head}.${body}`),
    app.publicKey,
    Buffer.from(signature, "base64url"),
  );
  if (!isSigned) return refuse(UNDECODABLE);
  const nowS = nowMs / 1000;
  if (!isWhole(iat) || iat > nowS) return refuse(BAD_IAT);
  if (!isWhole(exp) || exp <= nowS) return refuse(BAD_EXP);
  return exp > nowS + LONGEST_LIFE_S ? refuse(LATE_EXP) : app;
}

function readPart(part: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}
