/** Reads the credentials: a token, or a GitHub App that gets its own. */

import { createPrivateKey } from "node:crypto";

export type GivenCredentials = { token: string } | { app: AppCredentials };

export interface AppCredentials {
  /** App id or client id. */
  appId: string;
  /** PEM, PKCS#8. */
  privateKey: string;
}

/** Reads the credentials, with all problems. App credentials go before `token`. */
export function readCredentials(text: (name: string) => string, problems: string[]): GivenCredentials {
  const [token, appId, key] = [text("token"), text("app_id"), text("app_private_key")];
  if (appId !== "" || key !== "") {
    if (key === "") problems.push("`app_id` is given without `app_private_key`: its secret is empty or not set.");
    else if (appId === "")
      problems.push("`app_private_key` is given without `app_id`: give the App's id or client id.");
    else if (!/^[A-Za-z0-9._-]+$/.test(appId)) {
      problems.push("`app_id` is neither an App's id (a number) nor its client id (such as `Iv23li…`).");
    }
    const privateKey = key === "" ? undefined : readPrivateKey(key);
    if (key !== "" && privateKey === undefined) {
      problems.push(
        "`app_private_key` is no RSA private key: store the whole `.pem` file that GitHub gave you, from `-----BEGIN` to " +
          "`-----END …-----`, in the secret.",
      );
    }
    return { app: { appId, privateKey: privateKey ?? "" } };
  }
  if (token === "") {
    problems.push(
      "`token` is empty: the secret it is read from is not set, or this run gets no secrets (runs from forks and " +
        "from Dependabot get none). Check the secret's name, and that the event gives secrets to this run.",
    );
  } else if (!/^[\x21-\x7e]+$/.test(token)) {
    problems.push("`token` has a space, a line break or a character that no token has; store the secret again.");
  }
  return { token };
}

/** Every text by which the inputs' secrets could show in a log. */
export function secretsOf(text: (name: string) => string): string[] {
  const key = text("app_private_key");
  return [text("token"), key, ...key.split(/\\n|\r?\n/)].filter(
    (each) => each !== "" && !/^-----[^-]*-----$/.test(each),
  );
}

/** GitHub's keys are PKCS#1, signing wants PKCS#8; and a secret that was stored on one line has `\n` for its line breaks. */
function readPrivateKey(text: string): string | undefined {
  try {
    const key = createPrivateKey(text.replaceAll("\\n", "\n"));
    return key.asymmetricKeyType === "rsa" ? key.export({ type: "pkcs8", format: "pem" }).toString() : undefined;
  } catch {
    return undefined;
  }
}
