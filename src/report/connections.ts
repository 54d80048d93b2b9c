import type { GitHub } from "../github/api.ts";
import type { Target } from "../github/connection.ts";
import type { Retry } from "../github/retry.ts";
import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import type { ReportInputs } from "./report-inputs.ts";

/** A repository, and how to ask it. */
export interface Asked {
  github: GitHub;
  retry: Retry;
}

export interface ReportDependencies {
  inputs: ReportInputs;
  /** The target: the repository whose run the event is about. */
  own: Asked;
  /** The same by a name that it may have had. */
  openOwn(name: Pick<Target, "owner" | "repo">): Promise<Asked>;
  openCaller(caller: Target): Promise<Asked>;
  clock: Clock;
  log: Log;
}

export function nameOf({ owner, repo }: Target): string {
  return `${owner}/${repo}`;
}
