/** What the advice for a fault depends on, besides the fault itself. */

import type { Permissions } from "../github/purposes.ts";
import type { Id } from "../github/response-fields.ts";
import type { Receiver } from "../workflow-file/receiver.ts";

/** What the step was doing, and what is known of the target. */
export interface Situation {
  /** `owner/name` */
  repository: string;
  apiUrl: string;
  /** The input that names the server; by default `api_url`. */
  serverIn?: string | undefined;
  /** The repository is the caller's own. */
  isOwnTarget: boolean;
  /** Undefined where nothing is dispatched. */
  event: "repository_dispatch" | "workflow_dispatch" | undefined;
  eventType?: string | undefined;
  /** File name, id or display name. */
  workflow?: string | undefined;
  ref?: string | undefined;
  /** The run that the step was given, and that no answer has shown yet. */
  unseenRunId?: Id | undefined;
  /** The run that GitHub has named in its answer to the dispatch, and has not shown since. */
  namedRunId?: Id | undefined;
  /** The name under which the id is sent. */
  key?: string | undefined;
  /** The values that were sent: GitHub may repeat them in its answer, and no message may show them. */
  sentValues: readonly string[];
  /** The token worked before. */
  tokenHasWorked: boolean;
  /** The server is reached through a proxy. */
  hasProxy: boolean;
  /** The permissions that a GitHub App was asked for; undefined with a plain `token`. */
  appPermissions?: Permissions | undefined;
  /** After a 404: what the token can see. */
  visible?: Visible | undefined;
  /** After a 422: the inputs that the workflow's file declares. */
  declared?: Receiver["inputs"];
  /** After a 422: the name that the workflow's file gives it. */
  name?: string | undefined;
  /** After a 422: why GitHub cannot read the workflow's file; follows its name. */
  mistake?: string | undefined;
  /** GitHub had acted on the dispatch before the fault. `htmlUrl` is the page of its run, where that is known. */
  started?: { htmlUrl: string | undefined; hasEnded?: boolean } | undefined;
}

/** The server, by the input in which it is to be checked. */
export function serverInWords({ serverIn = "api_url" }: Pick<Situation, "serverIn">): string {
  return serverIn === "api_url" ? "`api_url`" : `the server in \`${serverIn}\``;
}

/** What the token can see of the target; undefined where nobody has looked, or the look gave no answer. */
export interface Visible {
  repository?: boolean | undefined;
  workflow?: boolean | undefined;
  /** The names of all workflow files, where the wanted workflow is not among them. */
  workflowFiles?: readonly string[] | undefined;
  ref?: boolean | undefined;
}
