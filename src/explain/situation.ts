/** What the advice for a fault depends on. */

import type { Permissions } from "../github/purpose.ts";
import type { Id } from "../github/reading.ts";
import type { Receiver } from "../receiver/receiver.ts";

/** What the advice depends on, beside the fault. */
export interface Situation {
  /** `owner/name` */
  repository: string;
  apiUrl: string;
  /** It is the caller's own. */
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
  /** Name under which the id is sent. */
  key?: string | undefined;
  /** What GitHub may repeat in its answer and nobody may print. */
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
  /** After a 422: why GitHub cannot read the workflow's file; follows its name. */
  mistake?: string | undefined;
  /** GitHub had acted on the dispatch before: the page of its run, or nothing but that. */
  started?: { htmlUrl: string | undefined; hasEnded?: boolean } | undefined;
}

/** What the token can see of the target; undefined where it was not looked at, or that could not be made out. */
export interface Visible {
  repository?: boolean | undefined;
  workflow?: boolean | undefined;
  /** The files of the workflows that there are, where it is not among them. */
  workflowFiles?: readonly string[] | undefined;
  ref?: boolean | undefined;
}
