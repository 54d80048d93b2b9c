/** What the advice depends on besides the request error. */

import type { Broker } from "../github/broker-error.ts";
import type { Permissions } from "../github/purposes.ts";
import type { Id } from "../github/response-fields.ts";
import type { NamedWorkflow } from "../inputs/workflow-names.ts";
import type { NamedFile } from "../workflow-file/receivers.ts";

/** What is known of the file comes only after a 422. */
export interface Situation extends NamedFile {
  /** `owner/name` */
  repository: string;
  apiUrl: string;
  /** The input that names the server; default: `api_url`. */
  serverIn?: string | undefined;
  isOwnTarget: boolean;
  /** Undefined where nothing is dispatched. */
  event: "repository_dispatch" | "workflow_dispatch" | undefined;
  eventType?: string | undefined;
  /** File name, id or display name. */
  workflow?: string | undefined;
  ref?: string | undefined;
  /** The run given by `run_id`, while no response has shown it. */
  unseenRunId?: Id | undefined;
  /** The run that the response to the dispatch named, while no later response has shown it. */
  namedRunId?: Id | undefined;
  /** The name of the input or property that carries the id. */
  key?: string | undefined;
  /** GitHub may repeat these in its answer, and no message may show them. */
  sentValues: readonly string[];
  tokenHasWorked: boolean;
  hasProxyFor(url: string): boolean;
  /** Requested for a GitHub App; undefined with a plain `token`. */
  appPermissions?: Permissions | undefined;
  /** Whose tokens are used, and the permissions that the inputs need. */
  broker?: (Broker & { needs: Permissions }) | undefined;
  visible?: Visible | undefined;
  /** All that the inputs need, where nothing was sent yet for want of one of them. */
  unsentNeeds?: Permissions | undefined;
  /** No dispatch was on its way before the error, and no run was seen. */
  isUnsent?: boolean;
  /** GitHub had acted on the dispatch before the error. `htmlUrl`: the run's page, where known. */
  started?: { htmlUrl: string | undefined; hasEnded?: boolean } | undefined;
}

export function describeServer({ serverIn = "api_url" }: Pick<Situation, "serverIn">): string {
  return serverIn === "api_url" ? "`api_url`" : `the server in \`${serverIn}\``;
}

/** In the target, on its default branch: who may have which token. */
export function policyFile(broker: Pick<Broker, "identity"> | undefined): string {
  return `.github/chainguard/${broker?.identity}.sts.yaml`;
}

/** What the token can see of the target; undefined where that was not read, or the request failed. */
export interface Visible {
  repository?: boolean | undefined;
  workflow?: boolean | undefined;
  /** All workflows that have a file, where the wanted one is not among them. */
  workflows?: readonly NamedWorkflow[] | undefined;
  ref?: boolean | undefined;
}
