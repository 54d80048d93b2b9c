/** Where the runner gives the job's OIDC token, and what authorizes the request for it; both are empty without `id-token: write`. */
export interface IdTokenRequest {
  /** Has a query. */
  url: string;
  token: string;
}

export function findIdTokenRequest(): IdTokenRequest {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = "", ACTIONS_ID_TOKEN_REQUEST_TOKEN: token = "" } = process.env;
  return { url, token };
}

export function hasIdTokenRequest(): boolean {
  const { url, token } = findIdTokenRequest();
  return url !== "" && token !== "";
}
