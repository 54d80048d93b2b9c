import { createPrivateKey } from "node:crypto";
import type { Broker } from "../github/broker-error.ts";
import { inCode } from "../text/wording.ts";
import { isEmptyObject } from "./names.ts";
import type { Reader } from "./reader.ts";
import type { Caller } from "./target.ts";

/** `appId` is the App's id or its client id; `privateKey` is PEM, PKCS#8. */
export type GivenCredentials = { token: string } | { app: { appId: string; privateKey: string } } | { broker: Broker };

/** A broker stands alone; a token for just this target (`tokens`) goes before an App's credentials, and those before `token`. */
export function readCredentials(reader: Reader, targetToken?: string): GivenCredentials {
  const { text, problems } = reader;
  const [host, identity] = [text("oidc_broker"), text("oidc_identity")];
  if (host !== "" || identity !== "") {
    problems.push(...problemsOfBroker({ host, identity }, reader));
    return { broker: { host, identity } };
  }
  if (targetToken !== undefined) return { token: targetToken };
  const [token, appId, key] = [text("token"), text("app_id"), text("app_private_key")];
  if (appId === "" && key === "") {
    problems.push(...problemsOfToken(token));
    return { token };
  }
  const privateKey = readPrivateKey(key);
  problems.push(...problemsOfApp(appId, key, privateKey));
  return { app: { appId, privateKey: privateKey ?? "" } };
}

function problemsOfToken(token: string): string[] {
  if (token === "") {
    return [
      "`token` is empty: the secret it is read from is not set, or this run gets no secrets (runs from forks and " +
        "from Dependabot get none). Check the secret's name, and that the event gives secrets to this run.",
    ];
  }
  if (mayBeToken(token)) return [];
  return ["`token` has a space, a line break, a quote or another character that no token has; store the secret again."];
}

/** Quotes are easily copied along with a token, and would be sent with it. */
export function mayBeToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text) && !/["'`]/.test(text);
}

function problemsOfApp(appId: string, key: string, privateKey: string | undefined): string[] {
  if (key === "") return ["`app_id` is given without `app_private_key`: its secret is empty or not set."];
  const problems: string[] = [];
  if (appId === "") problems.push("`app_private_key` is given without `app_id`: give the App's id or client id.");
  else if (!/^[A-Za-z0-9._-]+$/.test(appId))
    problems.push("`app_id` is neither an App's id (a number) nor its client id (such as `Iv23li…`).");
  if (privateKey === undefined) {
    problems.push(
      "`app_private_key` is not an RSA private key: store the whole `.pem` file that GitHub gave you, from `-----BEGIN` to " +
        "`-----END …-----`, in the secret.",
    );
  }
  return problems;
}

/** A host name as in a URL, with a port or without. */
const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$/i;

function problemsOfBroker({ host, identity }: Broker, { text }: Reader): string[] {
  if (host === "")
    return ["`oidc_identity` is given without `oidc_broker`: give the broker's host, such as `octo-sts.dev`."];
  const problems: string[] = [];
  if (!HOST.test(host) || !URL.canParse(`https://${host}`))
    problems.push("`oidc_broker` is not a host such as `octo-sts.dev`: give it without `https://`, user and path.");
  if (identity === "")
    problems.push("`oidc_broker` is given without `oidc_identity`: give the name of the identity to ask for.");
  else if (!/^[A-Za-z0-9._-]+$/.test(identity))
    problems.push("`oidc_identity` is not a name: it may have letters, digits, `.`, `_` and `-`.");
  const others = (["app_id", "app_private_key", "tokens"] as const).filter((name) => !isEmptyObject(text(name)));
  if (others.length > 0)
    problems.push(`\`oidc_broker\` gives the token, and so does ${inCode(others)}: give only one of them.`);
  return problems;
}

export function problemsOfIdToken(credentials: GivenCredentials, { hasIdToken }: Pick<Caller, "hasIdToken">): string[] {
  if (!("broker" in credentials) || hasIdToken) return [];
  return [
    "`oidc_broker` needs the job's OIDC token, which this job may not get: add `id-token: write` to the job's `permissions:`.",
  ];
}

/** For the log; undefined where the input `token` or `tokens` is used. */
export function describeTokenSource(credentials: GivenCredentials): string | undefined {
  if ("token" in credentials) return undefined;
  const source = "app" in credentials ? "the GitHub App" : `tokens from ${credentials.broker.host}`;
  return `Using ${source}; the input \`token\` is not used.`;
}

/** Every text of the inputs that could show a secret in a log: `main.ts` masks them. */
export function secretsOf(text: (name: string) => string, setsStatus = text("status_context") !== ""): string[] {
  const key = text("app_private_key");
  // The default is the job's own token, which the runner masks already.
  const statusToken = setsStatus ? text("status_token") : "";
  return [text("token"), statusToken, key, ...key.split(/\\n|\r?\n/)].filter(
    (each) => each !== "" && !/^-----[^-]*-----$/.test(each),
  );
}

/** GitHub's keys are PKCS#1; signing needs PKCS#8. A secret stored on one line has `\n` for each line break. */
function readPrivateKey(text: string): string | undefined {
  try {
    const key = createPrivateKey(text.replaceAll("\\n", "\n"));
    return key.asymmetricKeyType === "rsa" ? key.export({ type: "pkcs8", format: "pem" }).toString() : undefined;
  } catch {
    return undefined;
  }
}
